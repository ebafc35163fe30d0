// What the analysis has to say about a place in the trace. A value: filled in by viz/analysis, shown by viz/view.
#pragma once

#include <cstdint>
#include <string>

#include "model/trace_model.hpp"

namespace weft::viz {

// In the order in which they are shown.
enum class finding_kind : std::uint8_t {
  held_thread,          // ran for too long without giving up the thread
  never_yielded,        // ran for very long from its start to its end, without a single wait
  wait_cycle,           // coroutines that wait for each other
  blocked_at_end,       // still blocked after the last event
  starved,              // stood ready for too long although nobody held the thread
  late_timer,           // a timer fired long after its time
  blocking_call,        // a libc call that blocked the thread instead of its coroutine
  growing_queue,        // more is put into a queue than taken out of it
  never_joined,         // left over when main ended
  two_waiters,          // on one fd, in one direction
  stack_near_guard,     // little was left of a stack
  lone_yields,          // yields again and again although nobody else is ready
  wake_without_effect,  // woken, it went back to the same wait
  queue_delay,          // the run-queue delay is larger than somebody asked for
};
inline constexpr std::size_t finding_kind_count = 14;

// "held-thread", "blocked-at-end": as in reports.
const char* to_text(finding_kind kind);

struct finding {
  finding_kind kind = finding_kind::held_thread;
  std::string title;           // "report held the thread for 12 ms"
  std::string detail;          // "5 coroutines stood ready meanwhile, the longest for 11 ms"
  std::uint64_t evidence = 0;  // the event to look at
  time_range when;             // the stretch it is about
  coroutine_index who = nobody;
  std::uint64_t coroutine = 0;  // the same as an id, 0: nobody
};

}  // namespace weft::viz
