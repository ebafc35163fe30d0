// One entry of a scheduler's timer heap. Not for programs: it is here because a timeout_scope contains one.
#pragma once

#include <cstddef>
#include <cstdint>

#include "weft/detail/core/time_limit.hpp"

namespace weft::core {

enum class timer_kind : std::uint8_t { sleep, wait_limit, start, scope };

struct timer {
  static constexpr std::uint32_t not_armed = UINT32_MAX;

  std::int64_t deadline_ns = 0;
  std::uint32_t ticket = not_armed;  // by which the heap knows its place
  timer_kind kind = timer_kind::sleep;
  void* owner = nullptr;  // the coroutine it belongs to; of a scope's: the scope
  // The point of a clock that can be set, which has to be asked again; null: the deadline is all.
  detail::clock_reader asks = nullptr;
  std::int64_t point_ns = 0;

  bool armed() const noexcept { return ticket != not_armed; }
};

}  // namespace weft::core
