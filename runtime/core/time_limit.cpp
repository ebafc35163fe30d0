#include "weft/detail/core/time_limit.hpp"

#include "core/clock.hpp"
#include "core/scheduler.hpp"
#include "weft/detail/core/deadline.hpp"
#include "weft/detail/core/suspension.hpp"

namespace weft::detail {

std::int64_t steady_now_ns() noexcept {
  // A clock that stands for the steady one, in tests, is asked in its place.
  core::scheduler* const here = core::scheduler::current();
  return here != nullptr && here->time().is_steady_clock() ? here->time().now_ns() : core::monotonic_clock().now_ns();
}

std::int64_t own_now_ns() noexcept {
  core::scheduler* const s = in_coroutine() ? core::scheduler::current() : nullptr;
  return (s != nullptr ? s->time() : core::monotonic_clock()).now_ns();
}

time_limit limit_at(std::int64_t point_ns, clock_reader clock) noexcept {
  if (point_ns == forever) return forever;
  const time_limit limit(point_ns, clock);
  bool has_come = left_until(limit) == 0;
  if (in_coroutine()) has_come = core::scheduler::current()->point_has_come(has_come);
  return has_come ? time_limit(0) : limit;
}

void deadline::count_from_now() {
  const std::int64_t end = saturated_sum(own_now_ns(), limit_.ns);
  limit_ = end == forever ? time_limit(forever) : time_limit(end, &own_now_ns);
}

}  // namespace weft::detail
