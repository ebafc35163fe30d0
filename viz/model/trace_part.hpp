// Every exact state of every coroutine in a stretch of a trace: in all of a short trace, or where the user looks
// closely at a huge one. Memory grows with the number of events.
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
  std::vector<std::uint32_t> wakes;  // as indices of trace_part::wakes()
};

struct thread_track {
  track runs;                        // running or nothing
  std::vector<coroutine_index> who;  // parallel to `runs`: the running coroutine, or nobody
};

// A coroutine became ready.
struct wake {
  std::uint64_t event = 0;
  std::int64_t t_ns = 0;
  coroutine_index target = nobody;
  coroutine_index waker = nobody;                        // nobody: the poller, a timer or another thread
  std::uint32_t thread = 0;                              // of the event
  diary::wait_reason reason = diary::wait_reason::none;  // what the target had waited for
  std::int64_t late_ns = 0;                              // for a timer: time since its deadline
};

class trace_part {
 public:
  // Starts at the beginning of the trace.
  trace_part(std::int64_t long_run_ns, bool shuffled) : long_run_ns_(long_run_ns), state_(shuffled) {}
  // Starts in the middle, with the state before the first event that take() will get. Each coroutine's first state then
  // has its start time, if the state knows it, but not the number of its first event.
  trace_part(std::int64_t long_run_ns, diary::scheduler_state before, const diary::history& names);

  // Adds the next event. `names` must know its coroutines already; unknown ones are ignored.
  void take(const diary::event& e, const diary::history& names);

  // The range of events.
  std::uint64_t begin_event() const { return begin_event_; }
  std::uint64_t end_event() const { return end_event_; }
  // From the state before the first event to the last event.
  std::int64_t begin_ns() const { return begin_ns_; }
  std::int64_t end_ns() const { return end_ns_; }

  std::span<const coroutine_track> coroutines() const { return coroutines_; }  // in the order in which they appear
  std::span<const thread_track> threads() const { return threads_; }
  std::span<const wake> wakes() const { return wakes_; }  // in the order of events
  // Null if the coroutine is not alive in this part.
  const coroutine_track* find(coroutine_index c) const {
    return c < place_of_.size() && place_of_[c] != 0 ? &coroutines_[place_of_[c] - 1] : nullptr;
  }
  // The wake with this event number, or null.
  const wake* wake_at(std::uint64_t event) const;
  // The index of the first wake with event number >= n.
  std::size_t first_wake_from(std::uint64_t n) const;
  // The coroutine that runs on the thread after event n.
  coroutine_index running_after(std::uint32_t thread, std::uint64_t n) const;

  // The state after the last event so far.
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
  std::vector<std::uint32_t> place_of_;  // index in coroutines_ + 1, by coroutine_index
  std::vector<thread_track> threads_;
  std::vector<wake> wakes_;
};

}  // namespace weft::viz
