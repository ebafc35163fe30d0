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
    report(s, name_of(c.slot) + " goes from " + word(c.status) + " to " + word(to));
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
  threads_[c.thread].ready.push_back(c.slot);
}

inline void scheduler_state::stop_waiting(coroutine_state& c) {
  if (c.object != 0) objects_[c.object].waiters.remove(c.slot);
  c.object = 0;
  c.owner_slot = 0;
  c.fd = -1;
  c.deadline_ns.reset();
}

// Removes a coroutine from its queue or thread, whatever its status says, so that it can be placed elsewhere.
inline void scheduler_state::detach(coroutine_state& c) {
  thread_state& thread = threads_[c.thread];
  if (c.status == coroutine_status::ready) thread.ready.remove(c.slot);
  if (c.status == coroutine_status::blocked) stop_waiting(c);
  if (thread.running_slot == c.slot) thread.running_slot = 0;
}

inline void scheduler_state::close_thread_sums(step& s) {
  const std::int64_t spent_ns = std::max<std::int64_t>(0, s.now_ns - s.thread.since_ns);
  s.thread.since_ns += spent_ns;
  if (s.thread.stopped) return;
  (s.thread.running_slot != 0 ? s.thread.run_ns : s.thread.idle_ns) += spent_ns;
}

inline std::uint64_t scheduler_state::id_in(std::uint64_t slot) const {
  const coroutine_state* c = slot != 0 ? live_.find(slot) : nullptr;
  return c != nullptr ? c->id : 0;
}

}  // namespace weft::diary
