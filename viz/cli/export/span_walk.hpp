// Goes through a trace once and tells, in the order of events, what exporters draw: states of coroutines that begin and
// end, who runs on a thread, wakes, counts. Keeps only what is alive, so it can pass over traces of any size.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <unordered_map>
#include <vector>

#include "trace/state/history.hpp"

namespace weft::viz::cli {

// What a walk tells. Times are as recorded, nanoseconds since time 0: never going back, but those of
// merged traces may lie before it. Whatever the
// file says, calls are paired: a state that begins ends, at the latest with the trace, before the next one of that
// coroutine.
class span_sink {
 public:
  virtual ~span_sink() = default;

  // `owner` is who held what a blocked one waits for, 0: nobody or unknown.
  virtual void state_begins(const diary::coroutine_state& c, std::uint64_t owner, std::int64_t t_ns) = 0;
  virtual void state_ends(const diary::coroutine_state& c, std::int64_t t_ns) = 0;
  // After its last state ended: `final` tells how, null if the trace does not.
  virtual void coroutine_ends(const diary::coroutine_state& /*last*/, const diary::coroutine_state* /*final*/,
                              std::int64_t /*t_ns*/) {}
  virtual void run_begins(std::uint32_t /*thread*/, const diary::coroutine_state& /*c*/, std::int64_t /*t_ns*/) {}
  virtual void run_ends(std::uint32_t /*thread*/, std::int64_t /*t_ns*/) {}
  virtual void poll_begins(std::uint32_t /*thread*/, std::int64_t /*t_ns*/) {}
  virtual void poll_ends(std::uint32_t /*thread*/, std::int64_t /*t_ns*/) {}
  // Before the target's blocked state ends. `waker`: id of who woke it, 0: the poller, a timer or a plain thread.
  virtual void wakes(const diary::coroutine_state& /*target*/, std::uint64_t /*waker*/, const diary::event& /*e*/,
                     std::int64_t /*t_ns*/) {}
  // Marks, zones, counters; `running`: id of who runs, 0: nobody.
  virtual void says(const diary::event& /*e*/, std::uint64_t /*running*/, std::int64_t /*t_ns*/) {}
  virtual void ready_depth_is(std::uint32_t /*thread*/, std::size_t /*depth*/, std::int64_t /*t_ns*/) {}
  virtual void live_count_is(std::size_t /*count*/, std::int64_t /*t_ns*/) {}
};

class span_walk {
 public:
  // `shift_ns` is added to all times: for a format that has none before 0.
  span_walk(const diary::history& trace, span_sink& to, std::int64_t shift_ns = 0)
      : trace_(trace), to_(to), shift_ns_(shift_ns), state_(trace.source().info().shuffled) {}

  // `go_on` is asked now and then, with the number of the event that comes next, whether to continue.
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
  std::unordered_map<std::uint64_t, diary::coroutine_state> open_;  // by slot: the state that was told last
  std::vector<thread_now> threads_;
  std::size_t live_ = 0;
};

}  // namespace weft::viz::cli
