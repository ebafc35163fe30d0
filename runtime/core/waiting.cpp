// How the running coroutine waits. Each wait comes in two forms that do the same: one function, for a coroutine that
// can stop inside of it, and two halves for a co_task, which cannot. Between the halves there is no code but the way
// back to whoever drives the co_task: the root (enter(), in switch.cpp) or an await() on a coroutine's own stack.
#include <stdexcept>
#include <utility>

#include "core/scheduler.hpp"
#include "core/switching.hpp"

namespace weft::core {

using diary::wait_reason;

// ---- may it wait?

namespace {
constexpr char no_wait_in_co_task[] =
    "this would suspend on the scheduler's own stack: inside a co_task use co_await, e.g. co_await weft::sleep(d)";
}

void scheduler::before_suspension(coroutine& me) {
  if (me.unsuspendable != 0)
    throw std::logic_error(me.driver != nullptr ? no_wait_in_co_task : "a callback must not wait");
  if (interruption_due(me)) detail::throw_interruption();
}

bool scheduler::may_begin(coroutine& me) {
  // Whoever drives the co_task has forbidden waits once, for the functions that its body calls. Twice: it is driven by
  // such a function, or by a callback.
  if (me.unsuspendable > 1) {
    throw std::logic_error("await() would suspend in a callback, or in a function that a co_task calls: use co_await");
  }
  me.outcome = interruption_due(me) ? detail::wait_outcome::interrupted : detail::wait_outcome::granted;
  return me.outcome == detail::wait_outcome::granted;
}

void scheduler::stop() {
  const control_words now = read_control_words();
  coroutine& me = *running_;
  resume(me, *std::exchange(chosen_next_, nullptr), now);
}

detail::io_outcome scheduler::end_wait() noexcept {
  coroutine& me = *running_;
  if (me.fd >= 0) return end_of_fd_wait(me);
  switch (end_of_object_wait(me)) {
    case detail::wait_outcome::granted:
      return detail::io_outcome::ready;
    case detail::wait_outcome::timed_out:
      return detail::io_outcome::timed_out;
    case detail::wait_outcome::interrupted:
      break;
  }
  return detail::io_outcome::interrupted;
}

// ---- for its next turn; the whole form is yield(), in switch.cpp

bool scheduler::begin_yield() {
  coroutine& me = *running_;
  if (!may_begin(me)) return false;
  coroutine& next = stand_behind_all(me);
  if (&next == &me) return false;
  chosen_next_ = &next;
  return true;
}

// ---- for a point in time

[[gnu::always_inline]] inline coroutine& scheduler::block_for(coroutine& me, detail::time_limit limit) {
  begin_block(me, wait_reason::sleep, limit, timer_kind::sleep);
  coroutine& next = pick_next_inline();
  pen_.slept(me, next, told_limit(me.time_limit, limit));
  return next;
}

detail::wait_outcome scheduler::sleep(detail::time_limit limit) {
  const control_words now = read_control_words();
  coroutine& me = *running_;
  if (me.pending != interruption::none || me.unsuspendable != 0) [[unlikely]]
    before_suspension(me);
  coroutine& next = block_for(me, limit);
  resume(me, next, now);
  end_block(me);
  return me.outcome;
}

bool scheduler::begin_sleep(detail::time_limit limit) {
  coroutine& me = *running_;
  if (!may_begin(me)) return false;
  chosen_next_ = &block_for(me, limit);
  return true;
}

// ---- for an object

[[gnu::always_inline]] inline coroutine& scheduler::block_on(coroutine& me, detail::object& o, detail::waiter& w,
                                                             wait_reason reason, detail::time_limit limit) {
  me.waiting = &w;
  me.object = &o;
  const std::uint64_t owner_slot = o.owner_slot;
  begin_block(me, reason, limit, timer_kind::wait_limit);
  o.lock.unlock();  // from here on another thread's grant may come into the inbox
  coroutine& next = pick_next_inline();
  pen_.blocked(me, next, o, owner_slot, told_limit(me.time_limit, limit));
  return next;
}

[[gnu::always_inline]] inline detail::wait_outcome scheduler::end_of_object_wait(coroutine& me) noexcept {
  if (me.woken_remotely) [[unlikely]]
    let_waker_leave(me);
  end_block(me);
  return me.outcome;
}

// A waker on another thread may still be inside the object's lock. After this it does not touch the object any more, so
// that the object may be destroyed.
void scheduler::let_waker_leave(coroutine& me) noexcept {
  me.woken_remotely = false;
  if (me.object == nullptr) return;  // destroyed already, by somebody who ran before
  me.object->lock.lock();
  me.object->lock.unlock();
}

namespace {
void leave_line(detail::object& o, detail::waiter& w) noexcept {
  if (w.list != nullptr) w.list->remove(w);
  o.lock.unlock();
}
}  // namespace

detail::wait_outcome scheduler::wait(detail::object& o, detail::waiter& w, wait_reason reason,
                                     detail::time_limit limit) {
  const control_words now = read_control_words();
  coroutine& me = *running_;
  if (interruption_due(me) || me.unsuspendable != 0) [[unlikely]] {
    leave_line(o, w);
    if (me.unsuspendable != 0) before_suspension(me);
    return detail::wait_outcome::interrupted;
  }
  coroutine& next = block_on(me, o, w, reason, limit);
  resume(me, next, now);
  return end_of_object_wait(me);
}

bool scheduler::begin_wait(detail::object& o, detail::waiter& w, wait_reason reason) {
  coroutine& me = *running_;
  bool may = false;
  try {
    may = may_begin(me);
  } catch (...) {
    leave_line(o, w);
    throw;
  }
  if (!may) {
    leave_line(o, w);
    return false;
  }
  chosen_next_ = &block_on(me, o, w, reason, detail::forever);
  return true;
}

// ---- for a file descriptor

[[gnu::always_inline]] inline coroutine& scheduler::block_on_fd(coroutine& me, fd_waits::entry& e, int fd,
                                                                detail::direction d, detail::waiter& w,
                                                                detail::time_limit limit) {
  const bool reads = d == detail::direction::readable;
  fds_.stand_in_line(me, e, fd, d, w);
  begin_block(me, reads ? wait_reason::fd_readable : wait_reason::fd_writable, limit, timer_kind::wait_limit);
  coroutine& next = pick_next_inline();
  pen_.blocked_on_fd(me, next, told_limit(me.time_limit, limit));
  return next;
}

[[gnu::always_inline]] inline detail::io_outcome scheduler::end_of_fd_wait(coroutine& me) {
  // With a script, closings are taken when it says so.
  if (fds_.told_of_closing() && !player_.plays()) [[unlikely]]
    fds_.take_closed();
  const bool closed = fds_.waits_for_former_fd(me);
  end_block(me);
  me.fd = -1;
  if (me.outcome == detail::wait_outcome::interrupted) return detail::io_outcome::interrupted;
  if (closed) return detail::io_outcome::closed;
  return me.outcome == detail::wait_outcome::timed_out ? detail::io_outcome::timed_out : detail::io_outcome::ready;
}

detail::io_outcome scheduler::wait_fd(int fd, detail::direction d, detail::time_limit limit, bool tried) {
  coroutine& me = *running_;
  fd_waits::entry& e = fds_.watch(fd, !tried);
  if (e.always_ready) return detail::io_outcome::ready;
  // The kernel has just said EAGAIN: whatever it reported before is over, be it an error or a hang-up. What comes next
  // is an edge that it will report.
  if (tried) e.forget_edges(d);
  if (me.unsuspendable != 0) before_suspension(me);
  if (interruption_due(me)) return detail::io_outcome::interrupted;
  if (player_.plays() && player_.fd_was_ready(fd, d)) [[unlikely]] {
    if (d == detail::direction::readable) pen_.input_at_once(fd);
    return detail::io_outcome::ready;
  }

  const control_words now = read_control_words();
  detail::waiter w;
  coroutine& next = block_on_fd(me, e, fd, d, w, limit);
  resume(me, next, now);
  return end_of_fd_wait(me);
}

bool scheduler::begin_wait_fd(int fd, detail::direction d, detail::waiter& w) {
  coroutine& me = *running_;
  me.outcome = detail::wait_outcome::granted;
  fd_waits::entry& e = fds_.watch(fd, true);
  if (e.always_ready || !may_begin(me)) return false;
  chosen_next_ = &block_on_fd(me, e, fd, d, w, detail::forever);
  return true;
}

}  // namespace weft::core
