// What a trace amounts to: run, ready and blocked times, run-queue delays and longest runs, summed by coroutine, by
// spawn site or by wait reason. One pass over the events; no input or output.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "analysis/distribution.hpp"
#include "trace/history.hpp"

namespace weft::viz {

enum class grouping {
  coroutine,  // a row for each, by id
  site,       // a row for each spawn site, in the order of the first spawn there
  reason,     // a row for each wait reason: a run counts where its coroutine had waited before
  whole,      // one row for all
};

struct statistics_row {
  std::string name;      // sanitised
  std::uint64_t id = 0;  // of the coroutine, the site, or the number of the wait reason
  std::uint64_t coroutines = 0;
  // Times one of them was switched to, another having run before on that thread: as run_stats counts. To go on alone,
  // after a yield or a wait, is still the same run. The two are equal; both are names that scripts rely on.
  std::uint64_t runs = 0, switches = 0;
  std::uint64_t spawns = 0;  // coroutines they spawned
  std::int64_t run_ns = 0, ready_ns = 0, blocked_ns = 0;
  distribution delay;   // from ready to running; none for a yield that goes on at once
  distribution waited;  // from blocked to ready, one for each wait; only by reason
  std::int64_t longest_run_ns = 0;
  std::uint64_t longest_run_event = 0;  // the switch that began it
};

// Times of what still goes on at the end of the trace are counted up to there.
std::vector<statistics_row> compute_statistics(const diary::history& trace, grouping by);

}  // namespace weft::viz
