#include "weft/this_coroutine.hpp"

#include <stdexcept>
#include <thread>

#include "core/other_weft.hpp"
#include "core/scheduler.hpp"
#include "weft/detail/core/deadline.hpp"

namespace weft {

namespace {

core::coroutine* running() noexcept {
  core::scheduler* s = core::scheduler::current();
  return s != nullptr ? s->running() : nullptr;
}

core::coroutine& running_or_throw(const char* what) {
  core::coroutine* c = running();
  if (c == nullptr) throw std::logic_error(core::outside_of_a_coroutine(what));
  return *c;
}

}  // namespace

void yield() {
  core::scheduler* s = core::scheduler::current();
  if (s == nullptr) [[unlikely]] {
    std::this_thread::yield();
    return;
  }
  s->yield();  // a tail call: see core/switch.cpp
}

void detail::sleep_ns(time_limit limit) {
  core::scheduler* s = core::scheduler::current();
  if (s == nullptr) {
    if (limit.is_zero()) return;
    core::expect_no_other_weft("sleep_for");
    const deadline end(limit);
    for (time_limit left = end.left(); !left.is_zero(); left = end.left())
      std::this_thread::sleep_for(std::chrono::nanoseconds(left.clock != nullptr ? left_until(left) : left.ns));
    return;
  }
  if (limit.is_zero()) {
    s->yield();
  } else {
    end_of_wait(s->sleep(limit));
  }
}

namespace this_coroutine {

std::uint64_t id() noexcept { return detail::current_id(); }

std::string name() {
  const core::coroutine* c = running();
  return c != nullptr && c->work != nullptr ? c->work->name() : std::string();
}

void set_name(std::string_view name) {
  core::coroutine& c = running_or_throw("this_coroutine::set_name");
  static_cast<detail::task_state*>(c.work)->rename(name);
  c.home->record_rename(c, name);
}

bool cancel_requested() noexcept {
  const core::coroutine* c = running();
  return c != nullptr && core::has(c->pending, core::asked_for);
}

std::size_t stack_high_water() noexcept {
  const core::coroutine* c = running();
  return c != nullptr && c->memory != nullptr ? core::stack_used(*c->memory) : 0;
}

task<void> self() {
  core::coroutine& c = running_or_throw("this_coroutine::self");
  return detail::access::make<void>(static_cast<detail::task_state*>(c.work));
}

}  // namespace this_coroutine

cancel_shield::cancel_shield() { ++running_or_throw("cancel_shield").shields; }
cancel_shield::~cancel_shield() {
  if (core::coroutine* c = running()) --c->shields;
}

}  // namespace weft
