#include "analysis/distribution.hpp"

#include <algorithm>
#include <bit>

namespace weft::viz {
namespace {

constexpr int precision_bits = 6;

// The largest value that shares a bucket with `ns`: all that agree in their leading precision_bits + 1 bits.
std::int64_t bucket_end(std::int64_t ns) {
  const auto value = static_cast<std::uint64_t>(ns);
  const int width = static_cast<int>(std::bit_width(value));
  if (width <= precision_bits + 1) return ns;
  const std::uint64_t low_bits = (std::uint64_t{1} << (width - precision_bits - 1)) - 1;
  return static_cast<std::int64_t>(value | low_bits);
}

}  // namespace

void distribution::add(std::int64_t ns) {
  ns = std::max<std::int64_t>(ns, 0);
  ++count_;
  max_ns_ = std::max(max_ns_, ns);
  if (count_ <= exact_limit) {
    exact_.push_back(ns);
    return;
  }
  for (const std::int64_t old : exact_) ++buckets_[bucket_end(old)];
  exact_.clear();
  ++buckets_[bucket_end(ns)];
}

std::int64_t distribution::percentile_ns(unsigned per_cent) const {
  if (count_ == 0) return 0;
  const std::uint64_t rank = std::max<std::uint64_t>(1, (count_ * per_cent + 99) / 100);  // from 1
  if (!exact_.empty()) {
    std::vector<std::int64_t> sorted = exact_;
    const auto nth = sorted.begin() + static_cast<std::ptrdiff_t>(rank - 1);
    std::nth_element(sorted.begin(), nth, sorted.end());
    return *nth;
  }
  std::uint64_t seen = 0;
  for (const auto& [end, how_many] : buckets_) {
    seen += how_many;
    if (seen >= rank) return std::min(end, max_ns_);
  }
  return max_ns_;
}

}  // namespace weft::viz
