// Finds who could end a wait on an object without an owner: all that ever gave something to that object, or woke a
// coroutine that waited for the same reason. That they did so is in the diary; that they could again is a guess.
#pragma once

#include <cstdint>
#include <vector>

#include "trace/state/history.hpp"

namespace weft::viz {

struct giver {
  std::uint64_t coroutine = 0;  // id; 0: a plain thread or the scheduler itself
  std::uint64_t times = 0;
  std::uint64_t first_event = 0, last_event = 0;
};

struct wait_givers {
  std::vector<giver> all;  // in the order of their first gifts, over the whole trace
  // The end of the wait in question, if the trace contains it.
  struct ending {
    std::uint64_t event = 0;
    std::int64_t t_ns = 0;
    std::uint64_t by = 0;  // id; 0: no coroutine
    diary::wake_cause cause = diary::wake_cause::none;
  };
  bool has_ended = false;
  ending end;
};

// Finds the givers for the wait of `c`, a coroutine that is blocked after `count` events. Makes one pass over the
// trace. A wake is a gift only if its cause is a grant: to cancel a waiter or to close the object gives nothing.
wait_givers givers_of(const diary::history& trace, std::uint64_t count, const diary::coroutine_state& c);

}  // namespace weft::viz
