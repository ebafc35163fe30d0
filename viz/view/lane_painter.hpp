// Paints one track into a row: runs are tall, waits are thin.
#pragma once

#include <functional>
#include <string>

#include "model/pixel_spans.hpp"
#include "view/screen.hpp"

namespace weft::viz {

struct lane_look {
  bool thread = false;  // a thread's row: also draws the times when no coroutine runs
  // How long before its end span `index` should have ended: its timer was due but had not fired. May be empty.
  std::function<std::int64_t(std::size_t index)> overdue_ns;
  // The text in a span that is wide enough; may be empty.
  std::function<std::string(std::size_t index)> name;
};

void paint_track(const screen& on, const rect& row, const track& states, const time_scale& scale,
                 std::int64_t trace_end_ns, const lane_look& look);

// The same for a lane in time buckets. `sums_in`: the sums of a stretch of time; `extent`: from the lane's first state
// to its last.
void paint_buckets(const screen& on, const rect& row, const std::function<mip_sums(time_range)>& sums_in,
                   time_range extent, const time_scale& scale, bool thread);

// Dims what is no evidence: the times before and after `lit` in a row of lanes.
void paint_dimmed(const screen& on, const rect& row, time_range lit, const time_scale& scale);
// The same for a whole row.
void paint_dimmed(const screen& on, const rect& row);

// The mark of a state in lists and in the legend.
void paint_swatch(const screen& on, const rect& area, span_kind kind, bool holding = false);

}  // namespace weft::viz
