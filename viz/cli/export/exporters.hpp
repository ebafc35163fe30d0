// Traces for other programs. Each writes as it reads: memory stays small however long the trace is.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>

#include "trace/state/history.hpp"

namespace weft::viz::cli {

struct export_options {
  bool all_lanes = false;     // a lane for each coroutine, however many there are
  std::int64_t shift_ns = 0;  // added to all times of a format that has none before 0 (perfetto)
  // Asked now and then, with the number of the next event, whether to go on.
  std::function<bool(std::uint64_t n)> go_on;
};

// For ui.perfetto.dev: TracePackets with track events.
void export_perfetto(const diary::history& trace, std::ostream& out, const export_options& options);
// For chrome://tracing and what else reads its JSON.
void export_chrome(const diary::history& trace, std::ostream& out, const export_options& options);
// For spreadsheets: a row for each state that each coroutine was in, in the order in which they ended.
void export_csv(const diary::history& trace, std::ostream& out, const export_options& options);

}  // namespace weft::viz::cli
