// The virtual clock of the tests: time stands still until somebody advances it, usually the fake poller, which does so
// where a real one would sleep. No test that uses it depends on how fast the machine is.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "core/clock.hpp"

namespace weft::support {

class fake_clock final : public core::clock {
 public:
  // Not 0 at the start: a forgotten initialisation elsewhere would look like "now".
  static constexpr std::int64_t start_ns = 1'000'000'000;

  std::int64_t now_ns() noexcept override {
    return now_ns_.fetch_add(each_look_ns_.load(std::memory_order_relaxed), std::memory_order_acq_rel);
  }
  // From now on each look at the clock takes so long, as if the machine was slow.
  void advance_with_each_look(std::chrono::nanoseconds d) noexcept { each_look_ns_ = d.count(); }

  // From now on its numbers are those of steady_clock's time points. Before the run.
  void stand_for_steady_clock() noexcept { is_steady_ = true; }
  bool is_steady_clock() const noexcept override { return is_steady_; }

  // From any thread. A negative duration is ignored: the clock never goes back.
  void advance(std::chrono::nanoseconds d) noexcept {
    if (d.count() > 0) now_ns_.fetch_add(d.count(), std::memory_order_acq_rel);
  }

  // Time passed since the clock was made.
  std::chrono::nanoseconds elapsed() const noexcept {
    return std::chrono::nanoseconds(now_ns_.load(std::memory_order_acquire) - start_ns);
  }

 private:
  std::atomic<std::int64_t> now_ns_{start_ns};
  std::atomic<std::int64_t> each_look_ns_{0};
  bool is_steady_ = false;
};

}  // namespace weft::support
