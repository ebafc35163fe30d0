#include "cli/lane_plan.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <queue>

namespace weft::viz::cli {

using diary::coroutine_record;

std::string name_and_id(const diary::history& trace, std::uint64_t coroutine) {
  const std::string label = trace.coroutine_label(coroutine);
  const std::string id = "#" + std::to_string(coroutine);
  return label == id ? id : label + " (" + id + ")";
}

lane_plan::lane_plan(const diary::history& trace, std::size_t own_lanes)
    : trace_(trace), lane_of_record_(trace.coroutines().size()) {
  const std::vector<coroutine_record>& all = trace.coroutines();
  std::vector<std::uint32_t> busiest(all.size());
  std::iota(busiest.begin(), busiest.end(), 0U);
  own_count_ = std::min(own_lanes, all.size());
  std::nth_element(busiest.begin(), busiest.begin() + static_cast<std::ptrdiff_t>(own_count_), busiest.end(),
                   [&](std::uint32_t a, std::uint32_t b) {
                     return all[a].run_ns != all[b].run_ns ? all[a].run_ns > all[b].run_ns : a < b;
                   });
  std::vector<bool> has_own(all.size());
  for (std::size_t i = 0; i < own_count_; ++i) has_own[busiest[i]] = true;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!has_own[i]) continue;
    lane_of_record_[i] = static_cast<std::uint32_t>(names_.size());
    names_.push_back(name_and_id(trace, all[i].id));
  }
  share(has_own);
}

// Each goes to the lane that has been free for longest, if one is free at its spawn.
void lane_plan::share(const std::vector<bool>& has_own) {
  using busy_lane = std::pair<std::uint64_t, std::uint32_t>;  // the event that frees it, the lane
  std::priority_queue<busy_lane, std::vector<busy_lane>, std::greater<>> busy;
  const std::vector<coroutine_record>& all = trace_.coroutines();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (has_own[i]) continue;
    const bool ends = diary::ended(all[i].end_status);
    const std::uint64_t end_event = ends ? all[i].end_event : UINT64_MAX;
    std::uint32_t lane;
    if (!busy.empty() && busy.top().first < all[i].spawn_event) {
      lane = busy.top().second;
      busy.pop();
    } else {
      lane = static_cast<std::uint32_t>(names_.size());
      names_.push_back("others " + std::to_string(names_.size() - own_count_ + 1));
    }
    lane_of_record_[i] = lane;
    busy.emplace(end_event, lane);
  }
}

std::size_t lane_plan::lane_of(std::uint64_t coroutine) const {
  const coroutine_record* const record = trace_.find_coroutine(coroutine);
  return record ? lane_of_record_[static_cast<std::size_t>(record - trace_.coroutines().data())] : 0;
}

}  // namespace weft::viz::cli
