// One lock with one owner and a FIFO of those who want it: the machinery of mutex and recursive_mutex. It is handed
// over directly: unlocking with somebody in line makes that one the owner, so nobody can overtake.
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

  // True if the running coroutine (outside of one: this thread) owns it. Takes no lock: only the owner could change
  // that.
  bool held_by_me() const noexcept { return holder_.load(std::memory_order_relaxed) == current_owner(); }

  // Suspends until it is handed over. False: the limit passed first; 0 never suspends. Throws what interrupts the wait,
  // and deadlock_error at once for an endless wait of the owner for itself.
  bool acquire(time_limit limit);
  // Before: held_by_me().
  void release() noexcept;

  const object& what() const noexcept { return object_; }

 private:
  void hand_on() noexcept;  // before: object_.lock is held

  object object_;
  std::atomic<const void*> holder_{nullptr};  // current_owner() of who owns it; written under object_.lock
  wait_line waiters_;                         // waiter::handed is the waiting one's current_owner()
  diary::wait_reason reason_;
};

}  // namespace weft::detail
