// One row of what a trace amounts to, whoever shows it. A value: filled in by viz/analysis.
#pragma once

#include <cstdint>
#include <string>

#include "model/distribution.hpp"
#include "model/trace_model.hpp"

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
  // after a yield or a wait, is still the same run. The two differ by those that were switched to only to be told that
  // they are cancelled before their bodies began: a switch, but no run.
  std::uint64_t runs = 0, switches = 0;
  std::uint64_t spawns = 0;  // coroutines they spawned
  std::int64_t run_ns = 0, ready_ns = 0, blocked_ns = 0;
  distribution delay;   // from ready to running; none for a yield that goes on at once
  distribution waited;  // from blocked to ready, one for each wait; only by reason
  std::int64_t longest_run_ns = 0;
  std::uint64_t longest_run_event = 0;  // the switch that began it
};

// A row by coroutine, as the window keeps it.
struct coroutine_summary : statistics_row {
  coroutine_index who = nobody;
};

}  // namespace weft::viz
