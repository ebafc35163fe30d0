// Converts between time and pixels. Pure functions on small values: no drawing, no trace.
// Coordinate spaces: time is int64 nanoseconds since the trace began; x is pixels from the left edge of the lanes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace weft::viz {

// Half-open: [begin_ns, end_ns).
struct time_range {
  std::int64_t begin_ns = 0;
  std::int64_t end_ns = 0;

  std::int64_t length_ns() const { return end_ns - begin_ns; }
  friend bool operator==(const time_range&, const time_range&) = default;
};

// x = (t - base_ns - offset_ns) / ns_per_px. The integer base is subtracted first, so that a double represents
// fractions of a nanosecond even hours into a trace. offset_ns is in [0, 1).
struct time_scale {
  std::int64_t base_ns = 0;
  double offset_ns = 0;
  double ns_per_px = 1;

  friend bool operator==(const time_scale&, const time_scale&) = default;
};

inline constexpr double min_ns_per_px = 0.02;

double time_to_x(const time_scale& scale, std::int64_t t_ns);
// The last whole nanosecond at or before x.
std::int64_t x_to_time(const time_scale& scale, double x);
// The times that a panel of `width` pixels shows, rounded outwards.
time_range visible_range(const time_scale& scale, double width);

// The scale that shows `range` in `width` pixels, with `margin` of the width free on either side.
time_scale fit(time_range range, double width, double margin = 0);
// Zooms by `factor` (above 1: out) and keeps the time under x in place. Never shows more than four times `whole`.
time_scale zoomed(const time_scale& scale, double x, double factor, time_range whole, double width);
// Moves the view right by the time of `px` pixels, but keeps some of `whole` visible.
time_scale panned(const time_scale& scale, double px, time_range whole, double width);

struct tick {
  std::int64_t t_ns = 0;
  double x = 0;
  std::string label;
};
// Round times (1, 2, 5 times a power of ten) at least `min_distance_px` apart.
std::vector<tick> ticks(const time_scale& scale, double width, double min_distance_px);

// "540 ns", "12.4 µs", "3.21 ms", "1.20 s", "2 min 3 s": three digits, for durations.
std::string duration_text(std::int64_t ns);
// "540.00 µs", "12.3456 ms", "1.204512 s": for points in time.
std::string instant_text(std::int64_t ns);

}  // namespace weft::viz
