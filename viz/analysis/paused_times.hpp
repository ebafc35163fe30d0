// When somebody outside had paused the program: from the mark that its thread leaves when it begins to stand to the one
// when it goes on. What the program did not do meanwhile is nobody's fault; steps that were let through belong to it.
#pragma once

#include <cstdint>
#include <vector>

#include "model/time_scale.hpp"
#include "trace/state/scheduler_state.hpp"

namespace weft::viz {

class paused_times {
 public:
  // Told each event before it is applied.
  void take(const diary::event& e, const diary::scheduler_state& before);
  // How much of `range` the thread stood, as far as is known by now.
  std::int64_t within(std::uint32_t thread, time_range range) const;
  // The length of `range` without that.
  std::int64_t active_ns(std::uint32_t thread, time_range range) const {
    return range.length_ns() - within(thread, range);
  }

 private:
  std::vector<std::vector<time_range>> stretches_;  // by thread, ascending; the last one may be open: to INT64_MAX
};

}  // namespace weft::viz
