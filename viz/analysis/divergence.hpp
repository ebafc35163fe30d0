// Compares two runs of a program by the decisions of their schedulers: spawns, switches and wakes, in order. Times, fds
// and the numbers of objects are ignored. The decisions of a thread are compared with those of the same thread in the
// other trace, because the scheduler chooses the order only within a thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "trace/state/history.hpp"

namespace weft::viz {

// One of the two sides at the first difference.
struct decision {
  std::uint64_t event = 0;
  std::int64_t t_ns = 0;
  std::string text;  // only what was compared, for example "worker (#3) blocks: mutex"
};

struct divergence {
  std::uint32_t thread = 0;
  std::uint64_t index = 0;       // the number of equal decisions of the thread before
  std::optional<decision> a, b;  // none: that side's thread has ended
  std::vector<decision> before;  // the last equal decisions, in a's words
};

// Returns the first decision that differs, or none if all are equal. If several threads differ, returns the difference
// that comes first in a.
std::optional<divergence> first_divergence(const diary::history& a, const diary::history& b);

}  // namespace weft::viz
