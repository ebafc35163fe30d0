// What a lane shows of a trace that is too long to keep: time in equal buckets, and of each bucket the share of every
// state. What must never be averaged away stands in a severity byte that is OR-ed when buckets become one.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "model/track.hpp"

namespace weft::viz {

namespace severity {
inline constexpr std::uint8_t long_run = 1;  // a part of a run that held its thread too long
inline constexpr std::uint8_t failed = 2;    // ended by an exception
inline constexpr std::uint8_t changed = 4;   // some state begins here: without it the bucket is of one state
}  // namespace severity

// Six bytes. Shares are 255ths of the bucket's whole length, running first; what they leave was span_kind::nothing.
// A state that took any time at all has at least 1.
struct mip_bucket {
  std::array<std::uint8_t, span_kind_count - 1> shares{};
  std::uint8_t severity = 0;
  friend bool operator==(const mip_bucket&, const mip_bucket&) = default;
};

using state_sums = std::array<std::int64_t, span_kind_count>;  // nanoseconds, by span_kind

mip_bucket packed(const state_sums& sums, std::uint8_t severity, std::int64_t bucket_ns);
state_sums unpacked(const mip_bucket& b, std::int64_t bucket_ns);
// Two neighbours as one bucket of twice the length.
mip_bucket joined(const mip_bucket& a, const mip_bucket& b);

// The buckets of one lane, from the first in which it has a state on.
struct lane_mip {
  std::uint32_t first = 0;
  std::vector<mip_bucket> buckets;

  std::uint32_t end() const { return first + static_cast<std::uint32_t>(buckets.size()); }
  // Usually at end(); what lies between is nothing.
  void append(std::uint32_t bucket, const mip_bucket& b);
  // Bucket lengths double.
  void halve();
};

// Nanoseconds of each kind, and all severities, in a stretch of time.
struct mip_sums {
  std::array<double, span_kind_count> ns{};
  std::uint8_t severity = 0;
};

// How bucket numbers and times belong together.
struct mip_scale {
  std::int64_t begin_ns = 0;
  std::int64_t bucket_ns = 1;

  std::int64_t begin_of(std::uint32_t bucket) const { return begin_ns + static_cast<std::int64_t>(bucket) * bucket_ns; }
  // Times before the beginning lie in bucket 0.
  std::uint32_t bucket_of(std::int64_t t_ns) const {
    if (t_ns <= begin_ns) return 0;
    return static_cast<std::uint32_t>(std::min<std::int64_t>((t_ns - begin_ns) / bucket_ns, UINT32_MAX - 1));
  }
  time_range range_of(std::uint32_t bucket) const { return {begin_of(bucket), begin_of(bucket + 1)}; }
  friend bool operator==(const mip_scale&, const mip_scale&) = default;
};

// Adds `share` (0..1) of what a bucket holds.
void add(mip_sums& to, const mip_bucket& b, double share, std::int64_t bucket_ns);

}  // namespace weft::viz
