#include "core/time_limits.hpp"

#include <algorithm>

namespace weft::core {

timer* time_limits::put_off(timer* t, std::int64_t now_ns) noexcept {
  do {
    // There is room: one has just been taken out.
    timers_.add(*t, detail::saturated_sum(now_ns, detail::left_until({t->point_ns, t->asks})));
    t = timers_.pop_due(now_ns);
  } while (t != nullptr && !has_come(*t));
  return t;
}

std::int64_t time_limits::distance_of(const timer& t) const noexcept {
  return std::max<std::int64_t>(t.deadline_ns - clock_.now_ns(), 0);
}

}  // namespace weft::core
