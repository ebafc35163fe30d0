// Who could end a wait that nobody owns: all who ever gave something to what is waited for, and to somebody who waited
// as this one does. That they could again is a guess; that they did is in the diary.
#pragma once

#include <cstdint>
#include <vector>

#include "trace/state/history.hpp"

namespace weft::viz {

struct giver {
  std::uint64_t coroutine = 0;  // id, 0: no coroutine, but a plain thread or the scheduler itself
  std::uint64_t times = 0;
  std::uint64_t first_event = 0, last_event = 0;
};

struct wait_givers {
  std::vector<giver> all;  // in the order of their first gifts, over the whole trace
  // What did end the wait that was asked about, if the trace goes on so far.
  struct ending {
    std::uint64_t event = 0;
    std::int64_t t_ns = 0;
    std::uint64_t by = 0;  // id, 0: no coroutine
    diary::wake_cause cause = diary::wake_cause::none;
  };
  bool has_ended = false;
  ending end;
};

// Of the wait of `c`, a blocked coroutine of the state after `count` events. One pass over the trace. A wake counts as
// a gift by its cause: to cancel a waiter, or to close the object under it, gives nothing.
wait_givers givers_of(const diary::history& trace, std::uint64_t count, const diary::coroutine_state& c);

}  // namespace weft::viz
