// The times in which the program was paused from outside: between the marks that a thread writes when it is paused and
// when it is resumed. No finding blames the program for these times. Steps during a pause belong to it.
#pragma once

#include <cstdint>
#include <vector>

#include "model/time_scale.hpp"
#include "trace/state/scheduler_state.hpp"

namespace weft::viz {

class paused_times {
 public:
  // Call with each event before it is applied.
  void take(const diary::event& e, const diary::scheduler_state& before);
  // How long the thread was paused within `range`, as far as is known by now.
  std::int64_t within(std::uint32_t thread, time_range range) const;
  // True if some thread was paused at some time.
  bool any() const { return !stretches_.empty(); }
  // The stretches in which all threads that were ever paused were so, up to `end_ns`.
  std::vector<time_range> of_all_threads(std::int64_t end_ns) const;
  // The rest of `range`.
  std::int64_t active_ns(std::uint32_t thread, time_range range) const {
    return range.length_ns() - within(thread, range);
  }

 private:
  std::vector<std::vector<time_range>> stretches_;  // by thread, ascending; an open one ends at INT64_MAX
};

}  // namespace weft::viz
