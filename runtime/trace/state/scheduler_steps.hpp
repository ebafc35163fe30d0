// The small steps of applying events; inline, because a trace of 100 million events uses them. Only for the sources of
// scheduler_state.
#pragma once

#include <algorithm>

#include "trace/state/scheduler_state.hpp"
#include "trace/state/scheduler_words.hpp"

namespace weft::diary {

// Adds the time in the present state to its sum, and starts the next state.
inline void scheduler_state::change(step& s, coroutine_state& c, coroutine_status to) {
  if (!legal_transition(c.status, to)) [[unlikely]] {
    s.report(facts_.name_of(c.slot) + " goes from " + word(c.status) + " to " + word(to));
  }
  const std::int64_t now_ns = std::max(s.now_ns, c.since_ns);
  const std::int64_t spent_ns = now_ns - c.since_ns;
  switch (c.status) {
    case coroutine_status::running:
      c.run_ns += spent_ns;
      break;
    case coroutine_status::ready:
      c.ready_ns += spent_ns;
      break;
    case coroutine_status::blocked:
      c.blocked_ns += spent_ns;
      break;
    default:
      break;
  }
  c.status = to;
  c.since_ns = now_ns;
  c.since_event = s.e.n;
}

inline void scheduler_state::make_ready(step& s, coroutine_state& c) {
  change(s, c, coroutine_status::ready);
  facts_.threads[c.thread].ready.push_back(c.slot);
}

}  // namespace weft::diary
