// An event of one thread, as another thread's diary names it: the hand-shake that orders the two.
#pragma once

#include <cstdint>

namespace weft::core {

struct event_mark {
  std::uint64_t thread_plus_1 = 0;  // the thread's index in the diary + 1; 0: a thread that keeps none
  std::uint64_t ordinal = 0;        // the event's place among its own thread's
};

}  // namespace weft::core
