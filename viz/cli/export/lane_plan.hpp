// Decides to which lane each coroutine is exported. Other viewers are slow with thousands of lanes, so only the busiest
// coroutines have their own lane. The others share lanes, one after another, if their lives do not overlap. A coroutine
// without a free lane goes to the last one, which is crowded: several coroutines are in it at once.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "trace/state/history.hpp"

namespace weft::viz::cli {

class lane_plan {
 public:
  static constexpr std::size_t lane_limit = 500;

  // `trace` is borrowed. Uses at most `most_lanes` lanes, at least 1; the coroutines that ran longest get their own.
  explicit lane_plan(const diary::history& trace, std::size_t most_lanes = lane_limit);

  const std::string& name(std::size_t lane) const { return names_[lane]; }
  bool is_shared(std::size_t lane) const { return lane >= own_count_; }
  // States of its coroutines overlap, so they cannot be spans of one lane.
  bool is_crowded(std::size_t lane) const { return lane == crowded_; }
  // Accepts any id: a coroutine that the trace never introduces goes to the crowded lane.
  std::size_t lane_of(std::uint64_t coroutine);

 private:
  void choose_own(std::size_t count);
  bool share(std::size_t lanes, bool may_crowd);
  std::size_t crowded_lane();
  void name_lanes();

  const diary::history& trace_;
  std::vector<std::uint32_t> lane_of_record_;  // parallel to trace.coroutines()
  std::vector<bool> has_own_;                  // parallel to trace.coroutines()
  std::vector<std::string> names_;
  std::size_t own_count_ = 0, shared_count_ = 0;
  std::size_t crowded_ = static_cast<std::size_t>(-1);
};

// "worker (#3)", or "#17" without a name.
std::string name_and_id(const diary::history& trace, std::uint64_t coroutine);

// Returns a name that is never empty: other viewers treat an empty name as none, and some do not show unnamed things.
const std::string& shown_name(const std::string& name);

}  // namespace weft::viz::cli
