// Which lane each coroutine is exported to. Other viewers slow down with thousands of lanes, so only the busiest have
// one of their own; the others share lanes, one after another as long as their lives do not overlap, and who finds none
// goes to the last lane, which is crowded: several live in it at once.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "trace/state/history.hpp"

namespace weft::viz::cli {

class lane_plan {
 public:
  static constexpr std::size_t lane_limit = 500;

  // `trace` is borrowed. At most `most_lanes` lanes, at least 1; those that ran longest get one of their own.
  explicit lane_plan(const diary::history& trace, std::size_t most_lanes = lane_limit);

  const std::string& name(std::size_t lane) const { return names_[lane]; }
  bool is_shared(std::size_t lane) const { return lane >= own_count_; }
  // States of those in it overlap, so they cannot be drawn as spans of one lane.
  bool is_crowded(std::size_t lane) const { return lane == crowded_; }
  // Of anybody whatever: who is in no lane yet, as the trace never introduces it, joins the crowded one.
  std::size_t lane_of(std::uint64_t coroutine);

 private:
  void choose_own(std::size_t count);
  bool share(std::size_t lanes, bool may_crowd);
  std::size_t crowded_lane();
  void name_lanes();

  const diary::history& trace_;
  std::vector<std::uint32_t> lane_of_record_;  // beside trace.coroutines()
  std::vector<bool> has_own_;                  // the same
  std::vector<std::string> names_;
  std::size_t own_count_ = 0, shared_count_ = 0;
  std::size_t crowded_ = static_cast<std::size_t>(-1);
};

// "worker (#3)", "#17" without a name.
std::string name_and_id(const diary::history& trace, std::uint64_t coroutine);

// Other viewers take no name for none given, and some do not show what has none.
const std::string& shown_name(const std::string& name);

}  // namespace weft::viz::cli
