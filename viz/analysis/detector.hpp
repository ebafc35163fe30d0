// Finds one kind of finding in a trace. All detectors share one pass over the events: each detector gets each event
// with the scheduler's state before and after it, and reports each finding as soon as it knows all about it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "analysis/finding_groups.hpp"
#include "analysis/paused_times.hpp"
#include "model/finding.hpp"
#include "trace/state/scheduler_state.hpp"

namespace weft::viz {

// The limits from which something is a finding.
struct finding_limits {
  std::int64_t late_timer_ns = 10'000'000;
  std::int64_t never_yielded_ns = 100'000'000;
  std::int64_t starved_ns = 100'000'000;
  std::int64_t blocking_call_ns = 10'000'000;
  std::uint64_t lone_yields = 1000;  // in a row
  std::uint64_t vain_wakes = 8;      // and more than half of all
  std::uint64_t queue_depth = 64;    // at the end
  std::int64_t not_polled_ns = 20'000'000;
  std::int64_t idle_thread_ns = 10'000'000;
  std::uint64_t ready_elsewhere = 4;  // that could be taken over, all that time
  std::uint64_t population = 64;      // of a spawn site, at the end
  std::uint64_t stack_per_cent = 87;  // used of what is reserved
};

// Where events are missing. No detector reports anything that spans such a place.
class trace_gaps {
 public:
  explicit trace_gaps(const diary::history& trace);
  bool any() const { return any_; }
  // True if no event of the thread is missing between events number `from` and `to`.
  bool is_whole(std::uint32_t thread, std::uint64_t from, std::uint64_t to) const;

 private:
  std::vector<std::vector<std::uint64_t>> first_behind_;  // by thread: event numbers, ascending
  bool any_ = false;
};

// The input of all detectors.
struct investigation {
  const diary::history& trace;
  const trace_gaps& gaps;
  const paused_times& paused;
  finding_limits limits;
  std::int64_t long_run_ns = 10'000'000;
  bool still_growing = false;  // true: the program still writes the trace
  finding_groups& found;

  // Adds a finding about this thread, with the time that it lasted and the name of its coroutine.
  void report(finding f, std::uint32_t thread) const;
  std::string name(std::uint64_t coroutine) const { return trace.coroutine_label(coroutine); }
  // For example "worker.cpp:88"; "" if the site is unknown.
  std::string site_text(std::uint64_t site) const;
  // Where the coroutine was spawned; its name if that is unknown.
  std::string site_or_name(std::uint64_t site, std::uint64_t coroutine) const;
};

class detector {
 public:
  virtual ~detector() = default;
  // True if before() or after() must be called for events of this type. Most detectors want few types.
  virtual bool wants_before(diary::event_type /*type*/) const { return false; }
  virtual bool wants_after(diary::event_type /*type*/) const { return false; }
  virtual void before(const diary::event& /*e*/, const diary::scheduler_state& /*state*/) {}
  virtual void after(const diary::event& /*e*/, const diary::scheduler_state& /*state*/) {}
  // `end`: the state after the last event.
  virtual void finish(const diary::scheduler_state& /*end*/) {}
};

using detector_maker = std::unique_ptr<detector> (*)(const investigation&);
std::unique_ptr<detector> make_held_threads(const investigation& about);
std::unique_ptr<detector> make_blocked_at_end(const investigation& about);
std::unique_ptr<detector> make_never_yielded(const investigation& about);
std::unique_ptr<detector> make_wait_cycle(const investigation& about);
std::unique_ptr<detector> make_starved(const investigation& about);
std::unique_ptr<detector> make_late_timer(const investigation& about);
std::unique_ptr<detector> make_blocking_call(const investigation& about);
std::unique_ptr<detector> make_growing_queue(const investigation& about);
std::unique_ptr<detector> make_never_joined(const investigation& about);
std::unique_ptr<detector> make_two_waiters(const investigation& about);
std::unique_ptr<detector> make_stack_near_guard(const investigation& about);
std::unique_ptr<detector> make_lone_yields(const investigation& about);
std::unique_ptr<detector> make_wake_without_effect(const investigation& about);
std::unique_ptr<detector> make_lost_wakeup(const investigation& about);
std::unique_ptr<detector> make_not_polled(const investigation& about);
std::unique_ptr<detector> make_spawn_grows(const investigation& about);
std::unique_ptr<detector> make_zone_open(const investigation& about);
std::unique_ptr<detector> make_idle_thread(const investigation& about);

// Shared by several detectors.
// True if the event wakes main with deadlock_error.
inline bool is_deadlock(const diary::event& e) {
  return e.type == diary::event_type::wake && e.args[1] == static_cast<std::uint64_t>(diary::wake_cause::deadlock);
}
// The coroutine that runs on the event's thread, or null.
inline const diary::coroutine_state* running_on(const diary::scheduler_state& state, std::uint32_t thread) {
  return thread < state.threads().size() ? state.by_slot(state.threads()[thread].running_slot) : nullptr;
}

// "3 coroutines", "1 coroutine".
std::string counted(std::uint64_t count, const char* one, const char* many);

}  // namespace weft::viz
