// What ends at a point in time, in one scheduler: sleeps, waits, delays before a start, scopes. A timer is part of
// whatever it ends.
#pragma once

#include <cstdint>
#include <optional>

#include "core/clock.hpp"
#include "core/timer_heap.hpp"
#include "weft/detail/core/time_limit.hpp"

namespace weft::core {

class time_limits {
 public:
  explicit time_limits(clock& c) noexcept : clock_(c) {}

  // Makes t due when the limit, which is not `forever`, is over. Returns the time if the clock was read for that.
  // Throws std::bad_alloc.
  std::optional<std::int64_t> arm(timer& t, detail::time_limit limit);
  void disarm(timer& t) noexcept {
    if (t.armed()) timers_.remove(t);
  }

  bool empty() const noexcept { return timers_.empty(); }
  // The next one's; there must be one.
  std::int64_t next_deadline() const noexcept { return timers_.next_deadline(); }
  // Takes out one that is due, the earliest first; null: none is.
  timer* pop_due(std::int64_t now_ns) noexcept {
    timer* const t = timers_.pop_due(now_ns);
    return t == nullptr || has_come(*t) ? t : put_off(t, now_ns);
  }
  // Is t, which is armed, due now?
  static bool is_due(const timer& t, std::int64_t now_ns) noexcept { return t.deadline_ns <= now_ns && has_come(t); }

  // What the diary says of t's limit: how long, from now on.
  std::int64_t told(const timer& t, detail::time_limit limit) const noexcept {
    return limit.clock == nullptr ? limit.ns : distance_of(t);
  }

 private:
  // False: its deadline is over, but the clock whose point it stands for has been set back.
  static bool has_come(const timer& t) noexcept {
    return t.asks == nullptr || detail::left_until({t.point_ns, t.asks}) == 0;
  }
  std::int64_t distance_of(const timer& t) const noexcept;
  timer* put_off(timer* t, std::int64_t now_ns) noexcept;  // t's deadline has come and t has not; goes on as pop_due()

  clock& clock_;
  timer_heap timers_;
};

inline std::optional<std::int64_t> time_limits::arm(timer& t, detail::time_limit limit) {
  t.asks = nullptr;
  const bool steady = clock_.is_steady_clock();
  if (limit.clock == &detail::own_now_ns || (limit.clock == &detail::steady_now_ns && steady)) {
    timers_.add(t, limit.ns);
    return std::nullopt;
  }
  // The other clock first: what passes between the two looks makes the wait longer and not shorter.
  const std::int64_t left = limit.clock != nullptr ? detail::left_until(limit) : limit.ns;
  const std::int64_t now = clock_.now_ns();
  if (limit.clock != nullptr && steady) {
    t.asks = limit.clock;
    t.point_ns = limit.ns;
  }
  timers_.add(t, detail::saturated_sum(now, left));
  return now;
}

}  // namespace weft::core
