// A flag with any number of waiters: Python's and gevent's Event.
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <chrono>
#include <cstdint>
#include <string_view>

#include "weft/detail/core/suspension.hpp"
#include "weft/detail/sync/wait_line.hpp"

namespace weft {

// Clear at first. Must outlive all its waiters.
class event {
 public:
  event() : event(std::string_view()) {}
  // The name (copied) appears in the diary and in deadlock_error.
  explicit event(std::string_view name);

  // Wakes all present waiters, in order of arrival, even if clear() follows at once. Until clear() no wait suspends.
  // Never suspends.
  void set();
  void clear();
  bool is_set() const;

  // Suspends until set() or a cancellation; returns at once while the event is set.
  void wait() { wait_limited(detail::forever); }
  // Suspends for d at most; d <= 0 never suspends. False: the time limit has passed.
  template <class Rep, class Period>
  bool wait_for(std::chrono::duration<Rep, Period> d) {
    return wait_limited(detail::nanoseconds_of(d));
  }
  template <class Clock, class Duration>
  bool wait_until(const std::chrono::time_point<Clock, Duration>& t) {
    return wait_limited(detail::until(t));
  }

  std::string_view name() const noexcept { return object_.name(); }

 private:
  bool wait_limited(detail::time_limit limit);

  detail::object object_;
  detail::wait_line waiters_;  // empty while set_
  bool set_ = false;
};

}  // namespace weft
