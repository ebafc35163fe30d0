// Which lane each coroutine is exported to. Other viewers slow down with thousands of lanes, so only the busiest have
// one of their own; the others share lanes, one after another as long as their lives do not overlap.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "trace/history.hpp"

namespace weft::viz::cli {

class lane_plan {
 public:
  static constexpr std::size_t own_lane_limit = 500;

  // `trace` is borrowed. At most `own_lanes` coroutines, those that ran longest, get a lane of their own.
  lane_plan(const diary::history& trace, std::size_t own_lanes = own_lane_limit);

  std::size_t lane_count() const { return names_.size(); }
  const std::string& name(std::size_t lane) const { return names_[lane]; }
  bool is_shared(std::size_t lane) const { return lane >= own_count_; }
  // Of any coroutine that the trace introduces.
  std::size_t lane_of(std::uint64_t coroutine) const;

 private:
  void share(const std::vector<bool>& has_own);

  const diary::history& trace_;
  std::vector<std::uint32_t> lane_of_record_;  // beside trace.coroutines()
  std::vector<std::string> names_;
  std::size_t own_count_ = 0;
};

// "worker (#3)", "#17" without a name.
std::string name_and_id(const diary::history& trace, std::uint64_t coroutine);

}  // namespace weft::viz::cli
