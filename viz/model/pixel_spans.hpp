// Turns a track into what fits the pixels: exact spans if they are wide enough, density columns where many states share
// a pixel. The cost depends on the pixels, not on the events: each column is one search, however many events it covers.
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
  span_kind kind = span_kind::nothing;  // of a column: the kind with most of its time, apart from running
  bool merged = false;                  // a column: more than one state
  bool long_run = false;                // is, or contains, a run that was too long
  std::size_t index = 0;                // of the state in the track, or of the first one in the column
  float running_share = 0;              // of a column: 0..1, running time as a share of its time
  bool any_running = false;             // of a column: some running time, however short
};

inline constexpr double column_px = 2;

// Returns spans in order, without overlaps, that cover [0, width) as far as the track has states. Stretches of
// span_kind::nothing are included only if `with_nothing`.
std::vector<pixel_span> pixel_spans(const track& states, const time_scale& scale, double width,
                                    std::int64_t trace_end_ns, bool with_nothing = false);

// The same for time buckets, with columns only. `sums_in` returns the sums of a stretch of time.
std::vector<pixel_span> pixel_columns(const std::function<mip_sums(time_range)>& sums_in, const time_scale& scale,
                                      double width, time_range extent, bool with_nothing = false);

}  // namespace weft::viz
