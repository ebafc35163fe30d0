// Turns a track into what fits the pixels: exact spans where they are wide enough, density columns where many states
// share a pixel. Cost by pixels, not by events: each column is one search, however many events it covers.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "model/lane_mip.hpp"
#include "model/time_scale.hpp"
#include "model/track.hpp"

namespace weft::viz {

struct pixel_span {
  double x0 = 0, x1 = 0;
  span_kind kind = span_kind::nothing;  // of a column: what took most of its time, running left out
  bool merged = false;                  // a column: more than one state
  bool long_run = false;                // holds, or contains, a run that held the thread too long
  std::size_t index = 0;                // in the track: of the state, or of the first one in the column
  float running_share = 0;              // of a column: 0..1, how much of its time was running
  bool any_running = false;             // of a column: somebody ran in it, however briefly
};

inline constexpr double column_px = 2;

// Spans in order, none overlapping, covering [0, width) as far as the track has states; stretches of span_kind::nothing
// only if `with_nothing`.
std::vector<pixel_span> pixel_spans(const track& states, const time_scale& scale, double width,
                                    std::int64_t trace_end_ns, bool with_nothing = false);

// The same of time buckets: columns only. `sums_in` says what a stretch of time holds.
std::vector<pixel_span> pixel_columns(const std::function<mip_sums(time_range)>& sums_in, const time_scale& scale,
                                      double width, time_range extent, bool with_nothing = false);

}  // namespace weft::viz
