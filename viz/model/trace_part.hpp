// Every state of everybody over a stretch of a trace, exactly: of a short trace over all of it, of a huge one over what
// is looked at closely. Memory grows with the number of its events.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/track.hpp"
#include "trace/state/history.hpp"

namespace weft::viz {

// Index of a coroutine in history::lives(). Unlike slots it is never reused.
using coroutine_index = std::uint32_t;
inline constexpr coroutine_index nobody = static_cast<coroutine_index>(-1);

struct coroutine_track {
  coroutine_index who = nobody;
  std::uint64_t id = 0;
  std::uint32_t thread = 0;
  track states;
  std::vector<std::uint32_t> wakes;  // its wakes, as indices of trace_part::wakes()
};

struct thread_track {
  track runs;                        // running or nothing
  std::vector<coroutine_index> who;  // beside `runs`: who runs, or nobody
};

// A coroutine was made ready.
struct wake {
  std::uint64_t event = 0;
  std::int64_t t_ns = 0;
  coroutine_index target = nobody;
  coroutine_index waker = nobody;                        // nobody: poller, timer or a thread outside
  std::uint32_t thread = 0;                              // where the event stands
  diary::wait_reason reason = diary::wait_reason::none;  // what the target had waited for
  std::int64_t late_ns = 0;                              // of a timer: how long after its deadline
};

class trace_part {
 public:
  // From the beginning of the trace.
  trace_part(std::int64_t long_run_ns, bool shuffled) : long_run_ns_(long_run_ns), state_(shuffled) {}
  // From the middle, with the state before the first event that it will be given. Everybody's first state then has
  // the time at which it began, if the state knows it, but not that event's number.
  trace_part(std::int64_t long_run_ns, diary::scheduler_state before, const diary::history& names);

  // The next event. `names` must know the coroutines already; of others nothing is kept.
  void take(const diary::event& e, const diary::history& names);

  // The events it covers.
  std::uint64_t begin_event() const { return begin_event_; }
  std::uint64_t end_event() const { return end_event_; }
  // From the state before the first event to the last event.
  std::int64_t begin_ns() const { return begin_ns_; }
  std::int64_t end_ns() const { return end_ns_; }

  std::span<const coroutine_track> coroutines() const { return coroutines_; }  // in the order in which they appear
  std::span<const thread_track> threads() const { return threads_; }
  std::span<const wake> wakes() const { return wakes_; }  // in the order of events
  // Null if it does not live in this part.
  const coroutine_track* find(coroutine_index c) const {
    return c < place_of_.size() && place_of_[c] != 0 ? &coroutines_[place_of_[c] - 1] : nullptr;
  }
  // The wake with this event number, or null.
  const wake* wake_at(std::uint64_t event) const;
  // Of the wakes, the first with event number >= n, as an index.
  std::size_t first_wake_from(std::uint64_t n) const;
  // Who runs on the thread after event n.
  coroutine_index running_after(std::uint32_t thread, std::uint64_t n) const;

  // After the last event taken.
  const diary::scheduler_state& state() const { return state_; }

 private:
  void note_wake(const diary::event& e, diary::wait_reason waited_for, const diary::history& names);
  void note_coroutine(const diary::event& e, const diary::coroutine_state& now, const diary::history& names);
  void note_thread(const diary::event& e, const diary::history& names);
  coroutine_track* track_of(std::uint64_t id, std::uint32_t thread, const diary::history& names);

  std::int64_t long_run_ns_;
  diary::scheduler_state state_;
  bool is_empty_ = true;
  std::uint64_t begin_event_ = 0, end_event_ = 0;
  std::int64_t begin_ns_ = 0, end_ns_ = 0;
  std::vector<coroutine_track> coroutines_;
  std::vector<std::uint32_t> place_of_;  // in coroutines_, + 1, by coroutine_index
  std::vector<thread_track> threads_;
  std::vector<wake> wakes_;
};

}  // namespace weft::viz
