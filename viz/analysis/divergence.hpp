// Two runs of a program, compared by what their schedulers decided: spawns, switches and wakes, in order. Times, fds
// and the numbers of objects decide nothing. Each thread's decisions are compared with those of the same thread in the
// other trace, because only within a thread is the order what the scheduler chose.
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
  std::string text;  // "worker (#3) blocks: mutex", as far as it was compared; with names
};

struct divergence {
  std::uint32_t thread = 0;
  std::uint64_t index = 0;       // how many decisions of the thread are the same before
  std::optional<decision> a, b;  // none: that side's thread has ended there
  std::vector<decision> before;  // the last ones that are the same, in a's words
};

// The first decision that differs, none if all are the same. Of several threads, the difference that comes first in a.
std::optional<divergence> first_divergence(const diary::history& a, const diary::history& b);

}  // namespace weft::viz
