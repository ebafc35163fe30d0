// Exports traces to other programs. Each exporter writes while it reads: its memory does not grow with the trace.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>

#include "trace/state/history.hpp"

namespace weft::viz::cli {

struct export_options {
  bool all_lanes = false;     // a lane for each coroutine, however many there are
  std::int64_t shift_ns = 0;  // added to all times of a format without times before 0 (perfetto)
  // Called from time to time with the number of the next event; returns whether to continue.
  std::function<bool(std::uint64_t n)> go_on;
};

// For ui.perfetto.dev: TracePackets with track events.
void export_perfetto(const diary::history& trace, std::ostream& out, const export_options& options);
// For chrome://tracing and other readers of its JSON.
void export_chrome(const diary::history& trace, std::ostream& out, const export_options& options);
// For spreadsheets: a row for each state of each coroutine, in the order in which the states ended.
void export_csv(const diary::history& trace, std::ostream& out, const export_options& options);

}  // namespace weft::viz::cli
