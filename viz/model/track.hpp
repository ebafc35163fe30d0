// The states of one lane over the whole trace: an array of state changes, and sums over it, so that any stretch of time
// is answered in O(log n). Contains states and times, but no names and no pixels (see pixel_spans.hpp).
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "model/time_scale.hpp"
#include "trace/words/states.hpp"

namespace weft::viz {

// How a stretch of a lane can look.
enum class span_kind : std::uint8_t {
  nothing = 0,  // before the spawn, after the end; of a thread: nobody runs
  running = 1,
  ready = 2,
  io = 3,     // waits for a file descriptor or the outside world
  other = 4,  // waits for another coroutine
  sleeping = 5,
};
inline constexpr std::size_t span_kind_count = 6;

span_kind kind_of(diary::coroutine_status status, diary::wait_reason reason);

// The start of a state. 16 bytes.
struct transition {
  std::int64_t t_ns = 0;
  std::uint64_t event : 48 = 0;
  std::uint64_t status_bits : 8 = 0;
  std::uint64_t reason_bits : 8 = 0;

  transition() = default;
  transition(std::int64_t t, std::uint64_t n, diary::coroutine_status s, diary::wait_reason r)
      : t_ns(t),
        event(n & 0xffff'ffff'ffffu),
        status_bits(static_cast<std::uint8_t>(s)),
        reason_bits(static_cast<std::uint8_t>(r)) {}
  diary::coroutine_status status() const { return static_cast<diary::coroutine_status>(status_bits); }
  diary::wait_reason reason() const { return static_cast<diary::wait_reason>(reason_bits); }
  span_kind kind() const { return kind_of(status(), reason()); }
};
static_assert(sizeof(transition) == 16);

// Append-only, in the order of events. The last state ends at a time that the caller passes, the end of the trace.
// Invariant: block k has the sums of all states that ended before transition k * block_size.
class track {
 public:
  static constexpr std::size_t npos = static_cast<std::size_t>(-1);

  // Runs of at least this length are also kept in a separate list: no zoom may lose them.
  explicit track(std::int64_t long_run_ns) : long_run_ns_(long_run_ns) {}

  void append(const transition& change);

  std::size_t size() const { return changes_.size(); }
  bool empty() const { return changes_.empty(); }
  const transition& operator[](std::size_t i) const { return changes_[i]; }
  std::span<const transition> all() const { return changes_; }

  // The state at t_ns, which is the last change at or before it; npos before the first change. `hint`: as in sums_in.
  std::size_t find_time(std::int64_t t_ns, std::size_t hint = npos) const;
  // The same by event number.
  std::size_t find_event(std::uint64_t n) const;
  // [begin, end) of state i; the last one ends at trace_end_ns.
  time_range span(std::size_t i, std::int64_t trace_end_ns) const;

  using sums = std::array<std::int64_t, span_kind_count>;
  // Nanoseconds of each kind within `range`. `hint`: a state at or before it, if one is known.
  sums sums_in(time_range range, std::int64_t trace_end_ns, std::size_t hint = npos) const;

  // Indices of the runs that lasted long_run_ns or more and have ended.
  std::span<const std::uint32_t> long_runs() const { return long_runs_; }
  // The first long run, including the current one, that overlaps `range`; npos if there is none.
  std::size_t long_run_in(time_range range, std::int64_t trace_end_ns) const;
  bool is_long_run(std::size_t i, std::int64_t trace_end_ns) const;

 private:
  static constexpr std::size_t block_size = 64;
  sums sums_before(std::int64_t t_ns, std::int64_t trace_end_ns, std::size_t hint) const;

  std::int64_t long_run_ns_;
  std::vector<transition> changes_;
  std::vector<sums> blocks_;
  std::vector<std::uint32_t> long_runs_;
};

}  // namespace weft::viz
