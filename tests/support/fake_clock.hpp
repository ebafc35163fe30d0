// The virtual clock of the tests: time advances only when something advances it. Usually that is the fake poller, where
// a real one would sleep. No test that uses this clock depends on the speed of the machine.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "core/clock.hpp"

namespace weft::support {

class fake_clock final : public core::clock {
 public:
  // Does not start at 0: a forgotten initialisation elsewhere would be equal to "now".
  static constexpr std::int64_t start_ns = 1'000'000'000;

  std::int64_t now_ns() noexcept override {
    return now_ns_.fetch_add(each_look_ns_.load(std::memory_order_relaxed), std::memory_order_acq_rel);
  }
  // From now on each read of the clock takes this long, as on a slow machine.
  void advance_with_each_look(std::chrono::nanoseconds d) noexcept { each_look_ns_ = d.count(); }

  // From now on its numbers are those of steady_clock's time points. Call before the run.
  void stand_for_steady_clock() noexcept { is_steady_ = true; }
  bool is_steady_clock() const noexcept override { return is_steady_; }

  // Callable from any thread. A negative duration is ignored: the clock never goes back.
  void advance(std::chrono::nanoseconds d) noexcept {
    if (d.count() > 0) now_ns_.fetch_add(d.count(), std::memory_order_acq_rel);
  }

  // The time since the clock was made.
  std::chrono::nanoseconds elapsed() const noexcept {
    return std::chrono::nanoseconds(now_ns_.load(std::memory_order_acquire) - start_ns);
  }

 private:
  std::atomic<std::int64_t> now_ns_{start_ns};
  std::atomic<std::int64_t> each_look_ns_{0};
  bool is_steady_ = false;
};

}  // namespace weft::support
