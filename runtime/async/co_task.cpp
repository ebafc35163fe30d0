// Drives co_tasks; the rules are in weft/detail/async/co_wait.hpp.
#include <cerrno>
#include <mutex>
#include <stdexcept>
#include <string>
#include <system_error>
#include <utility>

#include "core/fork.hpp"
#include "core/other_weft.hpp"
#include "core/scheduler.hpp"
#include "weft/co_task.hpp"
#include "weft/errors.hpp"
#include "weft/this_coroutine.hpp"

namespace weft::detail {

using core::scheduler;
using diary::coroutine_status;
using diary::wait_reason;

namespace {

core::coroutine* running_coroutine() noexcept {
  scheduler* s = scheduler::current();
  return s != nullptr ? s->running() : nullptr;
}

// Between these two calls the coroutine runs a co_task's body: functions that the body calls must not suspend.
co_driver* enter_driven_part(core::coroutine& c, co_driver& d) noexcept {
  ++c.unsuspendable;
  return std::exchange(c.driver, &d);
}
void leave_driven_part(core::coroutine& c, co_driver* outer) noexcept {
  --c.unsuspendable;
  c.driver = outer;
}

// Resumes frames. Returns true when the outermost frame is done. Returns false when a wait has begun; call it again
// after the wait.
bool proceed(scheduler& s, co_driver& d) {
  if (d.wait != nullptr) std::exchange(d.wait, nullptr)->end(s);
  for (;;) {
    std::exchange(d.next, nullptr).resume();
    if (d.top.done()) return true;
    if (d.wait == nullptr && d.next == nullptr) {
      // The wait that was asked for on behalf of a foreign awaitable is over, but the awaitable itself is not.
      if (d.outer == nullptr) throw std::logic_error("a co_task suspended in something that weft does not know");
      d.outer->take_turn(d);
    }
    if (d.wait != nullptr) {
      if (d.wait->begin(s)) return false;
      d.wait = nullptr;
    }
  }
}

}  // namespace

co_driver& running_driver() {
  const core::coroutine* c = running_coroutine();
  if (c == nullptr || c->driver == nullptr) {
    throw std::logic_error("co_await outside of a co_task that weft runs: spawn it, or use weft::await");
  }
  return *c->driver;
}

void drive_here(co_promise_base& promise, std::coroutine_handle<> frame) {
  core::coroutine* me = running_coroutine();
  if (me == nullptr) {
    core::expect_no_other_weft("await of a co_task");
    throw std::logic_error(core::outside_of_a_coroutine("await of a co_task") +
                           (core::in_forked_child() ? "" : ": use weft::run"));
  }
  scheduler& s = *me->home;
  co_driver d{.top = frame, .next = frame};
  promise.driver = &d;
  struct driven_part {
    core::coroutine& coroutine;
    co_driver* outer;
    ~driven_part() { leave_driven_part(coroutine, outer); }
  } const now{*me, enter_driven_part(*me, d)};
  while (!proceed(s, d)) s.stop();
}

coroutine_status task_state::run_stackless(core::coroutine& self, co_driver& d) noexcept {
  task_status how = task_status::done;
  try {
    if (d.top == nullptr) {
      enter_driven_part(self, d);
      begin(self);
      invoke();
    }
    if (!proceed(*self.home, d)) return coroutine_status::none;
    keep_result();
    check_undelivered(self);
  } catch (...) {
    how = caught();
  }
  leave_driven_part(self, nullptr);
  return conclude(self, how);
}

// ---- waits

void co_wait::refuse_second() {
  throw std::logic_error("two co_awaits at once in one co_task: a coroutine that it started is not awaited by it");
}

void co_wait::ask_outside(co_driver& d, std::coroutine_handle<> frame) {
  if (d.wait == nullptr && d.next == nullptr) {
    ask(d, frame);
    return;
  }
  frame_ = frame;
  below_ = d.outer;
  d.outer = this;
}

void co_wait::take_turn(co_driver& d) noexcept {
  d.outer = below_;
  d.wait = this;
  d.next = frame_;
}

bool co_wait::begin(scheduler& s) noexcept {
  core::coroutine& me = *s.running();
  if (shielded_) ++me.shields;
  try {
    if (start(s)) return true;
  } catch (...) {
    error_ = std::current_exception();
  }
  if (shielded_) --me.shields;
  return false;
}

bool co_wait::begun(scheduler& s, bool began) noexcept {
  if (!began) outcome_ = s.end_wait();
  return began;
}

void co_wait::end(scheduler& s) noexcept {
  outcome_ = s.end_wait();
  if (!shielded_) return;
  core::coroutine& me = *s.running();
  --me.shields;
  if (s.interruption_due(me)) outcome_ = io_outcome::interrupted;
}

io_outcome co_wait::outcome() {
  if (error_ != nullptr) std::rethrow_exception(std::move(error_));
  return outcome_;
}

bool sleep_wait::start(scheduler& s) { return begun(s, ns_ > 0 ? s.begin_sleep(ns_) : s.begin_yield()); }

void sleep_wait::fail() {
  static_cast<void>(outcome());
  throw_interruption();
}

bool fd_wait::start(scheduler& s) {
  waiter_.emplace();
  return begun(s, s.begin_wait_fd(fd_, direction_, *waiter_));
}

void fd_wait::await_resume() { end_of_fd_wait(fd_, outcome()); }

bool object_wait::start(scheduler& s) {
  waiter_.emplace();
  object* const o = stand_in_line(*waiter_);
  return o != nullptr && begun(s, s.begin_wait(*o, *waiter_, reason_));
}

bool object_wait::finish_otherwise() {
  const bool interrupted = outcome() == io_outcome::interrupted;
  return end_of_wait(*waiter_, interrupted ? wait_outcome::interrupted : wait_outcome::timed_out,
                     [this] { give_back(*waiter_); });
}

completion_wait::completion_wait(completion& c) noexcept
    : object_wait(c.what().kind() == diary::object_kind::task ? wait_reason::join : wait_reason::future),
      completion_(c) {}

bool completion_wait::await_ready() const noexcept { return completion_.over(); }

object* completion_wait::stand_in_line(waiter& w) noexcept {
  return completion_.stand_in_line(w) ? &completion_.waited() : nullptr;
}

// ---- foreign ends

foreign_end::foreign_end() : object_(diary::object_kind::other, "awaitable") {}

void foreign_end::reached() noexcept {
  const std::lock_guard guard(object_.lock);
  reached_ = true;
  if (waiter* w = line_.pop_front()) wake(object_, *w);
}

bool foreign_end::is_reached() const noexcept {
  const std::lock_guard guard(object_.lock);
  return reached_;
}

bool foreign_end::stand_in_line(waiter& w) noexcept {
  object_.lock.lock();
  if (reached_) {
    object_.lock.unlock();
    return false;
  }
  line_.push_back(w);
  return true;
}

foreign_wait_base::foreign_wait_base(bool shielded) noexcept : object_wait(wait_reason::awaitable) {
  shielded_ = shielded;
}

object* foreign_wait_base::stand_in_line(waiter& w) noexcept {
  return end_->stand_in_line(w) ? &end_->waited() : nullptr;
}

// ---- the same for a coroutine with a stack, or a plain thread

void sleep_awaitable::block() const { sleep_ns(ns_); }

void fd_awaitable::block() const { end_of_fd_wait(fd_, wait_fd(fd_, direction_, forever, false)); }

}  // namespace weft::detail
