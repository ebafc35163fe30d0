// Coroutines without a stack: the spawned co_tasks. Their control blocks stand in the same queues and lists as all
// others and the diary sees no difference. Only the switch differs: when one is picked, the thread goes on on the
// root's stack, which calls its body; to stop, the body returns there. Who runs is therefore always `running_`, and the
// root runs only if that is the root: it may merely lend its stack.
//
// A co_task cannot stop inside a function, so its waits come in two halves. Between them there is no code but the way
// back to whoever drives the co_task: the root (enter(), in switch.cpp) or an await() on a coroutine's own stack.
#include <stdexcept>
#include <utility>

#include "core/scheduler.hpp"

namespace weft::core {

using diary::coroutine_status;
using diary::event_type;
using diary::wait_reason;

coroutine& scheduler::run_stackless(coroutine& me) {
  const coroutine_status status = me.work->run(me);
  if (status == coroutine_status::none) return *std::exchange(chosen_next_, nullptr);
  me.work->ended();
  return retire(me, status);
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

bool scheduler::begin_yield() {
  coroutine& me = *running_;
  if (!may_begin(me)) return false;
  transitions::yield(me);
  ready_.push_back(&me);
  coroutine& next = pick_next();
  pen_.yielded(me, next);
  if (&next == &me) {
    transitions::run(me);
    return false;
  }
  chosen_next_ = &next;
  return true;
}

bool scheduler::begin_sleep(detail::time_limit limit) {
  coroutine& me = *running_;
  if (!may_begin(me)) return false;
  begin_block(me, wait_reason::sleep, limit, timer_kind::sleep);
  chosen_next_ = &pick_next();
  pen_.slept(me, *chosen_next_, told_limit(me.time_limit, limit));
  return true;
}

bool scheduler::begin_wait(detail::object& o, detail::waiter& w, wait_reason reason) {
  coroutine& me = *running_;
  bool may = false;
  try {
    may = may_begin(me);
  } catch (...) {
    w.list->remove(w);
    o.lock.unlock();
    throw;
  }
  if (!may) {
    w.list->remove(w);
    o.lock.unlock();
    return false;
  }
  me.waiting = &w;
  me.object = &o;
  const std::uint64_t owner_slot = o.owner_slot;
  begin_block(me, reason, detail::forever, timer_kind::wait_limit);
  o.lock.unlock();  // from here on another thread's grant may come into the inbox
  chosen_next_ = &pick_next();
  pen_.blocked(me, *chosen_next_, o, owner_slot, detail::forever);
  return true;
}

bool scheduler::begin_wait_fd(int fd, detail::direction d, detail::waiter& w) {
  coroutine& me = *running_;
  me.outcome = detail::wait_outcome::granted;
  if (inbox_->has_closed_fds()) [[unlikely]]
    take_closed_fds();
  fd_table::entry& e = fds_.watch(fd, true);
  if (e.always_ready) return false;
  if (!may_begin(me)) return false;
  const bool reads = d == detail::direction::readable;
  w.tag = e.generation;
  (reads ? e.readers : e.writers).push_back(w);
  ++fds_.waiting;
  me.waiting = &w;
  me.fd = fd;
  const auto reason = reads ? wait_reason::fd_readable : wait_reason::fd_writable;
  begin_block(me, reason, detail::forever, timer_kind::wait_limit);
  chosen_next_ = &pick_next();
  pen_.blocked_on_fd(me, *chosen_next_, detail::forever);
  return true;
}

detail::io_outcome scheduler::end_wait() noexcept {
  coroutine& me = *running_;
  detail::object* const o = me.object;
  const bool closed = me.fd >= 0 && waits_for_former_fd(me);
  end_block(me);
  me.fd = -1;
  if (me.woken_remotely) {
    // As in wait(): after this the waker does not touch the object any more.
    me.woken_remotely = false;
    o->lock.lock();
    o->lock.unlock();
  }
  if (me.outcome == detail::wait_outcome::interrupted) return detail::io_outcome::interrupted;
  if (me.outcome == detail::wait_outcome::timed_out) return detail::io_outcome::timed_out;
  return closed ? detail::io_outcome::closed : detail::io_outcome::ready;
}

}  // namespace weft::core
