// A count that goes down to zero once, and then wakes all its waiters.
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <chrono>
#include <cstddef>
#include <string_view>

#include "weft/detail/core/suspension.hpp"
#include "weft/detail/sync/wait_line.hpp"

namespace weft {

// Must outlive all its waiters.
class latch {
 public:
  // Throws std::invalid_argument if count is negative. The name (copied) appears in the diary and in deadlock_error.
  explicit latch(std::ptrdiff_t count, std::string_view name = {});

  // Never suspends. Throws std::logic_error, with no effect, if n is negative or more than the remaining count.
  void count_down(std::ptrdiff_t n = 1);
  // True if the count is zero. Never suspends.
  bool try_wait() const;
  // Suspends until the count is zero or the wait is cancelled.
  void wait() { wait_limited(detail::forever); }
  // Suspends for d at most; d <= 0 is try_wait(). False: the time limit has passed.
  template <class Rep, class Period>
  bool wait_for(std::chrono::duration<Rep, Period> d) {
    return wait_limited(detail::nanoseconds_of(d));
  }
  template <class Clock, class Duration>
  bool wait_until(const std::chrono::time_point<Clock, Duration>& t) {
    return wait_limited(detail::until(t));
  }
  // count_down(n), then wait(). A cancelled wait does not undo the count.
  void arrive_and_wait(std::ptrdiff_t n = 1) {
    count_down(n);
    wait();
  }

  std::string_view name() const noexcept { return object_.name(); }

 private:
  bool wait_limited(detail::time_limit limit);

  detail::object object_;
  detail::wait_line waiters_;  // empty when count_ is 0
  std::ptrdiff_t count_;
};

}  // namespace weft
