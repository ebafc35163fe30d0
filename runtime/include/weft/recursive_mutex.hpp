// A mutex that its owner may lock again; it is free after as many unlocks.
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <chrono>
#include <cstddef>
#include <string_view>

#include "weft/detail/sync/owned_lock.hpp"

namespace weft {

// The owner is a coroutine (outside of coroutines a thread), never the OS thread that happens to run it: two coroutines
// of one thread exclude each other. Otherwise as mutex. Must outlive everybody who waits for it.
class recursive_mutex {
 public:
  recursive_mutex() : recursive_mutex(std::string_view()) {}
  explicit recursive_mutex(std::string_view name);

  // Suspends until it is handed over, unless the caller owns it already. A cancellation ends the wait.
  void lock() { acquire(detail::forever); }
  // Never suspends. False if another one owns it.
  bool try_lock() { return acquire(0); }
  // Suspends for d at most; d <= 0 is try_lock(). False: time ran out.
  template <class Rep, class Period>
  bool try_lock_for(std::chrono::duration<Rep, Period> d) {
    return acquire(detail::nanoseconds_of(d));
  }
  template <class Clock, class Duration>
  bool try_lock_until(const std::chrono::time_point<Clock, Duration>& t) {
    return acquire(detail::until(t));
  }
  // Takes one lock() back. std::logic_error, and nothing changed, unless the caller owns it.
  void unlock();

  std::string_view name() const noexcept { return lock_.what().name(); }

 private:
  bool acquire(detail::time_limit limit);

  detail::owned_lock lock_;
  std::size_t again_ = 0;  // locks of the owner beyond the first; touched by the owner only
};

}  // namespace weft
