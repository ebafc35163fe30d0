// One row of the statistics of a trace, and its columns: one table for weft stat's text and JSON and for the window. A
// value: viz/analysis/statistics.cpp makes it. A new column is a row of the table, and a member if it shows something
// new; docs/json.md names its key.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

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

struct statistics_column {
  enum class kind : std::uint8_t {
    number,
    duration,  // nanoseconds
    event,     // the number of an event
  };

  std::string_view title;  // in the text table and in the window
  std::string_view key;    // in JSON; "delay.p50_ns" is p50_ns inside of delay
  kind what;
  std::int64_t (*value)(const statistics_row& r);
  bool in_text, in_window;  // JSON has all columns
  // The column exists only with this grouping; `whole`: always.
  grouping only = grouping::whole;

  bool is_of(grouping by) const { return only == grouping::whole || only == by; }
};

namespace statistics_table {

using row = statistics_row;
using column = statistics_column;
inline constexpr auto number = column::kind::number, duration = column::kind::duration, event = column::kind::event;

constexpr std::int64_t count(std::uint64_t n) { return static_cast<std::int64_t>(n); }

inline constexpr column all[] = {
    {"coroutines", "coroutines", number, [](const row& r) { return count(r.coroutines); }, true, false, grouping::site},
    {"runs", "runs", number, [](const row& r) { return count(r.runs); }, true, true},
    {"switches", "switches", number, [](const row& r) { return count(r.switches); }, true, false},
    {"run", "run_ns", duration, [](const row& r) { return r.run_ns; }, true, true},
    {"ready", "ready_ns", duration, [](const row& r) { return r.ready_ns; }, true, true},
    {"blocked", "blocked_ns", duration, [](const row& r) { return r.blocked_ns; }, true, true},
    {"spawns", "spawns", number, [](const row& r) { return count(r.spawns); }, false, false},
    {"waits", "waited.count", number, [](const row& r) { return count(r.waited.count()); }, true, false,
     grouping::reason},
    {"wait p50", "waited.p50_ns", duration, [](const row& r) { return r.waited.percentile_ns(50); }, true, false,
     grouping::reason},
    {"wait p90", "waited.p90_ns", duration, [](const row& r) { return r.waited.percentile_ns(90); }, false, false,
     grouping::reason},
    {"wait p99", "waited.p99_ns", duration, [](const row& r) { return r.waited.percentile_ns(99); }, true, false,
     grouping::reason},
    {"wait max", "waited.max_ns", duration, [](const row& r) { return r.waited.max_ns(); }, true, false,
     grouping::reason},
    {"delays", "delay.count", number, [](const row& r) { return count(r.delay.count()); }, false, false},
    {"delay p50", "delay.p50_ns", duration, [](const row& r) { return r.delay.percentile_ns(50); }, true, true},
    {"delay p90", "delay.p90_ns", duration, [](const row& r) { return r.delay.percentile_ns(90); }, true, false},
    {"delay p99", "delay.p99_ns", duration, [](const row& r) { return r.delay.percentile_ns(99); }, true, true},
    {"delay max", "delay.max_ns", duration, [](const row& r) { return r.delay.max_ns(); }, true, true},
    {"longest run", "longest_run_ns", duration, [](const row& r) { return r.longest_run_ns; }, true, true},
    // The switch at the start of that run.
    {"at event", "longest_run_event", event, [](const row& r) { return count(r.longest_run_event); }, true, false},
};

}  // namespace statistics_table

// In the order in which they are shown.
constexpr std::span<const statistics_column> statistics_columns() { return statistics_table::all; }

}  // namespace weft::viz
