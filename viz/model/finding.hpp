// One remark of the analysis about a place in the trace. A value: viz/analysis makes it, viz/view shows it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "model/trace_model.hpp"

namespace weft::viz {

// In the order in which they are shown.
enum class finding_kind : std::uint8_t {
  held_thread,
  never_yielded,
  wait_cycle,
  blocked_at_end,
  starved,
  late_timer,
  blocking_call,
  growing_queue,
  never_joined,
  two_waiters,
  stack_near_guard,
  lone_yields,
  wake_without_effect,
  queue_delay,
};

enum class finding_severity : std::uint8_t {
  minor,   // worth a look
  severe,  // other coroutines waited because of it
};

struct finding_kind_entry {
  finding_kind kind;
  std::string_view word;     // "held-thread", "blocked-at-end": in reports and as an argument
  std::string_view meaning;  // one line
  finding_severity how_bad;
};

// All kinds, by number. The command's help is generated from this table; its completion and its manual page are checked
// against it.
std::span<const finding_kind_entry> finding_kinds();
const finding_kind_entry& entry_of(finding_kind kind);
inline std::string_view to_text(finding_kind kind) { return entry_of(kind).word; }

struct finding {
  finding_kind kind = finding_kind::held_thread;
  std::string title;           // "report held the thread for 12 ms"
  std::string detail;          // "5 coroutines stood ready meanwhile, the longest for 11 ms"
  std::uint64_t evidence = 0;  // the event to show
  time_range when;             // the stretch that the finding is about
  coroutine_index who = nobody;
  std::uint64_t coroutine = 0;  // the same as an id; 0: nobody
};

}  // namespace weft::viz
