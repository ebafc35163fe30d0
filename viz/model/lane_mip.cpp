#include "model/lane_mip.hpp"

#include <algorithm>

namespace weft::viz {
namespace {

std::uint8_t share_of(std::int64_t ns, std::int64_t bucket_ns) {
  if (ns <= 0) return 0;
  const double share = 255.0 * static_cast<double>(ns) / static_cast<double>(bucket_ns);
  return static_cast<std::uint8_t>(std::clamp(share + 0.5, 1.0, 255.0));
}

}  // namespace

mip_bucket packed(const state_sums& sums, std::uint8_t severity, std::int64_t bucket_ns) {
  mip_bucket b;
  for (std::size_t k = 1; k < span_kind_count; ++k) b.shares[k - 1] = share_of(sums[k], bucket_ns);
  b.severity = severity;
  return b;
}

state_sums unpacked(const mip_bucket& b, std::int64_t bucket_ns) {
  state_sums sums{};
  for (std::size_t k = 1; k < span_kind_count; ++k) {
    sums[k] = static_cast<std::int64_t>(static_cast<double>(bucket_ns) * b.shares[k - 1] / 255.0 + 0.5);
  }
  return sums;
}

mip_bucket joined(const mip_bucket& a, const mip_bucket& b) {
  mip_bucket both;
  for (std::size_t k = 0; k < both.shares.size(); ++k) {
    both.shares[k] = static_cast<std::uint8_t>((a.shares[k] + b.shares[k] + 1) / 2);
  }
  both.severity = a.severity | b.severity;
  return both;
}

void lane_mip::append(std::uint32_t bucket, const mip_bucket& b) {
  if (buckets.empty()) first = bucket;
  if (bucket < end()) {  // the file gives one coroutine two lives: nonsense, but no state is lost
    if (bucket < first) return;
    mip_bucket& there = buckets[bucket - first];
    for (std::size_t k = 0; k < b.shares.size(); ++k) there.shares[k] = std::max(there.shares[k], b.shares[k]);
    there.severity |= b.severity;
    return;
  }
  // Grow by a quarter, not by half: there may be ten thousand of these.
  if (buckets.size() == buckets.capacity())
    buckets.reserve(buckets.size() + std::max<std::size_t>(2, buckets.size() / 4));
  if (bucket > end()) buckets.resize(bucket - first);
  buckets.push_back(b);
}

void lane_mip::halve() {
  if (buckets.empty()) {
    first /= 2;
    return;
  }
  std::vector<mip_bucket> halves;
  halves.reserve(buckets.size() / 2 + 1);
  std::size_t i = 0;
  if (first % 2 == 1) halves.push_back(joined({}, buckets[i++]));
  for (; i < buckets.size(); i += 2) {
    halves.push_back(joined(buckets[i], i + 1 < buckets.size() ? buckets[i + 1] : mip_bucket{}));
  }
  first /= 2;
  buckets = std::move(halves);
}

void add(mip_sums& to, const mip_bucket& b, double share, std::int64_t bucket_ns) {
  const double part = share * static_cast<double>(bucket_ns);
  double left = part;
  for (std::size_t k = 1; k < span_kind_count; ++k) {
    const double ns = part * b.shares[k - 1] / 255.0;
    to.ns[k] += ns;
    left -= ns;
  }
  to.ns[0] += std::max(0.0, left);
  to.severity |= b.severity;
}

}  // namespace weft::viz
