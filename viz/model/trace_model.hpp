// A trace as the window needs it: history plus, per coroutine and per OS thread, the array of its states. One pass
// builds it; refresh() extends it while the file grows. Everything here is derived from the events and never changes
// afterwards: where the user looks lives in viewer_model.hpp.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/track.hpp"
#include "trace/history.hpp"

namespace weft::viz {

// Index of a coroutine in trace_model::coroutines(). Unlike slots it is never reused.
using coroutine_index = std::uint32_t;
inline constexpr coroutine_index nobody = static_cast<coroutine_index>(-1);

struct coroutine_track {
  std::uint64_t id = 0;
  std::uint32_t thread = 0;
  track states;
  std::vector<std::uint32_t> wakes;  // its wakes, as indices of trace_model::wakes()
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

struct model_limits {
  std::int64_t long_run_ns = 10'000'000;  // a run of this length holds its thread too long
};

class trace_model {
 public:
  explicit trace_model(diary::history trace, const model_limits& limits = {});

  // Takes in what was written since; true if there was anything.
  bool refresh();

  const diary::history& history() const { return history_; }
  const diary::reader& events() const { return history_.source(); }
  const model_limits& limits() const { return limits_; }
  std::uint64_t event_count() const { return taken_; }
  std::int64_t begin_ns() const { return begin_ns_; }  // of the first event
  std::int64_t end_ns() const { return end_ns_; }      // of the last event
  time_range whole() const { return {begin_ns_, end_ns_}; }

  std::span<const coroutine_track> coroutines() const { return coroutines_; }
  std::span<const thread_track> threads() const { return threads_; }
  std::span<const wake> wakes() const { return wakes_; }  // in the order of events
  // The wake with this event number, or null.
  const wake* wake_at(std::uint64_t event) const;
  // Of the wakes, the first with event number >= n, as an index.
  std::size_t first_wake_from(std::uint64_t n) const;

  std::optional<coroutine_index> find_coroutine(std::uint64_t id) const;
  // Who a slot meant just before event n.
  coroutine_index coroutine_of_slot(std::uint64_t slot, std::uint64_t n) const;
  // Who ran on the thread just before event n; who runs after it.
  coroutine_index running_before(std::uint32_t thread, std::uint64_t n) const;
  coroutine_index running_after(std::uint32_t thread, std::uint64_t n) const;

  std::string label(coroutine_index c) const { return history_.coroutine_label(coroutines_[c].id); }
  const diary::coroutine_record& record(coroutine_index c) const;
  // "worker.cpp:88", or "" if the spawn site is unknown.
  std::string site_text(coroutine_index c) const;
  std::string thread_label(std::uint32_t thread) const;

  // The state after the last event, kept up to date.
  const diary::scheduler_state& end_state() const { return end_state_; }

 private:
  void take(const diary::event& e);
  void note_wake(const diary::event& e, diary::wait_reason waited_for);
  void note_coroutine(const diary::event& e, const diary::coroutine_state& now);
  void note_thread(const diary::event& e);

  diary::history history_;
  model_limits limits_;
  std::uint64_t taken_ = 0;
  std::int64_t begin_ns_ = 0, end_ns_ = 0;
  diary::scheduler_state end_state_;
  std::vector<coroutine_track> coroutines_;
  std::vector<thread_track> threads_;
  std::vector<wake> wakes_;
  std::unordered_map<std::uint64_t, coroutine_index> by_id_;
};

}  // namespace weft::viz
