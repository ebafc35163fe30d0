// Passes over a trace once and reports, in the order of events, what exporters draw: states of coroutines that begin
// and end, the coroutine that runs on a thread, wakes, counts. Stores only live coroutines, so it handles traces of any
// size.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

#include "trace/state/history.hpp"

namespace weft::viz::cli {

// Receives what a walk reports. Times are as recorded, in nanoseconds since time 0, and never go back; in merged traces
// they may be before 0. Calls are paired for every file: a state that begins also ends, before the next state of that
// coroutine and at the latest with the trace.
class span_sink {
 public:
  virtual ~span_sink() = default;

  // `owner`: the id of the coroutine that owned what a blocked one waits for; 0: nobody or unknown.
  virtual void state_begins(const diary::coroutine_state& c, std::uint64_t owner, std::int64_t t_ns) = 0;
  virtual void state_ends(const diary::coroutine_state& c, std::int64_t t_ns) = 0;
  // Called after the last state has ended: `final` says how the coroutine ended; null if the trace does not say it.
  virtual void coroutine_ends(const diary::coroutine_state& /*last*/, const diary::coroutine_state* /*final*/,
                              std::int64_t /*t_ns*/) {}
  virtual void run_begins(std::uint32_t /*thread*/, const diary::coroutine_state& /*c*/, std::int64_t /*t_ns*/) {}
  virtual void run_ends(std::uint32_t /*thread*/, std::int64_t /*t_ns*/) {}
  virtual void poll_begins(std::uint32_t /*thread*/, std::int64_t /*t_ns*/) {}
  virtual void poll_ends(std::uint32_t /*thread*/, std::int64_t /*t_ns*/) {}
  // Called before the target's blocked state ends. `waker`: id of the waking coroutine; 0: the poller, a timer or a
  // plain thread.
  virtual void wakes(const diary::coroutine_state& /*target*/, std::uint64_t /*waker*/, const diary::event& /*e*/,
                     std::int64_t /*t_ns*/) {}
  // For marks, zones and counters; `running`: id of the running coroutine; 0: nobody.
  virtual void says(const diary::event& /*e*/, std::uint64_t /*running*/, std::int64_t /*t_ns*/) {}
  virtual void ready_depth_is(std::uint32_t /*thread*/, std::size_t /*depth*/, std::int64_t /*t_ns*/) {}
  virtual void live_count_is(std::size_t /*count*/, std::int64_t /*t_ns*/) {}
};

class span_walk {
 public:
  // `shift_ns` is added to all times, for a format without times before 0.
  span_walk(const diary::history& trace, span_sink& to, std::int64_t shift_ns = 0)
      : trace_(trace), to_(to), shift_ns_(shift_ns), state_(trace.source().info().shuffled) {}

  // `go_on` is called from time to time with the number of the next event; it returns whether to continue.
  void run(const std::function<bool(std::uint64_t n)>& go_on = {});

 private:
  struct thread_now {
    std::uint64_t running = 0;  // id
    bool polling = false;
    std::size_t ready = 0;
  };

  void take(const diary::event& e);
  void note_slot(std::uint64_t slot, std::int64_t t_ns);
  void note_thread(std::uint32_t thread, std::int64_t t_ns);
  void finish();
  std::int64_t now_ns() const { return state_.now_ns() + shift_ns_; }

  const diary::history& trace_;
  span_sink& to_;
  const std::int64_t shift_ns_;
  diary::scheduler_state state_;
  std::unordered_map<std::uint64_t, diary::coroutine_state> open_;  // by slot: the last state reported
  std::vector<thread_now> threads_;
  std::size_t live_ = 0;
};

}  // namespace weft::viz::cli
