// What is worth looking at in a trace, from the exact order of events: no guesses. Each finding names its evidence.
#pragma once

#include <atomic>
#include <vector>

#include "analysis/detector.hpp"
#include "model/finding.hpp"
#include "model/statistics_row.hpp"

namespace weft::viz {

// All of them, the worst kind first, each kind in the order of time. Nothing about what spans lost events.
// `still_growing`: nothing is said about who is blocked at the end.
std::vector<finding> find_all(const trace_model& trace, bool still_growing, const finding_limits& limits = {});

// The same in one pass over a trace of effort `told`, which is told here.
std::vector<finding> find_all(diary::history& trace, std::int64_t long_run_ns, bool still_growing,
                              const finding_limits& limits = {});

// Two kinds by themselves.
std::vector<finding> held_threads(const trace_model& trace);
std::vector<finding> blocked_at_end(const trace_model& trace);

// What there is to say about a trace, from one pass over its events.
struct analysis {
  std::vector<finding> findings;             // as find_all gives them
  std::vector<coroutine_summary> summaries;  // longest running time first; delays to 1/64
  diary::history::totals_record totals;
};

// `trace` is of effort `told`, and is told here. If `stops` becomes true what comes back is of no use.
analysis analyse(diary::history& trace, std::int64_t long_run_ns, bool still_growing, const std::atomic<bool>& stops);

}  // namespace weft::viz
