// The public trace:: functions, and the start and end of a recording.
#include "weft/trace.hpp"

#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "core/scheduler.hpp"
#include "record/discovery.hpp"
#include "record/process_state.hpp"
#include "record/recorder.hpp"
#include "record/recording.hpp"
#include "record/secure_file.hpp"

namespace weft::record {

namespace {

// Tells every scheduler of the process that a recording has started or ended. This thread's scheduler follows at once,
// each other one when it reads its inbox.
void tell_schedulers() {
  process_state& p = process();
  scheduler_recording* mine = nullptr;
  {
    const std::lock_guard guard(p.lock);
    for (scheduler_recording* s : p.schedulers) {
      if (&s->followed() == core::scheduler::current()) {
        mine = s;
      } else {
        core::inbox_message m;
        m.work = [s] { s->follow(); };
        m.at_any_time = true;
        s->followed().messages().post(std::move(m));
      }
    }
  }
  if (mine != nullptr) mine->follow();
}

}  // namespace

void begin_recording(const trace::options& o, bool attached) {
  prepare_process_once();
  process_state& p = process();
  std::shared_ptr<recording> replaced;
  {
    const std::lock_guard guard(p.lock);
    if (p.current != nullptr && (attached || !p.attached)) {
      throw std::logic_error("trace::start: already recording into " +
                             (p.current->asked().path.empty() ? "memory" : p.current->asked().path));
    }
    auto begun = std::make_shared<recording>(o);
    replaced = std::exchange(p.current, std::move(begun));
    p.attached = attached;
    if (!p.temporary.empty()) {
      if (replaced != nullptr) replaced->store().file_goes();
      unlink(p.temporary.c_str());
    }
    p.temporary.clear();
    if (!attached) p.environment_asked = true;  // the program's choice replaces the environment's
    if (const std::string& path = p.current->asked().path; !path.empty()) announce(path);
  }
  tell_schedulers();
}

void end_recording(whose kind) {
  process_state& p = process();
  std::shared_ptr<recording> ended;
  {
    const std::lock_guard guard(p.lock);
    if (p.current == nullptr || (kind == whose::own && p.attached) || (kind == whose::attached && !p.attached)) return;
    ended = std::exchange(p.current, nullptr);
    p.attached = false;
    if (kind == whose::attached && !p.temporary.empty()) {
      ended->store().file_goes();
      unlink(p.temporary.c_str());
    }
    p.temporary.clear();
    withdraw();
  }
  tell_schedulers();
}

}  // namespace weft::record

namespace weft::trace {

using record::process;
using record::process_state;

void start(const options& o) {
  if (o.path.empty() && o.ring_bytes == 0) {
    throw std::invalid_argument("trace::start: the path is empty: only a ring can do without a file");
  }
  record::begin_recording(o, false);
}

void stop() { record::end_recording(record::whose::own); }

void snapshot(const std::string& path) {
  process_state& p = process();
  std::shared_ptr<record::recording> on;
  {
    const std::lock_guard guard(p.lock);
    on = p.current;
  }
  if (on == nullptr) throw std::logic_error("trace::snapshot: nothing is recorded");
  if (path.empty()) throw std::invalid_argument("trace::snapshot: the path is empty");
  std::error_code error;
  if (!on->asked().path.empty() && std::filesystem::equivalent(path, on->asked().path, error)) {
    throw std::invalid_argument("trace::snapshot: " + path + " is being recorded into");
  }
  record::snapshot_file file(path);
  on->store().copy_to(file.fd());
  file.commit();
}

bool active() noexcept {
  process_state& p = process();
  const std::lock_guard guard(p.lock);
  return p.current != nullptr && !p.attached;
}

void mark(std::string_view text) {
  if (core::scheduler* const here = core::scheduler::current()) here->diary().mark([text] { return text; });
}

void counter(std::string_view name, double value) {
  if (core::scheduler* const here = core::scheduler::current()) here->diary().counter(name, value);
}

zone::zone(std::string_view name) {
  if (core::scheduler* const here = core::scheduler::current()) here->diary().zone_began(name);
}

zone::~zone() {
  if (core::scheduler* const here = core::scheduler::current()) here->diary().zone_ended();
}

}  // namespace weft::trace
