#include "model/statistics_columns.hpp"

namespace weft::viz {

namespace {

using row = statistics_row;
using column = statistics_column;
constexpr auto number = column::kind::number, duration = column::kind::duration, event = column::kind::event;

std::int64_t count(std::uint64_t n) { return static_cast<std::int64_t>(n); }

constexpr column all[] = {
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

}  // namespace

std::span<const statistics_column> statistics_columns() { return all; }

}  // namespace weft::viz
