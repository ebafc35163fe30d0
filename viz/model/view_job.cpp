#include "model/view_job.hpp"

#include <algorithm>

#include "trace/state/seek.hpp"

namespace weft::viz {
namespace {

constexpr std::uint64_t slice_events = 16'384;
constexpr std::size_t most_buckets = std::size_t{5} << 20;

time_range with_margin(time_range range, std::int64_t margin_ns, time_range whole) {
  return {std::max(whole.begin_ns, range.begin_ns - margin_ns), std::min(whole.end_ns, range.end_ns + margin_ns)};
}

}  // namespace

bool view_job::covers(time_range outer, time_range range) const {
  return outer.begin_ns <= std::max(range.begin_ns, whole_.begin_ns) &&
         outer.end_ns >= std::min(range.end_ns, whole_.end_ns) && outer.length_ns() > 0;
}

const trace_part* view_job::exactly(time_range range) const {
  return part_ && covers(part_range_, range) ? part_.get() : nullptr;
}

const lane_index* view_job::roughly(time_range range) const {
  return index_ && covers(index_range_, range) ? index_.get() : nullptr;
}

void view_job::want(time_range range, std::int64_t column_ns, std::int64_t rough_ns) {
  range = with_margin(range, 0, whole_);
  if (range.length_ns() <= 0 || exactly(range) != nullptr) {
    making_ = making::nothing;
    return;
  }
  const diary::reader& source = names_.source();
  const std::uint64_t first = source.find_time(range.begin_ns);
  const std::uint64_t last = std::min(source.event_count(), source.find_time(range.end_ns) + 2);
  const std::uint64_t inside = last - first;
  const bool exact = inside <= how_.exact_events;
  if (!exact) {
    // Fine enough: no bucket is longer than two columns.
    const lane_index* there = roughly(range);
    const bool is_fine = rough_ns <= column_ns * 2 || (there != nullptr && there->scale().bucket_ns <= column_ns * 2);
    if (is_fine) {
      making_ = making::nothing;
      return;
    }
  }
  const bool is_being_made = making_ == (exact ? making::part : making::index) && covers(next_range_, range) &&
                             (exact || next_column_ns_ <= column_ns * 2);
  if (is_being_made) return;
  // Some margin on either side, so that not every small movement starts again.
  next_range_ = with_margin(range, range.length_ns() / 4, whole_);
  next_ = source.find_time(next_range_.begin_ns);
  end_ = std::min(source.event_count(), source.find_time(next_range_.end_ns) + 2);
  if (exact && end_ - next_ > 2 * how_.exact_events) {
    next_range_ = range;
    next_ = first;
    end_ = last;
  }
  next_column_ns_ = column_ns;
  next_part_.reset();
  next_index_.reset();
  walk_.reset();
  making_ = exact ? making::part : making::index;
}

bool view_job::work(std::chrono::steady_clock::time_point until) {
  if (making_ == making::nothing) return false;
  const diary::reader& source = names_.source();
  if (!walk_) {
    diary::scheduler_state before = diary::seek_state(source, next_);
    if (making_ == making::part) {
      next_part_ = std::make_unique<trace_part>(how_.long_run_ns, std::move(before), names_);
    } else {
      lane_index::settings how;
      how.begin_ns = next_range_.begin_ns;
      how.bucket_ns = next_column_ns_;
      how.long_run_ns = how_.long_run_ns;
      how.most_buckets = most_buckets;
      how.most_columns = UINT32_MAX;
      next_index_ = std::make_unique<lane_index>(how, before, false);
    }
    walk_ = std::make_unique<diary::event_walk>(source.walk(next_));
  }
  while (next_ < end_) {
    const std::uint64_t stop = std::min(end_, next_ + slice_events);
    if (making_ == making::part) {
      walk_->for_each(
          [this](const diary::event& e) {
            next_part_->take(e, names_);
            return true;
          },
          stop);
    } else {
      walk_->for_each(
          [this](const diary::event& e) {
            // The next event may be hours later: make no buckets for the time until then.
            if (e.t_ns <= next_range_.end_ns) next_index_->take(e, nullptr);
            return true;
          },
          stop);
      next_index_->settle();
    }
    if (walk_->n() == next_) break;
    next_ = walk_->n();
    if (next_ < end_ && std::chrono::steady_clock::now() >= until) return false;
  }
  if (making_ == making::part) {
    part_ = std::move(next_part_);
    part_range_ = next_range_;
  } else {
    next_index_->reach(next_range_.end_ns);
    index_ = std::move(next_index_);
    index_range_ = next_range_;
    part_.reset();
  }
  walk_.reset();
  making_ = making::nothing;
  return true;
}

}  // namespace weft::viz
