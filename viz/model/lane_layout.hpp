// Which coroutine is drawn in which lane, and where the lanes are. One lane a coroutine while there are few; when there
// are many, coroutines of one spawn site whose lives do not overlap share a lane.
// Coordinate space: y is pixels from the top of the first lane.
#pragma once

#include <cstdint>
#include <functional>
#include <queue>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "model/trace_model.hpp"

namespace weft::viz {

struct lane {
  std::vector<coroutine_index> who;  // in the order of their spawns; never empty
};

class lane_layout {
 public:
  // More coroutines than this are packed.
  static constexpr std::size_t pack_above = 40;

  // Takes in coroutines the trace has gained; lanes that exist stay where they are, unless packing begins.
  void update(const trace_model& trace);

  std::span<const lane> lanes() const { return lanes_; }
  std::size_t lane_of(coroutine_index c) const { return lane_of_[c]; }
  bool packed() const { return packed_; }

 private:
  void place(const trace_model& trace, coroutine_index c);

  // The lanes of one spawn site, when packed. The first that is free takes the next coroutine.
  struct site_lanes {
    template <class Value>
    using least_first = std::priority_queue<Value, std::vector<Value>, std::greater<>>;
    least_first<std::pair<std::uint64_t, std::uint32_t>> busy;  // until the event
    least_first<std::uint32_t> free;
    std::vector<std::uint32_t> open;  // whose last one is not known to end

    void note(std::uint32_t lane, const diary::coroutine_record& last);
  };

  bool packed_ = false;
  std::vector<lane> lanes_;
  std::vector<std::uint32_t> lane_of_;  // by coroutine_index
  std::unordered_map<std::uint64_t, site_lanes> by_site_;
};

// The coroutine of a lane that is alive just after event n; if none is, the last one before, or the first.
coroutine_index present_in(const lane& l, const trace_model& trace, std::uint64_t n);

// The tallest of the lane heights that shows `count` lanes without scrolling, or the smallest.
float lane_height_for(std::size_t count, float panel_height);
inline constexpr float roomy_lane_height = 44;    // name and state under each other
inline constexpr float compact_lane_height = 24;  // name only

// [first, last) of the lanes that are at least partly within [scroll, scroll + height).
struct lane_range {
  std::size_t first = 0, last = 0;
};
lane_range visible_lanes(std::size_t count, float lane_height, float scroll, float height);

}  // namespace weft::viz
