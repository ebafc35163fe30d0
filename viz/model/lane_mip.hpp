// A lane of a trace that is too long to keep: time in equal buckets, and for each bucket the share of every state. What
// must not be averaged away is in a severity byte; joined buckets OR their bytes.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "model/track.hpp"

namespace weft::viz {

namespace severity {
inline constexpr std::uint8_t long_run = 1;  // contains a piece of a run that was too long
inline constexpr std::uint8_t failed = 2;    // a coroutine ended by an exception
inline constexpr std::uint8_t changed = 4;   // a state starts here; without it the bucket is of one state
}  // namespace severity

// Six bytes. A share is in 255ths of the bucket's length, running first; the rest was span_kind::nothing. A state that
// took any time at all has a share of at least 1.
struct mip_bucket {
  std::array<std::uint8_t, span_kind_count - 1> shares{};
  std::uint8_t severity = 0;
  friend bool operator==(const mip_bucket&, const mip_bucket&) = default;
};

using state_sums = std::array<std::int64_t, span_kind_count>;  // nanoseconds, by span_kind

mip_bucket packed(const state_sums& sums, std::uint8_t severity, std::int64_t bucket_ns);
state_sums unpacked(const mip_bucket& b, std::int64_t bucket_ns);
// Makes one bucket of twice the length from two neighbours.
mip_bucket joined(const mip_bucket& a, const mip_bucket& b);

// The buckets of one lane, from the first one in which it has a state.
struct lane_mip {
  std::uint32_t first = 0;
  std::vector<mip_bucket> buckets;

  std::uint32_t end() const { return first + static_cast<std::uint32_t>(buckets.size()); }
  // Usually appends at end(); buckets in between are span_kind::nothing.
  void append(std::uint32_t bucket, const mip_bucket& b);
  // Doubles the bucket length.
  void halve();
};

// Nanoseconds of each kind, and all severities, in a stretch of time.
struct mip_sums {
  std::array<double, span_kind_count> ns{};
  std::uint8_t severity = 0;
};

// Maps bucket numbers to times.
struct mip_scale {
  std::int64_t begin_ns = 0;
  std::int64_t bucket_ns = 1;

  std::int64_t begin_of(std::uint32_t bucket) const { return begin_ns + static_cast<std::int64_t>(bucket) * bucket_ns; }
  // Times before begin_ns are in bucket 0.
  std::uint32_t bucket_of(std::int64_t t_ns) const {
    if (t_ns <= begin_ns) return 0;
    return static_cast<std::uint32_t>(std::min<std::int64_t>((t_ns - begin_ns) / bucket_ns, UINT32_MAX - 1));
  }
  time_range range_of(std::uint32_t bucket) const { return {begin_of(bucket), begin_of(bucket + 1)}; }
  friend bool operator==(const mip_scale&, const mip_scale&) = default;
};

// Adds `share` (0..1) of a bucket's sums.
void add(mip_sums& to, const mip_bucket& b, double share, std::int64_t bucket_ns);

}  // namespace weft::viz
