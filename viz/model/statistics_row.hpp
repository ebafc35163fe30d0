// One row of the statistics of a trace. A value: viz/analysis makes it.
#pragma once

#include <cstdint>
#include <string>

#include "model/distribution.hpp"
#include "model/trace_model.hpp"

namespace weft::viz {

enum class grouping {
  coroutine,  // a row for each coroutine, by id
  site,       // a row for each spawn site, in the order of the first spawn there
  reason,     // a row for each wait reason: a run counts for the wait that came before it
  whole,      // one row for all
};

struct statistics_row {
  std::string name;      // sanitised
  std::uint64_t id = 0;  // of the coroutine or the site, or the number of the wait reason
  std::uint64_t coroutines = 0;
  // `switches`, as in run_stats: how often one of them was switched to after another coroutine had run on the thread. A
  // coroutine that goes on alone after a yield or a wait is still in the same run. The two numbers differ by the
  // coroutines that were cancelled before their bodies started: a switch, but no run.
  std::uint64_t runs = 0, switches = 0;
  std::uint64_t spawns = 0;  // how many coroutines they spawned
  std::int64_t run_ns = 0, ready_ns = 0, blocked_ns = 0;
  distribution delay;   // from ready to running; not for a yield that goes on at once
  distribution waited;  // from blocked to ready, one for each wait; only by reason
  std::int64_t longest_run_ns = 0;
  std::uint64_t longest_run_event = 0;  // the switch at the start of that run
};

// A row by coroutine, as the window stores it.
struct coroutine_summary : statistics_row {
  coroutine_index who = nobody;
};

}  // namespace weft::viz
