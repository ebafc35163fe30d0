// What the analysis has to say about a place in the trace. A value: filled in by viz/analysis, shown by viz/view.
#pragma once

#include <cstdint>
#include <string>

#include "model/trace_model.hpp"

namespace weft::viz {

enum class finding_kind : std::uint8_t { held_thread, blocked_at_end };

// "held-thread", "blocked-at-end": as in reports.
const char* to_text(finding_kind kind);

struct finding {
  finding_kind kind = finding_kind::held_thread;
  std::string title;           // "report held the thread for 12 ms"
  std::string detail;          // "5 coroutines stood ready meanwhile, the longest for 11 ms"
  std::uint64_t evidence = 0;  // the event to look at
  time_range when;             // the stretch it is about
  coroutine_index who = nobody;
};

}  // namespace weft::viz
