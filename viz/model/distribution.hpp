// Collects durations and returns percentiles. Exact for few samples; many samples are counted in buckets that are at
// most 1/64 wide, so the memory is bounded for a trace of any length. The maximum is always exact.
#pragma once

#include <cstdint>
#include <vector>

namespace weft::viz {

class distribution {
 public:
  // A negative duration counts as 0.
  void add(std::int64_t ns);

  std::uint64_t count() const { return count_; }
  std::int64_t max_ns() const { return max_ns_; }
  // Returns the smallest recorded duration that `per_cent` (0 to 100) of all durations do not exceed, or the upper end
  // of its bucket; 0 if there are no durations.
  std::int64_t percentile_ns(unsigned per_cent) const;

  static constexpr std::size_t exact_limit = 512;

 private:
  void count(std::int64_t ns);

  std::vector<std::int64_t> exact_;                 // used for up to exact_limit durations
  std::vector<std::vector<std::uint64_t>> blocks_;  // used after that: bucket counts; a block may be empty
  std::uint64_t count_ = 0;
  std::int64_t max_ns_ = 0;
};

}  // namespace weft::viz
