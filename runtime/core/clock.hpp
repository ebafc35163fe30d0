// The scheduler's clock. Real: the monotonic clock. Virtual, in tests: time passes only when the scheduler would sleep.
#pragma once

#include <cstdint>

namespace weft::core {

class clock {
 public:
  virtual ~clock() = default;
  // Nanoseconds since some fixed start; never goes back. Called on the scheduler's thread.
  virtual std::int64_t now_ns() noexcept = 0;
};

// CLOCK_MONOTONIC, as std::chrono::steady_clock reads it. Shared by all schedulers; stateless.
clock& monotonic_clock() noexcept;

}  // namespace weft::core
