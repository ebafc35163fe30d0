#include "core/clock.hpp"

#include <chrono>

namespace weft::core {

namespace {

class monotonic : public clock {
 public:
  std::int64_t now_ns() noexcept override {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
  }
  bool is_steady_clock() const noexcept override { return true; }
};

}  // namespace

clock& monotonic_clock() noexcept {
  static constinit monotonic the_clock;
  return the_clock;
}

}  // namespace weft::core
