// A lock with one owner and a FIFO list of waiters; the base of mutex and recursive_mutex. Unlocking with a waiter
// makes the first waiter the owner directly, so no coroutine can overtake it.
#pragma once

#include <atomic>
#include <cstdint>
#include <string_view>

#include "weft/detail/core/suspension.hpp"
#include "weft/detail/sync/wait_line.hpp"

namespace weft::detail {

class owned_lock {
 public:
  owned_lock(diary::object_kind kind, diary::wait_reason reason, std::string_view name)
      : object_(kind, name), reason_(reason) {}
  ~owned_lock() {
    if (holder_.load(std::memory_order_relaxed) != nullptr) forget_grants_of(object_);
  }

  // True if the running coroutine (outside of coroutines: this thread) owns the lock. Needs no lock: only the owner
  // could change the answer.
  bool held_by_me() const noexcept { return holder_.load(std::memory_order_relaxed) == current_owner(); }

  // Suspends until the caller owns the lock. False: the limit passed first; limit 0 never suspends. Throws the wait's
  // interruption, and deadlock_error at once if the owner would wait for itself without end.
  bool acquire(time_limit limit);
  // The caller must own the lock: held_by_me().
  void release() noexcept;

  const object& what() const noexcept { return object_; }

 private:
  void hand_on() noexcept;  // call with object_.lock

  object object_;
  std::atomic<const void*> holder_{nullptr};  // current_owner() of the owner; written under object_.lock
  wait_line waiters_;                         // waiter::handed: the waiter's current_owner()
  diary::wait_reason reason_;
};

}  // namespace weft::detail
