#include "attach/scheduler_gate.hpp"

#include <utility>

#include "attach/control_server.hpp"
#include "core/scheduler.hpp"
#include "record/recorder.hpp"

namespace weft::attach {

scheduler_gate::scheduler_gate(core::scheduler& s, record::scheduler_recording& r) : scheduler_(s), recording_(r) {
  control_server& server = control_server::of_process();
  const int door = server.open();
  if (door < 0) return;
  scheduler_.set_gate(this, door);
  server.hold_of_process().enter(*this);
  is_in_ = true;
}

scheduler_gate::~scheduler_gate() {
  if (!is_in_) return;
  control_server::of_process().hold_of_process().leave(*this);
  scheduler_.set_gate(nullptr, -1);
}

void scheduler_gate::look() noexcept { control_server::of_process().let_in_all(); }

bool scheduler_gate::begin_round() noexcept {
  return control_server::of_process().hold_of_process().begin_round(*this);
}

bool scheduler_gate::admit() noexcept { return control_server::of_process().hold_of_process().admit(*this); }

void scheduler_gate::catch_up() noexcept {
  try {
    recording_.follow();
    for (const std::string& text : control_server::of_process().hold_of_process().take_marks(*this)) say(text);
  } catch (const std::exception&) {
    // Without memory, or with a full disk, nothing is recorded.
  }
}

void scheduler_gate::say(std::string_view text) noexcept {
  scheduler_.diary().mark([text] { return text; });
}

}  // namespace weft::attach
