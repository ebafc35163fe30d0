// The scheduler's clock. Real: the monotonic clock. Virtual, in tests: time passes only when the scheduler would sleep.
#pragma once

#include <cstdint>

namespace weft::core {

class clock {
 public:
  virtual ~clock() = default;
  // Nanoseconds since some fixed start; never goes back. Called on the scheduler's thread.
  virtual std::int64_t now_ns() noexcept = 0;
  // Its numbers are those of std::chrono::steady_clock. Then a point of that clock is a deadline as it stands, and
  // other clocks are asked again before a wait for one of their points ends. By any other clock such a wait lasts as
  // long as the point was away when it began.
  virtual bool is_steady_clock() const noexcept { return false; }
};

// CLOCK_MONOTONIC, as std::chrono::steady_clock reads it. Shared by all schedulers; stateless.
clock& monotonic_clock() noexcept;

}  // namespace weft::core
