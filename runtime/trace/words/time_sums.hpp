// Sums and shares of time. A trace may claim durations of 36 years for each coroutine, so a sum of a few durations, or
// one duration times 100, may exceed 64 bits. Sums stop at the limit; shares are computed in floating point.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>

namespace weft::diary {

inline std::int64_t sum_ns(std::int64_t a, std::int64_t b) noexcept {
  std::int64_t sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return b > 0 ? std::numeric_limits<std::int64_t>::max() : std::numeric_limits<std::int64_t>::min();
}
inline void add_ns(std::int64_t& sum, std::int64_t ns) noexcept { sum = sum_ns(sum, ns); }

// `part` of `whole` in per cent, rounded to the nearest; 0 if `whole` is 0.
inline int per_cent(std::int64_t part, std::int64_t whole) noexcept {
  return whole > 0 ? static_cast<int>(std::lround(static_cast<double>(part) * 100 / static_cast<double>(whole))) : 0;
}

}  // namespace weft::diary
