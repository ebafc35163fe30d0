// The arrows around the selected coroutine: who woke it and whom it woke, in the part of the trace in view.
#pragma once

#include <vector>

#include "model/stepping.hpp"
#include "model/trace_model.hpp"

namespace weft::viz {

struct wake_arrow {
  static constexpr std::int64_t never_runs = -1, runs_later = -2;
  wake what;
  // When the woken one then ran; or not within the trace, or not within what is decoded of a huge one.
  std::int64_t run_ns = never_runs;
  bool nearest = false;  // to the cursor: the one that gets its text
};

inline constexpr std::size_t max_wake_arrows = 64;

// At most max_wake_arrows, those nearest to the cursor, in the order of events; of a huge trace none from far away.
std::vector<wake_arrow> wake_arrows(const trace_model& trace, coroutine_index selected, const cursor& at,
                                    time_range shown);

}  // namespace weft::viz
