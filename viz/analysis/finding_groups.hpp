// Groups findings: one cause at one site is one group with a count, a sum and its share of the run. Text and numbers
// only, no trace.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "model/finding.hpp"

namespace weft::viz {

class finding_groups {
 public:
  // A group keeps at most this many instances, the worst ones. Its count and its sum are always of all.
  static constexpr std::size_t most_instances = 10'000;

  void add(finding f);
  // Returns the groups, the worst first, and starts anew. `run`: from the first event to the last. `paused`: stretches
  // that do not count, in order. A group is new if an instance ended at `new_from_ns` or later.
  std::vector<finding_group> finish(time_range run, std::span<const time_range> paused,
                                    std::int64_t new_from_ns = INT64_MAX);

 private:
  using key = std::tuple<finding_kind, std::string, std::string>;  // kind, site, cause
  struct open_group {
    std::vector<finding> instances;
    std::uint64_t count = 0;
    std::int64_t sum_ns = 0, left_out_ns = 0, last_end_ns = INT64_MIN;
  };

  std::map<key, open_group> groups_;
};

// True if `a` is worse than `b`, an instance of the same group.
bool is_worse(const finding& a, const finding& b);

}  // namespace weft::viz
