#include "weft/condition_variable.hpp"

#include <stdexcept>

#include "core/scheduler.hpp"
#include "sync/misuse.hpp"
#include "trace/words/schema.hpp"
#include "trace/words/states.hpp"

namespace weft {

namespace {

// waiter::tag
enum : std::uintptr_t { notified_alone = 1, notified_with_all = 2 };

// Does the same as cancel_shield, and works on plain threads too, where waits have no interruption.
class uninterrupted {
 public:
  uninterrupted() {
    if (me_ != nullptr) ++me_->shields;
  }
  ~uninterrupted() {
    if (me_ != nullptr) --me_->shields;
  }
  uninterrupted(const uninterrupted&) = delete;
  uninterrupted& operator=(const uninterrupted&) = delete;

 private:
  core::coroutine* const me_ = detail::in_coroutine() ? core::scheduler::current()->running() : nullptr;
};

}  // namespace

condition_variable::condition_variable(std::string_view name) : object_(diary::object_kind::condition_variable, name) {}

condition_variable::~condition_variable() {
  if (has_notified_) detail::forget_grants_of(object_);
}

void condition_variable::notify_one() noexcept {
  const std::lock_guard guard(object_.lock);
  detail::waiter* const w = waiters_.pop_front();
  if (w == nullptr) return detail::record(diary::event_type::notify_unheard, object_);
  w->tag = notified_alone;
  has_notified_ = true;
  detail::wake(object_, *w);
}

void condition_variable::notify_all() noexcept {
  const std::lock_guard guard(object_.lock);
  if (waiters_.empty()) return detail::record(diary::event_type::notify_unheard, object_);
  has_notified_ = true;
  while (detail::waiter* const w = waiters_.pop_front()) {
    w->tag = notified_with_all;
    detail::wake(object_, *w);
  }
}

bool condition_variable::wait_limited(std::unique_lock<mutex>& guard, detail::time_limit limit) {
  if (!guard.owns_lock() || !guard.mutex()->lock_.held_by_me()) {
    throw std::logic_error(detail::misuse("wait", object_, "needs a locked mutex that the caller owns"));
  }
  if (limit.is_zero()) return false;

  detail::waiter w;
  bool notified = false;
  object_.lock.lock();
  waiters_.push_back(w);
  guard.mutex()->lock_.release();  // under our lock: the next owner notifies after we are in line
  try {
    notified = detail::wait_in_line(object_, w, diary::wait_reason::condition_variable, limit, [&] {
      if (w.tag == notified_alone) notify_one();
    });
  } catch (...) {
    if (w.object_gone) {
      guard.release();  // the mutex was destroyed too
    } else {
      lock_again(guard);
    }
    throw;
  }
  lock_again(guard);
  return notified;
}

// Locks the mutex again, because the guard must own it when the wait ends. Only a deadlock prevents that: the guard is
// then empty.
void condition_variable::lock_again(std::unique_lock<mutex>& guard) {
  try {
    const uninterrupted now;
    guard.mutex()->lock_.acquire(detail::forever);
  } catch (...) {
    guard.release();
    throw;
  }
}

}  // namespace weft
