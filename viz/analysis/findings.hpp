// What is worth looking at in a trace, from the exact order of events: no guesses. Each finding names its evidence.
#pragma once

#include <vector>

#include "analysis/detector.hpp"
#include "model/finding.hpp"

namespace weft::viz {

// Runs of at least trace.limits().long_run_ns, and who stood ready meanwhile. In the order of time.
std::vector<finding> held_threads(const trace_model& trace);
// Who is still blocked after the last event, one finding for each thing they wait for. Sleepers are not meant: they
// would have gone on; nor, in a trace that was cut off, who waits for the outside. Says nothing about a trace that
// still grows; ask only when it has ended.
std::vector<finding> blocked_at_end(const trace_model& trace);

// What the detectors find (see detector.hpp), each kind by a file of its own.
std::vector<finding> detect(const trace_model& trace, const finding_limits& limits = {});

// All of them, the worst kind first, each kind in the order of time. Nothing about what spans lost events.
std::vector<finding> find_all(const trace_model& trace, bool still_growing, const finding_limits& limits = {});

}  // namespace weft::viz
