// One entry of a scheduler's timer heap. Not for programs: the header is public only because a timeout_scope contains a
// timer.
#pragma once

#include <cstddef>
#include <cstdint>

#include "weft/detail/core/time_limit.hpp"

namespace weft::core {

enum class timer_kind : std::uint8_t { sleep, wait_limit, start, scope };

struct timer {
  static constexpr std::uint32_t not_armed = UINT32_MAX;

  std::int64_t deadline_ns = 0;
  std::uint32_t ticket = not_armed;  // the heap finds the timer by it
  timer_kind kind = timer_kind::sleep;
  void* owner = nullptr;  // the timer's coroutine; for kind scope: the scope
  // Set for a point of an adjustable clock, which has to be read again when the deadline has come; null: the deadline
  // alone counts.
  detail::clock_reader asks = nullptr;
  std::int64_t point_ns = 0;

  bool armed() const noexcept { return ticket != not_armed; }
};

}  // namespace weft::core
