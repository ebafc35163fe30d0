#include "model/group_area.hpp"

#include <algorithm>
#include <cmath>

namespace weft::viz {
namespace {

class area {
 public:
  area(const time_scale& scale, double width)
      : scale_(scale), columns_(static_cast<std::size_t>(std::ceil(width / area_column_px))) {}

  // Adds a state from x0 to x1 pixels.
  void add(span_kind kind, double x0, double x1) {
    const double end = static_cast<double>(columns_.size());
    const double from = std::clamp(x0 / area_column_px, 0.0, end), to = std::clamp(x1 / area_column_px, 0.0, end);
    for (auto i = static_cast<std::size_t>(from); i < columns_.size() && static_cast<double>(i) < to; ++i) {
      const double low = std::max(from, static_cast<double>(i)), high = std::min(to, static_cast<double>(i + 1));
      columns_[i][static_cast<std::size_t>(kind)] += static_cast<float>(high - low);
    }
  }
  // Adds what `sums_in(range)` says of each column.
  template <class Sums>
  void add_sums(time_range extent, Sums&& sums_in) {
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const time_range range{x_to_time(scale_, static_cast<double>(i) * area_column_px),
                             x_to_time(scale_, static_cast<double>(i + 1) * area_column_px)};
      if (range.end_ns <= extent.begin_ns || range.begin_ns >= extent.end_ns || range.length_ns() <= 0) continue;
      const auto sums = sums_in(range);
      for (std::size_t kind = 1; kind < span_kind_count; ++kind) {
        columns_[i][kind] +=
            static_cast<float>(static_cast<double>(sums[kind]) / static_cast<double>(range.length_ns()));
      }
    }
  }

  std::vector<area_column> columns() { return std::move(columns_); }

 private:
  const time_scale& scale_;
  std::vector<area_column> columns_;
};

// Exact states, one by one where they are few, else by their sums.
void add_exactly(area& to, const track& states, const time_scale& scale, double width, std::int64_t end_ns,
                 time_range in_view) {
  const std::size_t first = states.find_time(in_view.begin_ns);
  const std::size_t last = states.find_time(in_view.end_ns);
  if (last == track::npos) return;
  const std::size_t from = first == track::npos ? 0 : first;
  if (static_cast<double>(last - from) > width / area_column_px) {
    to.add_sums({states[0].t_ns, end_ns}, [&](time_range range) { return states.sums_in(range, end_ns); });
    return;
  }
  for (std::size_t i = from; i <= last; ++i) {
    if (states[i].kind() == span_kind::nothing) continue;
    const time_range span = states.span(i, end_ns);
    to.add(states[i].kind(), time_to_x(scale, span.begin_ns), time_to_x(scale, span.end_ns));
  }
}

}  // namespace

std::vector<area_column> group_area(const trace_model& trace, const lane_layout& lanes,
                                    const std::vector<std::uint32_t>& members, const time_scale& scale, double width) {
  area result(scale, width);
  const time_range in_view = visible_range(scale, width);
  const trace_part* const part = trace.exactly(in_view);
  const lane_index* const index = part == nullptr ? trace.roughly(in_view) : nullptr;
  for (const std::uint32_t l : members) {
    for (const coroutine_index c : lanes.lanes()[l].who) {
      const diary::coroutine_record& record = trace.record(c);
      if (record.spawn_ns >= in_view.end_ns) continue;
      if (diary::ended(record.end_status) && record.end_ns < in_view.begin_ns) continue;
      if (part != nullptr) {
        const coroutine_track* const found = part->find(c);
        if (found != nullptr && !found->states.empty()) {
          add_exactly(result, found->states, scale, width, part->end_ns(), in_view);
        }
      } else if (index != nullptr) {
        const std::uint32_t number = index->lane_of(record.id);
        if (number == lane_index::no_lane) continue;
        result.add_sums(index->extent(number), [&](time_range range) { return index->sums_in(number, range).ns; });
      }
    }
  }
  return result.columns();
}

}  // namespace weft::viz
