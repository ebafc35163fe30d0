// Paints one track into a row: what runs is tall, what waits is thin.
#pragma once

#include <functional>
#include <string>

#include "model/pixel_spans.hpp"
#include "view/screen.hpp"

namespace weft::viz {

struct lane_look {
  bool thread = false;  // a thread's row: nobody runs is drawn too
  // How long before its end span `index` was over in truth: a timer that nobody looked at. May be empty.
  std::function<std::int64_t(std::size_t index)> overdue_ns;
  // The text in a wide enough span; may be empty.
  std::function<std::string(std::size_t index)> name;
};

void paint_track(const screen& on, const rect& row, const track& states, const time_scale& scale,
                 std::int64_t trace_end_ns, const lane_look& look);

// The same of a lane that is kept in time buckets. `sums_in`: what it holds in a stretch of time; `extent`: where it
// holds anything.
void paint_buckets(const screen& on, const rect& row, const std::function<mip_sums(time_range)>& sums_in,
                   time_range extent, const time_scale& scale, bool thread);

// The mark of a state in lists and in the legend.
void paint_swatch(const screen& on, const rect& area, span_kind kind, bool holding = false);

}  // namespace weft::viz
