#include "model/pixel_spans.hpp"

#include <algorithm>
#include <cmath>

namespace weft::viz {
namespace {

// Makes one column of everything from x to the column's end.
pixel_span column_at(const track& states, const time_scale& scale, double x, std::size_t first,
                     std::int64_t trace_end_ns, std::size_t& last) {
  pixel_span column;
  column.x0 = x;
  column.x1 = x + column_px;
  column.merged = true;
  column.index = first;
  const time_range covered{x_to_time(scale, column.x0), std::min(x_to_time(scale, column.x1), trace_end_ns)};
  last = states.find_time(covered.end_ns, first);
  const track::sums sums = states.sums_in(covered, trace_end_ns, first);
  std::int64_t whole = 0;
  std::int64_t largest = -1;
  for (std::size_t k = 0; k < sums.size(); ++k) {
    whole += sums[k];
    const auto kind = static_cast<span_kind>(k);
    if (kind != span_kind::running && sums[k] > largest) {
      largest = sums[k];
      column.kind = kind;
    }
  }
  const std::int64_t run = sums[static_cast<std::size_t>(span_kind::running)];
  column.any_running = run > 0;
  column.running_share = whole > 0 ? static_cast<float>(run) / static_cast<float>(whole) : 0;
  column.long_run = states.long_run_in(covered, trace_end_ns) != track::npos;
  return column;
}

}  // namespace

std::vector<pixel_span> pixel_spans(const track& states, const time_scale& scale, double width,
                                    std::int64_t trace_end_ns, bool with_nothing) {
  std::vector<pixel_span> result;
  if (states.empty()) return result;
  const double end_x = std::min(width, time_to_x(scale, trace_end_ns));
  std::size_t i = states.find_time(x_to_time(scale, 0));
  double x = 0;
  if (i == track::npos) {
    i = 0;
    x = time_to_x(scale, states[0].t_ns);
  }
  while (x < end_x) {
    const double span_end = time_to_x(scale, states.span(i, trace_end_ns).end_ns);
    const bool last = i + 1 == states.size();
    if (span_end <= x && !last) {  // states without any length
      const std::size_t now = states.find_time(x_to_time(scale, x), i);
      i = now == track::npos || now <= i ? i + 1 : now;
      continue;
    }
    if (span_end - x >= column_px || last) {
      const double x1 = std::min(span_end, width);
      if ((with_nothing || states[i].kind() != span_kind::nothing) && x1 > x) {
        result.push_back({x, x1, states[i].kind(), false, states.is_long_run(i, trace_end_ns), i, 0, false});
      }
      if (last) break;
      x = span_end;
      ++i;
      continue;
    }
    std::size_t behind = i;
    const pixel_span column = column_at(states, scale, x, i, trace_end_ns, behind);
    if (with_nothing || column.kind != span_kind::nothing || column.any_running) result.push_back(column);
    x = column.x1;
    i = std::max(behind, i);
  }
  return result;
}

std::vector<pixel_span> pixel_columns(const std::function<mip_sums(time_range)>& sums_in, const time_scale& scale,
                                      double width, time_range extent, bool with_nothing) {
  std::vector<pixel_span> result;
  const double end_x = std::min(width, time_to_x(scale, extent.end_ns));
  // The columns of all lanes are aligned.
  double x = std::max(0.0, std::floor(time_to_x(scale, extent.begin_ns) / column_px) * column_px);
  for (; x < end_x; x += column_px) {
    pixel_span column;
    column.x0 = x;
    column.x1 = std::min(x + column_px, end_x);
    column.merged = true;
    const std::int64_t begin_ns = x_to_time(scale, column.x0);
    const mip_sums sums = sums_in({begin_ns, std::max(begin_ns + 1, x_to_time(scale, column.x1))});
    double whole = 0, largest = 0;
    for (std::size_t k = 0; k < sums.ns.size(); ++k) {
      whole += sums.ns[k];
      const auto kind = static_cast<span_kind>(k);
      if (kind != span_kind::running && sums.ns[k] > largest) {
        largest = sums.ns[k];
        column.kind = kind;
      }
    }
    if (whole <= 0) continue;
    const double run = sums.ns[static_cast<std::size_t>(span_kind::running)];
    column.any_running = run > 0;
    column.running_share = static_cast<float>(run / whole);
    column.long_run = (sums.severity & severity::long_run) != 0;
    if (with_nothing || column.kind != span_kind::nothing || column.any_running) result.push_back(column);
  }
  return result;
}

}  // namespace weft::viz
