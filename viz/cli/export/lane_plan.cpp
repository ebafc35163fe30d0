#include "cli/export/lane_plan.hpp"

#include <algorithm>
#include <functional>
#include <numeric>
#include <queue>
#include <utility>

namespace weft::viz::cli {

using diary::coroutine_record;

std::string name_and_id(const diary::history& trace, std::uint64_t coroutine) {
  const std::string label = trace.coroutine_label(coroutine);
  const std::string id = "#" + std::to_string(coroutine);
  return label == id ? id : label + " (" + id + ")";
}

const std::string& shown_name(const std::string& name) {
  static const std::string none = "(no name)";
  return name.empty() ? none : name;
}

lane_plan::lane_plan(const diary::history& trace, std::size_t most_lanes)
    : trace_(trace), lane_of_record_(trace.coroutines().size()), has_own_(trace.coroutines().size(), true) {
  const std::size_t count = trace.coroutines().size();
  if (count <= most_lanes) {
    choose_own(count);
  } else {
    // As few shared lanes as suffice, but not more than a tenth of all.
    for (std::size_t lanes = 1;; lanes *= 2) {
      const bool is_most = lanes >= most_lanes / 10;
      choose_own(most_lanes - lanes);
      if (share(lanes, is_most)) break;
    }
  }
  name_lanes();
}

// Gives their own lane to the `count` coroutines that ran longest.
void lane_plan::choose_own(std::size_t count) {
  const std::vector<coroutine_record>& all = trace_.coroutines();
  own_count_ = count;
  has_own_.assign(all.size(), count == all.size());
  std::vector<std::uint32_t> busiest(all.size());
  std::iota(busiest.begin(), busiest.end(), 0U);
  std::nth_element(busiest.begin(), busiest.begin() + static_cast<std::ptrdiff_t>(count), busiest.end(),
                   [&](std::uint32_t a, std::uint32_t b) {
                     return all[a].run_ns != all[b].run_ns ? all[a].run_ns > all[b].run_ns : a < b;
                   });
  for (std::size_t i = 0; i < count; ++i) has_own_[busiest[i]] = true;
  std::uint32_t lane = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (has_own_[i]) lane_of_record_[i] = lane++;
  }
}

// Gives each of the other coroutines the lane that has been free for longest at its spawn. Returns false if none is
// free for some coroutine, unless the last lane may be crowded.
bool lane_plan::share(std::size_t lanes, bool may_crowd) {
  using busy_lane = std::pair<std::uint64_t, std::uint32_t>;  // the event that frees the lane, the lane
  std::priority_queue<busy_lane, std::vector<busy_lane>, std::greater<>> busy;
  const std::vector<coroutine_record>& all = trace_.coroutines();
  const std::size_t free_of_crowds = may_crowd ? lanes - 1 : lanes;
  shared_count_ = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (has_own_[i]) continue;
    const bool ends = diary::ended(all[i].end_status);
    const std::uint64_t end_event = ends ? all[i].end_event : UINT64_MAX;
    std::uint32_t lane = 0;
    if (!busy.empty() && busy.top().first < all[i].spawn_event) {
      lane = busy.top().second;
      busy.pop();
    } else if (shared_count_ < free_of_crowds) {
      lane = static_cast<std::uint32_t>(own_count_ + shared_count_++);
    } else if (may_crowd) {
      // Its number is after all other lanes, of which there may be more later.
      crowded_ = own_count_ + free_of_crowds;
      lane_of_record_[i] = static_cast<std::uint32_t>(crowded_);
      continue;
    } else {
      return false;
    }
    lane_of_record_[i] = lane;
    busy.emplace(end_event, lane);
  }
  return true;
}

void lane_plan::name_lanes() {
  const std::vector<coroutine_record>& all = trace_.coroutines();
  names_.resize(own_count_ + shared_count_);
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (has_own_[i]) names_[lane_of_record_[i]] = name_and_id(trace_, all[i].id);
  }
  for (std::size_t i = 0; i < shared_count_; ++i) names_[own_count_ + i] = "others " + std::to_string(i + 1);
  if (crowded_ == names_.size()) names_.emplace_back("the rest");
}

std::size_t lane_plan::crowded_lane() {
  if (crowded_ >= names_.size()) {
    crowded_ = names_.size();
    names_.emplace_back("the rest");
  }
  return crowded_;
}

std::size_t lane_plan::lane_of(std::uint64_t coroutine) {
  const coroutine_record* const record = trace_.find_coroutine(coroutine);
  return record ? lane_of_record_[static_cast<std::size_t>(record - trace_.coroutines().data())] : crowded_lane();
}

}  // namespace weft::viz::cli
