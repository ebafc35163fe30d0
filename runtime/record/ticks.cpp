#include "record/ticks.hpp"

namespace weft::record {

namespace {

std::uint64_t measure_counter() noexcept {
#if defined(__aarch64__)
  std::uint64_t frequency;
  asm volatile("mrs %0, cntfrq_el0" : "=r"(frequency));
  if (frequency != 0) return frequency;
#endif
  constexpr std::uint64_t window_ns = 5'000'000;  // reading both clocks lasts 50 ns: an error of 1e-5
  const std::uint64_t start_ns = monotonic_ns();
  const std::uint64_t start_ticks = counter_ticks();
  std::uint64_t now_ns = start_ns;
  while (now_ns - start_ns < window_ns) now_ns = monotonic_ns();
  const std::uint64_t ticks = counter_ticks() - start_ticks;
  return static_cast<std::uint64_t>(static_cast<double>(ticks) * 1e9 / static_cast<double>(now_ns - start_ns));
}

}  // namespace

tick_clock choose_tick_clock() noexcept {
  constexpr std::uint64_t second_ns = 1'000'000'000;
  if (!has_invariant_counter()) return {"monotonic", second_ns >> shift_for(second_ns), false, shift_for(second_ns)};
  static const std::uint64_t per_second = measure_counter();
  const unsigned shift = shift_for(per_second);
  return {counter_name, per_second >> shift, true, shift};
}

}  // namespace weft::record
