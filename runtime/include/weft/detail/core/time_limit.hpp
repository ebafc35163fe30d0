// When a wait ends: after a duration, or at a point of some clock. Every _for and _until function of the library makes
// one of these; no other code turns a time into a deadline. Not for programs.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <type_traits>

namespace weft::detail {

// An infinite duration.
inline constexpr std::int64_t forever = std::numeric_limits<std::int64_t>::max();

// Nanoseconds of any duration, rounded up. A duration that does not fit (or is within months of that) becomes the
// nearest limit; NaN becomes the lowest.
template <class Rep, class Period>
constexpr std::int64_t saturated_nanoseconds(std::chrono::duration<Rep, Period> d) {
  // Compared as floating point, so that neither side can overflow.
  const auto seconds = std::chrono::duration<long double>(d).count();
  if (seconds >= 9.2e9L) return forever;
  if (!(seconds > -9.2e9L)) return std::numeric_limits<std::int64_t>::min();
  if constexpr (std::chrono::treat_as_floating_point_v<Rep>) {
    return std::chrono::ceil<std::chrono::nanoseconds>(d).count();
  } else {
    // The whole seconds are converted separately, because the sum in an odd unit (thirtieths of a second) may overflow.
    const auto whole = std::chrono::duration_cast<std::chrono::duration<std::int64_t>>(d);
    return whole.count() * 1'000'000'000 + std::chrono::ceil<std::chrono::nanoseconds>(d - whole).count();
  }
}

// The same for a duration to wait: a negative one becomes 0, one that does not fit becomes `forever`.
template <class Rep, class Period>
constexpr std::int64_t nanoseconds_of(std::chrono::duration<Rep, Period> d) {
  if (!(d > std::chrono::duration<Rep, Period>::zero())) return 0;
  return saturated_nanoseconds(d);
}

constexpr std::int64_t saturated_sum(std::int64_t a, std::int64_t b) {
  if (b > 0 && a > forever - b) return forever;
  if (b < 0 && a < std::numeric_limits<std::int64_t>::min() - b) return std::numeric_limits<std::int64_t>::min();
  return a + b;
}
constexpr std::int64_t saturated_difference(std::int64_t a, std::int64_t b) {
  if (b < 0 && a > forever + b) return forever;
  if (b > 0 && a < std::numeric_limits<std::int64_t>::min() + b) return std::numeric_limits<std::int64_t>::min();
  return a - b;
}

// Reads a clock: nanoseconds since its epoch.
using clock_reader = std::int64_t (*)() noexcept;
// std::chrono::steady_clock.
std::int64_t steady_now_ns() noexcept;
// The clock of the running coroutine's scheduler; on a plain thread the steady clock.
std::int64_t own_now_ns() noexcept;

template <class Clock>
std::int64_t now_ns_of() noexcept {
  // Rounded down, while time points are rounded up: no wait ends before its point.
  const auto now = Clock::now().time_since_epoch();
  return saturated_difference(0, saturated_nanoseconds(-now));
}

struct time_limit {
  std::int64_t ns = forever;
  clock_reader clock = nullptr;  // null: ns is a duration from now; else ns is a point on this clock

  constexpr time_limit() = default;
  constexpr time_limit(std::int64_t duration_ns) : ns(duration_ns) {}
  constexpr time_limit(std::int64_t point_ns, clock_reader c) : ns(point_ns), clock(c) {}
  // True if there is no limit. A point of a clock never has this number: see limit_at().
  constexpr bool is_forever() const { return ns == forever; }
  // True if the caller must not wait.
  constexpr bool is_zero() const { return ns == 0 && clock == nullptr; }
};

// The time left until the point; 0 if it has come.
inline std::int64_t left_until(const time_limit& point) noexcept {
  const std::int64_t left = saturated_difference(point.ns, point.clock());
  return left > 0 ? left : 0;
}

// Makes a limit for a point. A point that does not fit into nanoseconds becomes forever; one that has passed becomes 0.
// The diary of the running coroutine's scheduler records whether the point has passed, and a replay uses the recorded
// answer.
time_limit limit_at(std::int64_t point_ns, clock_reader clock) noexcept;

// Makes a limit for a point of any clock.
template <class Clock, class Duration>
time_limit until(const std::chrono::time_point<Clock, Duration>& t) {
  const std::int64_t point = saturated_nanoseconds(t.time_since_epoch());
  if constexpr (std::is_same_v<Clock, std::chrono::steady_clock>) {
    return limit_at(point, &steady_now_ns);
  } else {
    return limit_at(point, &now_ns_of<Clock>);
  }
}

}  // namespace weft::detail
