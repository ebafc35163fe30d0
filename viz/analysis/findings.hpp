// What is worth looking at in a trace, from the exact order of events: no guesses. Each finding names its evidence.
#pragma once

#include <vector>

#include "model/finding.hpp"

namespace weft::viz {

// Runs of at least trace.limits().long_run_ns, and who stood ready meanwhile. In the order of time.
std::vector<finding> held_threads(const trace_model& trace);
// Who is still blocked after the last event, one finding for each thing they wait for. Sleepers are not meant: they
// would have gone on. Says nothing about a trace that still grows; ask only when it has ended.
std::vector<finding> blocked_at_end(const trace_model& trace);

// All of them, the worst kind first.
std::vector<finding> find_all(const trace_model& trace, bool still_growing);

}  // namespace weft::viz
