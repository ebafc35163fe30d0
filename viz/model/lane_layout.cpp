#include "model/lane_layout.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace weft::viz {
namespace {

bool ended_before(const coroutine_track& c, std::uint64_t n) {
  const transition& last = c.states[c.states.size() - 1];
  return diary::ended(last.status()) && last.event <= n;
}

}  // namespace

void lane_layout::update(const trace_model& trace) {
  const std::size_t count = trace.coroutines().size();
  if (!packed_ && count > pack_above) {
    packed_ = true;
    lanes_.clear();
    lane_of_.clear();
  }
  for (std::size_t c = lane_of_.size(); c < count; ++c) place(trace, static_cast<coroutine_index>(c));
}

void lane_layout::place(const trace_model& trace, coroutine_index c) {
  if (packed_) {
    const std::uint64_t born = trace.coroutines()[c].states[0].event;
    std::vector<std::uint32_t>& same_site = by_site_[trace.record(c).site];
    for (const std::uint32_t candidate : same_site) {
      lane& shared = lanes_[candidate];
      if (ended_before(trace.coroutines()[shared.who.back()], born)) {
        shared.who.push_back(c);
        lane_of_.push_back(candidate);
        return;
      }
    }
    same_site.push_back(static_cast<std::uint32_t>(lanes_.size()));
  }
  lane_of_.push_back(static_cast<std::uint32_t>(lanes_.size()));
  lanes_.push_back({{c}});
}

coroutine_index present_in(const lane& l, const trace_model& trace, std::uint64_t n) {
  const auto later = std::partition_point(
      l.who.begin(), l.who.end(), [&](coroutine_index c) { return trace.coroutines()[c].states[0].event <= n; });
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
