// A lock for coroutines and plain threads. FIFO with direct hand-over: unlock() makes the first waiter the owner.
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <chrono>
#include <string_view>

#include "weft/detail/sync/owned_lock.hpp"

namespace weft {

// Lockable in the standard's sense: std::lock_guard, std::unique_lock and std::scoped_lock work. The owner is the
// coroutine that locked the mutex, even from inside a generator or greenlet; outside of coroutines the thread. Must
// outlive all its waiters.
class mutex {
 public:
  mutex() : mutex(std::string_view()) {}
  // The name (copied) appears in the diary and in deadlock_error.
  explicit mutex(std::string_view name);

  // Suspends until the caller owns the mutex. A cancellation ends the wait without the mutex. Throws deadlock_error at
  // once if the caller owns it already.
  void lock() { lock_.acquire(detail::forever); }
  // Never suspends. False if the mutex is owned, even by the caller.
  bool try_lock() { return lock_.acquire(0); }
  // Suspends for d at most; d <= 0 is try_lock(). False: the time limit has passed.
  template <class Rep, class Period>
  bool try_lock_for(std::chrono::duration<Rep, Period> d) {
    return lock_.acquire(detail::nanoseconds_of(d));
  }
  template <class Clock, class Duration>
  bool try_lock_until(const std::chrono::time_point<Clock, Duration>& t) {
    return lock_.acquire(detail::until(t));
  }
  // Never suspends: the next owner runs when its turn comes. Throws std::logic_error, with no effect, unless the caller
  // owns the mutex.
  void unlock();

  std::string_view name() const noexcept { return lock_.what().name(); }

 private:
  friend class condition_variable;
  detail::owned_lock lock_;
};

}  // namespace weft
