// Finds where most happens: the shortest stretch of a trace with 200 switches. What the window shows first if there is
// no finding.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "model/time_scale.hpp"
#include "trace/words/diary_event.hpp"

namespace weft::viz {

class densest_switches {
 public:
  static constexpr std::size_t wanted = 200;

  void take(const diary::event& e);
  // Empty if there are fewer switches.
  time_range result() const { return shortest_; }

 private:
  std::array<std::int64_t, wanted> times_{};  // a ring: of the latest switches
  std::uint64_t count_ = 0;
  time_range shortest_;
};

}  // namespace weft::viz
