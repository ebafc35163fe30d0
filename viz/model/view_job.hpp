// Makes what is in view of a huge trace: exactly if it has few enough events, else in time buckets as fine as the
// pixels. Works a little at a time, starting at the checkpoint before the view.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "model/lane_index.hpp"
#include "model/trace_part.hpp"

namespace weft::viz {

class view_job {
 public:
  struct limits {
    std::int64_t long_run_ns = 0;
    std::uint64_t exact_events = 0;
  };
  view_job(const diary::history& names, const limits& how, time_range whole)
      : names_(names), how_(how), whole_(whole) {}

  // Sets the view. `rough_ns`: the length of the buckets that exist in any case.
  void want(time_range range, std::int64_t column_ns, std::int64_t rough_ns);
  bool has_work() const { return making_ != making::nothing; }
  // Works until that time; returns true if there is something new to show.
  bool work(std::chrono::steady_clock::time_point until);

  // Null if `range` is not within what has been made.
  const trace_part* exactly(time_range range) const;
  const lane_index* roughly(time_range range) const;

 private:
  enum class making : std::uint8_t { nothing, part, index };
  bool covers(time_range outer, time_range range) const;

  const diary::history& names_;
  limits how_;
  time_range whole_;  // the whole trace

  std::unique_ptr<trace_part> part_;
  time_range part_range_;
  std::unique_ptr<lane_index> index_;
  time_range index_range_;

  making making_ = making::nothing;
  time_range next_range_;
  std::int64_t next_column_ns_ = 0;
  std::unique_ptr<trace_part> next_part_;
  std::unique_ptr<lane_index> next_index_;
  std::uint64_t next_ = 0, end_ = 0;
  std::unique_ptr<diary::event_walk> walk_;
};

}  // namespace weft::viz
