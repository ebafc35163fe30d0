// The arrows around the selected coroutine, in the visible stretch of the trace: which wakes made it ready and which
// wakes it caused.
#pragma once

#include <vector>

#include "model/stepping.hpp"
#include "model/trace_model.hpp"

namespace weft::viz {

struct wake_arrow {
  static constexpr std::int64_t never_runs = -1, runs_later = -2;
  wake what;
  // When the woken coroutine ran next; or that it did not within the trace, or within the decoded part of a huge trace.
  std::int64_t run_ns = never_runs;
  bool nearest = false;  // to the cursor: this arrow gets its text
};

inline constexpr std::size_t max_wake_arrows = 64;

// Returns at most max_wake_arrows, the nearest to the cursor, in the order of events; of a huge trace none from far
// away.
std::vector<wake_arrow> wake_arrows(const trace_model& trace, coroutine_index selected, const cursor& at,
                                    time_range shown);

}  // namespace weft::viz
