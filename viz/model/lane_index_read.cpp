// The read access to the lanes.
#include <algorithm>
#include <iterator>

#include "model/lane_index.hpp"

namespace weft::viz {

std::uint32_t lane_index::lane_of(std::uint64_t coroutine_id) const {
  const std::uint32_t* const place = lane_by_id_.find(coroutine_id);
  return place != nullptr && *place != 0 ? *place - 1 : no_lane;
}

time_range lane_index::extent(std::uint32_t number) const {
  const lane& l = lanes_[number];
  const std::int64_t begin_ns =
      l.mip.buckets.empty() && l.slot != 0 ? living(l.slot)->since_ns : scale_.begin_of(l.mip.first);
  return {begin_ns, l.slot != 0 ? end_ns_ : scale_.begin_of(l.mip.end())};
}

mip_sums lane_index::sums_of(const lane& l, const open_state* now, time_range range) const {
  mip_sums result;
  const auto add_bucket = [&](std::uint32_t number, const mip_bucket& b) {
    const time_range whole = scale_.range_of(number);
    const std::int64_t shared = std::min(whole.end_ns, range.end_ns) - std::max(whole.begin_ns, range.begin_ns);
    if (shared <= 0) return;
    add(result, b, static_cast<double>(shared) / static_cast<double>(scale_.bucket_ns), scale_.bucket_ns);
  };
  if (range.length_ns() <= 0) return result;
  const std::uint32_t last = std::min(l.mip.end(), scale_.bucket_of(range.end_ns - 1) + 1);
  for (std::uint32_t i = std::max(l.mip.first, scale_.bucket_of(range.begin_ns)); i < last; ++i) {
    add_bucket(i, l.mip.buckets[i - l.mip.first]);
  }
  if (now == nullptr || l.slot == 0) return result;
  add_bucket(scale_.bucket_of(now->since_ns), packed(now->sums, now->severity, scale_.bucket_ns));
  const std::int64_t open_ns = std::min(end_ns_, range.end_ns) - std::max(now->since_ns, range.begin_ns);
  if (open_ns > 0) {
    result.ns[static_cast<std::size_t>(now->kind)] += static_cast<double>(open_ns);
    if (now->kind == span_kind::running && end_ns_ - now->since_ns >= how_.long_run_ns) {
      result.severity |= severity::long_run;
    }
  }
  return result;
}

std::vector<mip_bucket> lane_index::buckets_of(std::uint32_t number) const {
  const lane& l = lanes_[number];
  std::vector<mip_bucket> all(l.mip.first);
  all.insert(all.end(), l.mip.buckets.begin(), l.mip.buckets.end());
  if (l.slot == 0) return all;
  open_state now = *living(l.slot);
  const bool is_long = now.kind == span_kind::running && end_ns_ - now.since_ns >= how_.long_run_ns;
  std::uint32_t bucket = scale_.bucket_of(now.since_ns);
  all.resize(bucket);
  for (; bucket <= scale_.bucket_of(end_ns_); ++bucket) {
    const std::int64_t to_ns = std::min(end_ns_, scale_.begin_of(bucket + 1));
    now.sums[static_cast<std::size_t>(now.kind)] += std::max<std::int64_t>(0, to_ns - now.since_ns);
    if (is_long) now.severity |= severity::long_run;
    all.push_back(packed(now.sums, now.severity, scale_.bucket_ns));
    now.sums = {};
    now.severity = 0;
    now.since_ns = to_ns;
  }
  return all;
}

std::size_t lane_index::memory_bytes() const {
  std::size_t sum = sizeof *this + lanes_.capacity() * sizeof(lane) + pending_.capacity() * sizeof(pending_event);
  for (const lane& l : lanes_) sum += l.mip.buckets.capacity() * sizeof(mip_bucket) + sizeof(open_state);
  for (const thread_lane& t : threads_) sum += sizeof t + t.l.mip.buckets.capacity() * sizeof(mip_bucket);
  return sum + held_.capacity() * sizeof(held_run);
}

std::uint32_t lane_index::next_change(std::uint32_t number, std::uint32_t bucket, bool forth) const {
  const lane& l = lanes_[number];
  const auto changes = [](const mip_bucket& b) { return (b.severity & severity::changed) != 0; };
  const open_state* now = living(l.slot);
  const bool open_changes = now != nullptr && (now->severity & severity::changed) != 0;
  const std::uint32_t open = open_changes ? scale_.bucket_of(now->since_ns) : no_lane;
  const auto begin = l.mip.buckets.begin(), end = l.mip.buckets.end();
  if (forth) {
    const std::uint32_t from = std::min(std::max(bucket, l.mip.first), l.mip.end()) - l.mip.first;
    const auto found = std::find_if(begin + from, end, changes);
    if (found != end) return l.mip.first + static_cast<std::uint32_t>(found - begin);
    return open_changes && open >= bucket ? open : no_lane;
  }
  if (open_changes && open <= bucket) return open;
  if (bucket < l.mip.first) return no_lane;
  const std::uint32_t behind = std::min(bucket + 1, l.mip.end()) - l.mip.first;
  const auto found = std::find_if(std::make_reverse_iterator(begin + behind), l.mip.buckets.rend(), changes);
  return found == l.mip.buckets.rend() ? no_lane
                                       : l.mip.first + static_cast<std::uint32_t>(&*found - l.mip.buckets.data());
}

}  // namespace weft::viz
