// The cheapest clock of this machine. Only differences count; the file's header says how long a tick is.
#pragma once

#include <cstdint>
#include <ctime>

#if defined(__x86_64__)
#include <cpuid.h>
#include <x86intrin.h>
#endif

namespace weft::record {

inline std::uint64_t monotonic_ns() noexcept {
  timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000'000u + static_cast<std::uint64_t>(t.tv_nsec);
}

#if defined(__x86_64__)
// Is the time stamp counter steady through sleep states and frequency changes?
inline bool has_invariant_counter() noexcept {
  unsigned a = 0, b = 0, c = 0, d = 0;
  return __get_cpuid(0x80000007, &a, &b, &c, &d) != 0 && (d & (1u << 8)) != 0;
}
inline std::uint64_t counter_ticks() noexcept { return __rdtsc(); }
inline constexpr const char* counter_name = "tsc";
#elif defined(__aarch64__)
inline bool has_invariant_counter() noexcept { return true; }
inline std::uint64_t counter_ticks() noexcept {
  std::uint64_t value;
  asm volatile("mrs %0, cntvct_el0" : "=r"(value));
  return value;
}
inline constexpr const char* counter_name = "cntvct";
#else
inline bool has_invariant_counter() noexcept { return false; }
inline std::uint64_t counter_ticks() noexcept { return monotonic_ns(); }
inline constexpr const char* counter_name = "monotonic";
#endif

// The clock of a recording. One for the whole process, chosen when the recording starts.
struct tick_clock {
  const char* name;
  std::uint64_t per_second;
  bool counter;    // the processor's counter; else CLOCK_MONOTONIC in nanoseconds
  unsigned shift;  // a tick is 2^shift clock units: 5 to 10 ns, so most differences fit into one byte

  std::uint64_t now() const noexcept { return (counter ? counter_ticks() : monotonic_ns()) >> shift; }
};

// The shift for a clock of so many ticks per second.
constexpr unsigned shift_for(std::uint64_t per_second) noexcept {
  constexpr std::uint64_t fine_enough = 200'000'000;
  unsigned shift = 0;
  while ((per_second >> shift) > fine_enough) ++shift;
  return shift;
}

// Measures the counter against CLOCK_MONOTONIC; lasts about 5 ms the first time in a process.
tick_clock choose_tick_clock() noexcept;

}  // namespace weft::record
