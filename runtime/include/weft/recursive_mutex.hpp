// A mutex that its owner may lock again; free after as many unlocks.
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <chrono>
#include <cstddef>
#include <string_view>

#include "weft/detail/sync/owned_lock.hpp"

namespace weft {

// The owner is a coroutine (outside of coroutines a thread), never the OS thread that runs it: two coroutines of one
// thread exclude each other. Otherwise like mutex. Must outlive all its waiters.
class recursive_mutex {
 public:
  recursive_mutex() : recursive_mutex(std::string_view()) {}
  explicit recursive_mutex(std::string_view name);

  // Suspends until the caller owns the mutex; returns at once if it does already. A cancellation ends the wait without
  // the mutex.
  void lock() { acquire(detail::forever); }
  // Never suspends. False if another coroutine or thread owns the mutex.
  bool try_lock() { return acquire(0); }
  // Suspends for d at most; d <= 0 is try_lock(). False: the time limit has passed.
  template <class Rep, class Period>
  bool try_lock_for(std::chrono::duration<Rep, Period> d) {
    return acquire(detail::nanoseconds_of(d));
  }
  template <class Clock, class Duration>
  bool try_lock_until(const std::chrono::time_point<Clock, Duration>& t) {
    return acquire(detail::until(t));
  }
  // Undoes one lock(). Throws std::logic_error, with no effect, unless the caller owns the mutex.
  void unlock();

  std::string_view name() const noexcept { return lock_.what().name(); }

 private:
  bool acquire(detail::time_limit limit);

  detail::owned_lock lock_;
  std::size_t again_ = 0;  // locks of the owner beyond the first; used by the owner only
};

}  // namespace weft
