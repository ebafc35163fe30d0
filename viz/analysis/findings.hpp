// Findings in a trace, derived from the exact order of events: no guesses. Each finding names its evidence.
#pragma once

#include <atomic>
#include <vector>

#include "analysis/detector.hpp"
#include "model/finding.hpp"
#include "model/statistics_row.hpp"

namespace weft::viz {

// Returns all findings, in groups: the worst first. Reports nothing that spans lost events.
// `still_growing`: does not report coroutines that are blocked at the end; marks what was there just now as new.
std::vector<finding_group> find_all(const trace_model& trace, bool still_growing, const finding_limits& limits = {});

// The same in one pass over a trace of effort `told`; this pass calls take().
std::vector<finding_group> find_all(diary::history& trace, std::int64_t long_run_ns, bool still_growing,
                                    const finding_limits& limits = {});

// All findings of one kind, one by one.
std::vector<finding> held_threads(const trace_model& trace);
std::vector<finding> blocked_at_end(const trace_model& trace);

// The results of one pass over the events of a trace.
struct analysis {
  std::vector<finding_group> findings;       // as find_all returns them
  std::vector<coroutine_summary> summaries;  // longest running time first; delays are exact to 1/64
  diary::history::totals_record totals;
  time_range densest;  // see densest_switches
};

// `trace` must be of effort `told`; this pass calls its take(). If `stops` becomes true, the result must not be used.
analysis analyse(diary::history& trace, std::int64_t long_run_ns, bool still_growing, const std::atomic<bool>& stops);

}  // namespace weft::viz
