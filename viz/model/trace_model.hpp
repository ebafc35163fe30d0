// A trace as the window needs it. Of a short one it keeps everything: one trace_part over all of it, which refresh()
// extends while the file grows. Of a huge one it keeps a lane_index of merged time buckets, and exact parts only of
// what is looked at closely; work() makes these a little at a time, so that a window stays usable meanwhile.
// What is derived from the events never changes afterwards: where the user looks lives in viewer_model.hpp.
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
  std::int64_t long_run_ns = 10'000'000;      // a run of this length holds its thread too long
  std::uint64_t exact_events = 2'000'000;     // a trace of more is huge
  std::uint64_t view_events = 300'000;        // of a huge one: what is in view is decoded exactly if it has no more
  std::uint64_t around_events = 16'384;       // exact to either side of the cursor
  std::uint64_t parallel_events = 8'000'000;  // the index of more is made by two threads
  std::uint32_t columns = 1024;               // buckets of a lane
};

class trace_model {
 public:
  // A history of effort `told` makes it a huge one, of which nothing is known before work().
  explicit trace_model(diary::history trace, const model_limits& limits = {});
  ~trace_model();
  trace_model(const trace_model&) = delete;
  trace_model& operator=(const trace_model&) = delete;

  // Takes in what was written since; true if there was anything.
  bool refresh();

  const diary::history& history() const { return history_; }
  const diary::reader& events() const { return history_.source(); }
  const model_limits& limits() const { return limits_; }
  std::uint64_t event_count() const { return is_huge() ? events().event_count() : whole_.end_event(); }
  std::int64_t begin_ns() const { return begin_ns_; }  // of the first event
  std::int64_t end_ns() const { return end_ns_; }      // of the last event
  time_range whole() const { return {begin_ns_, end_ns_}; }
  std::size_t coroutine_count() const { return history_.lives().size(); }
  std::size_t thread_count() const;

  // ---- Of a short trace: everything. Of a huge one these are empty.
  bool is_huge() const { return index_job_ != nullptr; }
  // Null of a huge one, and of a coroutine that only has a name: nothing of it was in a state.
  const coroutine_track* track_of(coroutine_index c) const { return whole_.find(c); }
  std::span<const thread_track> threads() const { return whole_.threads(); }
  std::span<const wake> wakes() const { return whole_.wakes(); }  // in the order of events
  const wake* wake_at(std::uint64_t event) const { return whole_.wake_at(event); }

  // ---- Of both
  // The exact states in a stretch of time; null if they are not there (yet).
  const trace_part* exactly(time_range range) const;
  // The exact states around an event. Of a huge trace it is made now, in some milliseconds, and valid until another
  // place is asked for.
  const trace_part& around(std::uint64_t event) const;
  // State after the first `count` events.
  diary::scheduler_state state_after(std::uint64_t count) const;
  // Runs that held a thread too long: of a huge trace those known by now. In the order of their ends.
  std::vector<held_run> held_runs() const;

  // ---- Of a huge trace
  // The lanes in time buckets that suit best to show `range`; null of a short trace.
  const lane_index* roughly(time_range range) const;
  bool is_indexed() const;
  double progress() const;  // of the index, 0..1
  // False if the file is not what it says: to be opened again without trust. True until that is known.
  bool is_whole() const;
  // What is shown, and how long a column of it is: work() makes it exact, or fine enough.
  void look_at(time_range range, std::int64_t column_ns);
  bool has_work() const;
  // Goes on until then, or until there is no work; true if there is something new to show.
  bool work(std::chrono::steady_clock::time_point until);
  void finish_work();

  std::optional<coroutine_index> find_coroutine(std::uint64_t id) const;
  // Who a slot meant just before event n.
  coroutine_index coroutine_of_slot(std::uint64_t slot, std::uint64_t n) const;
  // Who ran on the thread just before event n; who runs after it.
  coroutine_index running_before(std::uint32_t thread, std::uint64_t n) const;
  coroutine_index running_after(std::uint32_t thread, std::uint64_t n) const;

  std::string label(coroutine_index c) const { return history_.coroutine_label(record(c).id); }
  const diary::coroutine_record& record(coroutine_index c) const { return history_.lives()[c]; }
  // "worker.cpp:88", or "" if the spawn site is unknown.
  std::string site_text(coroutine_index c) const;
  std::string thread_label(std::uint32_t thread) const;
  std::string thread_name(std::uint32_t thread) const;  // as the program called it

  // Of a huge trace, where to look on for a change of this coroutine's state: at an event not before `at` (forth), or
  // not behind it. event_count() if there is none.
  std::uint64_t look_on(coroutine_index c, std::uint64_t at, bool forth) const;

 private:
  struct neighbourhood;

  void begin_index();
  void take_in();
  neighbourhood& near(std::uint64_t event) const;

  diary::history history_;
  model_limits limits_;
  std::int64_t begin_ns_ = 0, end_ns_ = 0;
  trace_part whole_;
  std::unique_ptr<index_job> index_job_;
  std::unique_ptr<view_job> view_job_;
  // The one that was asked for last comes first: a cursor, and a list that is scrolled to elsewhere.
  mutable std::array<std::unique_ptr<neighbourhood>, 2> near_;
};

}  // namespace weft::viz
