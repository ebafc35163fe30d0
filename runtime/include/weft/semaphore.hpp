// A number of permits. FIFO with direct hand-over: a released permit belongs to the first in line from that moment on.
#pragma once

#include "weft/detail/cxx20.hpp"

#include <chrono>
#include <cstddef>
#include <limits>
#include <string_view>

#include "weft/detail/wait.hpp"
#include "weft/detail/wait_line.hpp"

namespace weft {

// Whoever has a permit, or nobody at all, may release one. Must outlive everybody who waits for it.
class semaphore {
 public:
  // Throws std::invalid_argument if permits is negative. The name (copied) appears in the diary and in deadlock_error.
  explicit semaphore(std::ptrdiff_t permits, std::string_view name = {})
      : semaphore(permits, std::numeric_limits<std::ptrdiff_t>::max(), name) {}
  ~semaphore();

  // Takes one permit. Suspends until it is handed over or the wait is cancelled.
  void acquire() { take(detail::forever); }
  // Never suspends.
  bool try_acquire() { return take(0); }
  // Suspends for d at most; d <= 0 is try_acquire(). False: time ran out.
  template <class Rep, class Period>
  bool try_acquire_for(std::chrono::duration<Rep, Period> d) {
    return take(detail::nanoseconds_of(d));
  }
  template <class Clock, class Duration>
  bool try_acquire_until(const std::chrono::time_point<Clock, Duration>& t) {
    return take(detail::nanoseconds_until(t));
  }
  // Gives n permits back, first to those in line. Never suspends. std::logic_error, and nothing changed, if n is
  // negative or more permits would be free than there can be.
  void release(std::ptrdiff_t n = 1);
  // Permits that are free now.
  std::ptrdiff_t value() const;

  std::string_view name() const noexcept { return object_.name(); }

 protected:
  semaphore(std::ptrdiff_t permits, std::ptrdiff_t most, std::string_view name);

 private:
  bool take(std::int64_t limit_ns);
  void give(std::ptrdiff_t n) noexcept;  // before: object_.lock is held

  detail::object object_;
  detail::wait_line waiters_;  // empty while value_ > 0, but for a moment under the lock
  std::ptrdiff_t value_;
  const std::ptrdiff_t most_;  // value_ never exceeds it
  bool has_waked_ = false;     // somebody, ever
};

// A semaphore that never has more permits than at first: releasing one too often is std::logic_error.
class bounded_semaphore : public semaphore {
 public:
  explicit bounded_semaphore(std::ptrdiff_t permits, std::string_view name = {}) : semaphore(permits, permits, name) {}
};

}  // namespace weft
