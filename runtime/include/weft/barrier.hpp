// A meeting point of n coroutines or threads: none goes on before all n have arrived. Reusable.
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <chrono>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string_view>

#include "weft/detail/core/suspension.hpp"
#include "weft/detail/sync/wait_line.hpp"

namespace weft {

// The barrier was broken by abort(), or by reset() during a wait.
struct barrier_broken : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Must outlive all its waiters.
class barrier {
 public:
  // Throws std::invalid_argument if n < 1. The name (copied) appears in the diary and in deadlock_error.
  explicit barrier(std::ptrdiff_t n, std::string_view name = {});

  // Suspends until n have arrived. Returns the caller's index in order of arrival, 0 to n - 1. The last one does not
  // suspend and goes on first; the others follow in the order of their arrival. A cancelled wait withdraws its arrival.
  // Throws barrier_broken if the barrier is or gets broken.
  std::size_t arrive_and_wait() { return *arrive(detail::forever); }
  // Suspends for d at most; empty: the time limit has passed and the arrival is withdrawn. d <= 0 never suspends.
  template <class Rep, class Period>
  std::optional<std::size_t> arrive_and_wait_for(std::chrono::duration<Rep, Period> d) {
    return arrive(detail::nanoseconds_of(d));
  }
  template <class Clock, class Duration>
  std::optional<std::size_t> arrive_and_wait_until(const std::chrono::time_point<Clock, Duration>& t) {
    return arrive(detail::until(t));
  }

  // Breaks the barrier: all present and later waits throw barrier_broken, until reset(). Never suspends.
  void abort();
  // Makes the barrier like new. Present waits throw barrier_broken. Never suspends.
  void reset();
  bool broken() const;

  std::string_view name() const noexcept { return object_.name(); }

 private:
  std::optional<std::size_t> arrive(detail::time_limit limit);
  void release_all(bool broken) noexcept;  // call with object_.lock
  [[noreturn]] void throw_broken() const;

  detail::object object_;
  detail::wait_line waiters_;  // waiter::tag: its index when released; waiter::handed: not null if broken
  const std::size_t expected_;
  std::size_t arrivals_ = 0;  // at least the number of waiters: one that gave up may still be counted
  bool broken_ = false;
};

}  // namespace weft
