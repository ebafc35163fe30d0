// What stands below each other in the timeline: lanes, and where there are many, a row for each spawn site that has
// several, with its lanes below it once it is unfolded. A filter leaves only the lanes whose names have its letters.
// Vertical places are in units of one lane's height.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "model/lane_layout.hpp"
#include "model/statistics_row.hpp"

namespace weft::viz {

enum class lane_order : std::uint8_t { start, slowest, longest_ready };

struct lane_group {
  std::uint64_t site = 0;
  std::string name;                  // "worker.cpp:88", or the name that its coroutines share
  std::vector<std::uint32_t> lanes;  // in the order in which they are shown
  std::size_t coroutines = 0;
  bool unfolded = false;
};

struct lane_row {
  bool is_group = false;
  bool inside = false;      // of a group: stands below its row
  std::uint32_t index = 0;  // of the lane, or of the group
};

class lane_rows {
 public:
  static constexpr std::size_t group_above = 30;  // lanes
  static constexpr std::size_t least_of_a_group = 4;
  static constexpr std::size_t look_out = 3;  // the worst lanes of a folded group are shown, too
  static constexpr float group_units = 1.75f;
  static constexpr std::size_t npos = std::numeric_limits<std::size_t>::max();

  // What decides which rows there are.
  struct wanted {
    std::string filter;
    std::set<std::uint64_t> unfolded;  // sites
    lane_order order = lane_order::start;
    std::optional<coroutine_index> selected;  // looks out of its group, too
  };
  // `summaries`: what is known of the coroutines; may be empty.
  void arrange(const trace_model& trace, const lane_layout& lanes, const std::vector<coroutine_summary>& summaries,
               const wanted& how);

  std::span<const lane_row> rows() const { return rows_; }
  std::span<const lane_group> groups() const { return groups_; }
  // Of all rows together.
  float units() const { return tops_.back(); }
  float top(std::size_t row) const { return tops_[row]; }
  float height(std::size_t row) const { return tops_[row + 1] - tops_[row]; }
  // The row of a lane; of one in a folded group the group's; npos if the filter leaves it out.
  std::size_t row_of(std::size_t lane) const { return lane < row_of_.size() ? row_of_[lane] : npos; }
  // The row at a place; npos above and below all of them.
  std::size_t row_at(float units) const;
  // The rows [first, last) that are at least partly within.
  lane_range within(float from_units, float to_units) const;

 private:
  void add_lane(std::uint32_t lane, bool inside);
  void add_group(const lane_layout& lanes, const wanted& how, std::uint32_t group,
                 const std::vector<std::int64_t>& badness);

  std::vector<lane_row> rows_;
  std::vector<lane_group> groups_;
  std::vector<float> tops_{0};
  std::vector<std::size_t> row_of_;  // by lane
};

}  // namespace weft::viz
