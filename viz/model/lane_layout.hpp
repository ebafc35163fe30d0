// Assigns coroutines to lanes, and lanes to pixels. Few coroutines have one lane each. When there are many, coroutines
// of one spawn site whose lives do not overlap share a lane.
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
  std::vector<coroutine_index> who;  // in spawn order; never empty
};

class lane_layout {
 public:
  // Above this number of coroutines the lanes are packed.
  static constexpr std::size_t pack_above = 40;

  // Adds the coroutines that the trace has gained. Existing lanes stay where they are, unless packing starts.
  void update(const trace_model& trace);

  std::span<const lane> lanes() const { return lanes_; }
  std::size_t lane_of(coroutine_index c) const { return lane_of_[c]; }
  bool packed() const { return packed_; }

 private:
  void place(const trace_model& trace, coroutine_index c);

  // The lanes of one spawn site, when packed. The next coroutine gets the first free one.
  struct site_lanes {
    template <class Value>
    using least_first = std::priority_queue<Value, std::vector<Value>, std::greater<>>;
    least_first<std::pair<std::uint64_t, std::uint32_t>> busy;  // until that event
    least_first<std::uint32_t> free;
    std::vector<std::uint32_t> open;  // the end of their last coroutine is not known

    void note(std::uint32_t lane, const diary::coroutine_record& last);
  };

  bool packed_ = false;
  std::vector<lane> lanes_;
  std::vector<std::uint32_t> lane_of_;  // by coroutine_index
  std::unordered_map<std::uint64_t, site_lanes> by_site_;
};

// Returns the coroutine of the lane that is alive just after event n; if none is, the last one before, or the first.
coroutine_index present_in(const lane& l, const trace_model& trace, std::uint64_t n);

// Returns the tallest lane height that shows `count` lanes without scrolling, or the smallest height.
float lane_height_for(std::size_t count, float panel_height);
inline constexpr float roomy_lane_height = 44;    // name and state, one below the other
inline constexpr float compact_lane_height = 24;  // name only

// The lanes [first, last) that are at least partly within [scroll, scroll + height).
struct lane_range {
  std::size_t first = 0, last = 0;
};
lane_range visible_lanes(std::size_t count, float lane_height, float scroll, float height);

}  // namespace weft::viz
