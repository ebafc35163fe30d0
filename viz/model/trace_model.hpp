// A trace as the window needs it. Of a short trace it keeps everything: one trace_part, which refresh() extends while
// the file grows. Of a huge trace it keeps a lane_index of time buckets, and exact parts only where the user looks
// closely. work() makes both a little at a time, so that the window stays usable meanwhile.
// Data derived from the events never changes afterwards. The user's position is in viewer_model.hpp.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "model/lane_index.hpp"
#include "model/trace_part.hpp"
#include "trace/state/history.hpp"

namespace weft::viz {

class index_job;
class view_job;

struct model_limits {
  std::int64_t long_run_ns = 10'000'000;      // a run of this length is too long
  std::uint64_t exact_events = 2'000'000;     // a trace with more events is huge
  std::uint64_t view_events = 300'000;        // huge trace: a view with at most this many events is decoded exactly
  std::uint64_t around_events = 16'384;       // huge trace: decoded exactly on either side of the cursor
  std::uint64_t parallel_events = 8'000'000;  // an index of more events is made by two threads
  std::uint32_t columns = 1024;               // buckets of one lane
};

class trace_model {
 public:
  // A history of effort `told` makes the trace a huge one, and nothing is known before work().
  explicit trace_model(diary::history trace, const model_limits& limits = {});
  ~trace_model();
  trace_model(const trace_model&) = delete;
  trace_model& operator=(const trace_model&) = delete;

  // Adds the events that were written since; returns true if there were any.
  bool refresh();

  const diary::history& history() const { return history_; }
  const diary::reader& events() const { return history_.source(); }
  const model_limits& limits() const { return limits_; }
  std::uint64_t event_count() const { return is_huge() ? events().event_count() : whole_.end_event(); }
  // Of the first event that something happens at: a thread may have started, and names may have been defined, long
  // before. Events before it exist, but are no part of the whole.
  std::int64_t begin_ns() const { return begin_ns_; }
  std::int64_t end_ns() const { return end_ns_; }  // of the last event
  time_range whole() const { return {begin_ns_, end_ns_}; }
  std::size_t coroutine_count() const { return history_.lives().size(); }
  std::size_t thread_count() const;

  // ---- Short trace: everything is here. Huge trace: all of these are empty.
  bool is_huge() const { return index_job_ != nullptr; }
  // Null for a huge trace, and for a coroutine of which the trace has only a name but no state.
  const coroutine_track* track_of(coroutine_index c) const { return whole_.find(c); }
  std::span<const thread_track> threads() const { return whole_.threads(); }
  std::span<const wake> wakes() const { return whole_.wakes(); }  // in the order of events
  const wake* wake_at(std::uint64_t event) const { return whole_.wake_at(event); }

  // ---- Both
  // The exact states in a stretch of time; null if they have not been decoded (yet).
  const trace_part* exactly(time_range range) const;
  // The exact states around an event. For a huge trace they are decoded now, in some milliseconds, and are valid until
  // another place is requested.
  const trace_part& around(std::uint64_t event) const;
  // The state after the first `count` events.
  diary::scheduler_state state_after(std::uint64_t count) const;
  // The runs that were too long, in the order of their ends; for a huge trace the ones known by now.
  std::vector<held_run> held_runs() const;

  // ---- Huge trace
  // The lanes in the time buckets that fit `range` best; null for a short trace.
  const lane_index* roughly(time_range range) const;
  bool is_indexed() const;
  double progress() const;  // of the index, 0..1
  // False if the file does not contain what it says, and must be opened again without trust. True until that is known.
  bool is_whole() const;
  // Sets the visible range and the length of one column: work() makes it exact, or fine enough.
  void look_at(time_range range, std::int64_t column_ns);
  bool has_work() const;
  // Works until that time or until nothing is left; returns true if there is something new to show.
  bool work(std::chrono::steady_clock::time_point until);
  void finish_work();

  std::optional<coroutine_index> find_coroutine(std::uint64_t id) const;
  // The coroutine that had the slot just before event n.
  coroutine_index coroutine_of_slot(std::uint64_t slot, std::uint64_t n) const;
  // The coroutine that ran on the thread just before event n; the one that runs after it.
  coroutine_index running_before(std::uint32_t thread, std::uint64_t n) const;
  coroutine_index running_after(std::uint32_t thread, std::uint64_t n) const;

  std::string label(coroutine_index c) const { return history_.coroutine_label(record(c).id); }
  const diary::coroutine_record& record(coroutine_index c) const { return history_.lives()[c]; }
  // For example "worker.cpp:88"; "" if the spawn site is unknown.
  std::string site_text(coroutine_index c) const;
  std::string thread_label(std::uint32_t thread) const;
  std::string thread_name(std::uint32_t thread) const;  // the program's name for it

  // Huge trace: where to search next for a change of this coroutine's state: an event not before `at` (forth) or not
  // after it. event_count() if there is none.
  std::uint64_t look_on(coroutine_index c, std::uint64_t at, bool forth) const;

 private:
  struct neighbourhood;

  void begin_index();
  void take_in();
  neighbourhood& near(std::uint64_t event) const;

  diary::history history_;
  model_limits limits_;
  std::int64_t begin_ns_ = 0, end_ns_ = 0;
  bool has_begun_ = false;  // something has happened: begin_ns_ stays
  trace_part whole_;
  std::unique_ptr<index_job> index_job_;
  std::unique_ptr<view_job> view_job_;
  // The last one used is first: one is for the cursor, one for a list that is scrolled elsewhere.
  mutable std::array<std::unique_ptr<neighbourhood>, 2> near_;
};

}  // namespace weft::viz
