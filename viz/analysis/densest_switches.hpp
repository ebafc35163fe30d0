// Finds where most happens: the shortest stretch of a trace with 200 switches, or with a third of all switches if there
// are fewer than 600: a short trace of a few bursts would be shown whole, and none of them could be seen. What the
// window shows first if there is no finding.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "model/time_scale.hpp"
#include "trace/words/diary_event.hpp"

namespace weft::viz {

class densest_switches {
 public:
  static constexpr std::size_t wanted = 200;
  static constexpr std::size_t few = 3 * wanted, least = 8;

  void take(const diary::event& e);
  // Empty if there are fewer than `least` switches.
  time_range result() const;

 private:
  std::array<std::int64_t, wanted> times_{};  // a ring: of the latest switches
  std::vector<std::int64_t> first_;           // of the first `few` switches
  std::uint64_t count_ = 0;
  time_range shortest_;
};

}  // namespace weft::viz
