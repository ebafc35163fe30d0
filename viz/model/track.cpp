#include "model/track.hpp"

#include <algorithm>

namespace weft::viz {

span_kind kind_of(diary::coroutine_status status, diary::wait_reason reason) {
  using s = diary::coroutine_status;
  using r = diary::wait_reason;
  switch (status) {
    case s::running:
      return span_kind::running;
    case s::ready:
      return span_kind::ready;
    case s::blocked:
      switch (reason) {
        case r::start_timer:
        case r::sleep:
          return span_kind::sleeping;
        case r::fd_readable:
        case r::fd_writable:
        case r::process:
        case r::signal:
        case r::resolve:
        case r::offload:
          return span_kind::io;
        default:
          return span_kind::other;
      }
    default:
      return span_kind::nothing;
  }
}

void track::append(const transition& change) {
  if (!changes_.empty()) {
    const transition& last = changes_.back();
    if (last.kind() == span_kind::running && change.t_ns - last.t_ns >= long_run_ns_) {
      long_runs_.push_back(static_cast<std::uint32_t>(changes_.size() - 1));
    }
  }
  if (changes_.size() % block_size == 0) {
    sums total{};
    if (!blocks_.empty()) {
      total = blocks_.back();
      for (std::size_t i = changes_.size() - block_size; i < changes_.size(); ++i) {
        const std::int64_t end = i + 1 < changes_.size() ? changes_[i + 1].t_ns : change.t_ns;
        total[static_cast<std::size_t>(changes_[i].kind())] += end - changes_[i].t_ns;
      }
    }
    blocks_.push_back(total);
  }
  changes_.push_back(change);
}

std::size_t track::find_time(std::int64_t t_ns, std::size_t hint) const {
  const auto after = [](std::int64_t t, const transition& c) { return t < c.t_ns; };
  auto from = changes_.begin();
  auto to = changes_.end();
  if (hint < changes_.size() && changes_[hint].t_ns <= t_ns) {
    // Gallop: neighbouring pixels search for neighbouring times.
    std::size_t step = 1;
    while (hint + step < changes_.size() && changes_[hint + step].t_ns <= t_ns) step *= 2;
    from += static_cast<std::ptrdiff_t>(hint + step / 2);
    to = changes_.begin() + static_cast<std::ptrdiff_t>(std::min(hint + step, changes_.size()));
  }
  const auto found = std::upper_bound(from, to, t_ns, after);
  return found == changes_.begin() ? npos : static_cast<std::size_t>(found - changes_.begin()) - 1;
}

std::size_t track::find_event(std::uint64_t n) const {
  const auto found = std::upper_bound(changes_.begin(), changes_.end(), n,
                                      [](std::uint64_t event, const transition& c) { return event < c.event; });
  return found == changes_.begin() ? npos : static_cast<std::size_t>(found - changes_.begin()) - 1;
}

time_range track::span(std::size_t i, std::int64_t trace_end_ns) const {
  const std::int64_t begin = changes_[i].t_ns;
  return {begin, i + 1 < changes_.size() ? changes_[i + 1].t_ns : std::max(begin, trace_end_ns)};
}

track::sums track::sums_before(std::int64_t t_ns, std::int64_t trace_end_ns, std::size_t hint) const {
  const std::size_t last = find_time(t_ns, hint);
  if (last == npos) return {};
  const std::size_t block = last / block_size;
  sums total = blocks_[block];
  for (std::size_t i = block * block_size; i <= last; ++i) {
    const time_range s = span(i, trace_end_ns);
    total[static_cast<std::size_t>(changes_[i].kind())] += std::min(s.end_ns, t_ns) - s.begin_ns;
  }
  return total;
}

track::sums track::sums_in(time_range range, std::int64_t trace_end_ns, std::size_t hint) const {
  sums result = sums_before(range.end_ns, trace_end_ns, hint);
  const sums before = sums_before(range.begin_ns, trace_end_ns, hint);
  for (std::size_t k = 0; k < result.size(); ++k) result[k] -= before[k];
  return result;
}

bool track::is_long_run(std::size_t i, std::int64_t trace_end_ns) const {
  return changes_[i].kind() == span_kind::running && span(i, trace_end_ns).length_ns() >= long_run_ns_;
}

std::size_t track::long_run_in(time_range range, std::int64_t trace_end_ns) const {
  const auto first = std::partition_point(long_runs_.begin(), long_runs_.end(), [&](std::uint32_t i) {
    return span(i, trace_end_ns).end_ns <= range.begin_ns;
  });
  if (first != long_runs_.end() && changes_[*first].t_ns < range.end_ns) return *first;
  if (!changes_.empty() && changes_.back().t_ns < range.end_ns && trace_end_ns > range.begin_ns &&
      is_long_run(changes_.size() - 1, trace_end_ns)) {
    return changes_.size() - 1;
  }
  return npos;
}

}  // namespace weft::viz
