#include "model/lane_layout.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace weft::viz {

void lane_layout::update(const trace_model& trace) {
  const std::size_t count = trace.coroutine_count();
  if (!packed_ && count > pack_above) {
    packed_ = true;
    lanes_.clear();
    lane_of_.clear();
  }
  for (auto& [site, same_site] : by_site_) {
    std::vector<std::uint32_t> open = std::move(same_site.open);
    same_site.open.clear();
    for (const std::uint32_t lane : open) same_site.note(lane, trace.record(lanes_[lane].who.back()));
  }
  for (std::size_t c = lane_of_.size(); c < count; ++c) place(trace, static_cast<coroutine_index>(c));
}

void lane_layout::site_lanes::note(std::uint32_t lane, const diary::coroutine_record& last) {
  if (diary::ended(last.end_status)) {
    busy.emplace(last.end_event, lane);
  } else {
    open.push_back(lane);
  }
}

void lane_layout::place(const trace_model& trace, coroutine_index c) {
  auto chosen = static_cast<std::uint32_t>(lanes_.size());
  if (packed_) {
    const diary::coroutine_record& born = trace.record(c);
    site_lanes& same_site = by_site_[born.site];
    while (!same_site.busy.empty() && same_site.busy.top().first <= born.spawn_event) {
      same_site.free.push(same_site.busy.top().second);
      same_site.busy.pop();
    }
    if (!same_site.free.empty()) {
      chosen = same_site.free.top();
      same_site.free.pop();
    }
    same_site.note(chosen, born);
  }
  lane_of_.push_back(chosen);
  if (chosen == lanes_.size()) lanes_.emplace_back();
  lanes_[chosen].who.push_back(c);
}

coroutine_index present_in(const lane& l, const trace_model& trace, std::uint64_t n) {
  const auto later = std::partition_point(l.who.begin(), l.who.end(),
                                          [&](coroutine_index c) { return trace.record(c).spawn_event <= n; });
  return later == l.who.begin() ? l.who.front() : *(later - 1);
}

float lane_height_for(std::size_t count, float panel_height) {
  constexpr std::array<float, 4> heights{roomy_lane_height, 38, 32, compact_lane_height};
  for (const float height : heights) {
    if (static_cast<float>(count) * height <= panel_height) return height;
  }
  return compact_lane_height;
}

lane_range visible_lanes(std::size_t count, float lane_height, float scroll, float height) {
  const auto first = static_cast<std::size_t>(std::max(0.0f, std::floor(scroll / lane_height)));
  const auto last = static_cast<std::size_t>(std::max(0.0f, std::ceil((scroll + height) / lane_height)));
  return {std::min(first, count), std::min(last, count)};
}

}  // namespace weft::viz
