#include "model/distribution.hpp"

#include <algorithm>
#include <bit>

namespace weft::viz {
namespace {

constexpr unsigned precision_bits = 6;

constexpr std::size_t block_size = std::size_t{1} << precision_bits;

// Values that agree in their leading precision_bits + 1 bits share a bucket; buckets of equal width form a block. Each
// smaller value has its own bucket, in block 0.
struct place {
  std::size_t block, bucket;
};
place place_of(std::uint64_t value) {
  const auto width = static_cast<unsigned>(std::bit_width(value));
  if (width <= precision_bits) return {0, value};
  const unsigned dropped = width - precision_bits - 1;
  return {dropped + 1, (value >> dropped) - block_size};
}

std::int64_t bucket_end(const place& p) {
  if (p.block == 0) return static_cast<std::int64_t>(p.bucket);
  return static_cast<std::int64_t>(((p.bucket + block_size + 1) << (p.block - 1)) - 1);
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
  for (const std::int64_t old : exact_) count(old);
  std::vector<std::int64_t>().swap(exact_);
  count(ns);
}

void distribution::count(std::int64_t ns) {
  const place p = place_of(static_cast<std::uint64_t>(ns));
  if (p.block >= blocks_.size()) blocks_.resize(p.block + 1);
  std::vector<std::uint64_t>& block = blocks_[p.block];
  if (block.empty()) block.resize(block_size);
  ++block[p.bucket];
}

std::int64_t distribution::percentile_ns(unsigned per_cent) const {
  if (count_ == 0) return 0;
  const std::uint64_t rank = std::max<std::uint64_t>(1, (count_ * per_cent + 99) / 100);  // counts from 1
  if (!exact_.empty()) {
    std::vector<std::int64_t> sorted = exact_;
    const auto nth = sorted.begin() + static_cast<std::ptrdiff_t>(rank - 1);
    std::nth_element(sorted.begin(), nth, sorted.end());
    return *nth;
  }
  std::uint64_t seen = 0;
  for (std::size_t block = 0; block < blocks_.size(); ++block) {
    for (std::size_t bucket = 0; bucket < blocks_[block].size(); ++bucket) {
      seen += blocks_[block][bucket];
      if (seen >= rank) return std::min(bucket_end({block, bucket}), max_ns_);
    }
  }
  return max_ns_;
}

}  // namespace weft::viz
