// Durations counted so that percentiles can be asked for. Exact for few samples; many samples are folded into buckets
// that are at most 1/64 wide, so memory stays small however long the trace is. The maximum is always exact.
#pragma once

#include <cstdint>
#include <vector>

namespace weft::viz {

class distribution {
 public:
  // Negative durations count as 0.
  void add(std::int64_t ns);

  std::uint64_t count() const { return count_; }
  std::int64_t max_ns() const { return max_ns_; }
  // The smallest recorded duration that `per_cent` (0 to 100) of all do not exceed, or the upper end of its bucket;
  // 0 if there are none.
  std::int64_t percentile_ns(unsigned per_cent) const;

  static constexpr std::size_t exact_limit = 512;

 private:
  void count(std::int64_t ns);

  std::vector<std::int64_t> exact_;                 // until there are exact_limit
  std::vector<std::vector<std::uint64_t>> blocks_;  // then: how many in each bucket; empty where there are none
  std::uint64_t count_ = 0;
  std::int64_t max_ns_ = 0;
};

}  // namespace weft::viz
