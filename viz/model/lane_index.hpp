// The lanes of a trace that is too long to keep: a lane_mip for each coroutine and each thread, made in one pass. Its
// memory does not grow with the number of events. The pass follows only which coroutines run, are ready or wait. That
// is much less than scheduler_state knows, and several times faster; the tests compare the two. Two halves of a trace
// can be read at the same time and joined.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "model/lane_mip.hpp"
#include "trace/file/guarded_table.hpp"
#include "trace/state/history.hpp"

namespace weft::viz {

// A run that was too long without giving up the thread.
struct held_run {
  std::uint32_t thread = 0;
  std::uint64_t coroutine = 0;  // id
  std::uint64_t begin_event = 0, end_event = 0;
  time_range when;
  friend bool operator==(const held_run&, const held_run&) = default;
};

class lane_index {
 public:
  struct settings {
    std::int64_t begin_ns = 0, bucket_ns = 1;
    std::int64_t long_run_ns = 10'000'000;
    std::size_t most_buckets = std::size_t{6} << 20;  // of all lanes together; beyond that, bucket lengths double
    std::uint32_t most_columns = 1024;                // of one lane
  };
  static constexpr std::uint32_t no_lane = UINT32_MAX;

  explicit lane_index(const settings& how) : how_(how), scale_{how.begin_ns, how.bucket_ns} {}
  // Starts in the middle of a trace, with the state before the first event that take() will get. `will_join`: this is
  // the later half of another index, with the same bucket length.
  lane_index(const settings& how, const diary::scheduler_state& before, bool will_join);

  // Adds the next event. Events that name coroutines also go to `names` (see history::is_told) unless it is null; a
  // later half stores them until join().
  void take(const diary::event& e, diary::history* names);
  // Call after the last event so far: without it the latest events may be missing from the lanes.
  void settle();

  // The states that are current after the last event last at least until t_ns.
  void reach(std::int64_t t_ns) { end_ns_ = std::max(end_ns_, t_ns); }

  // True if a later half has reached its limits and must not get more events.
  bool is_full() const { return pending_.size() >= most_pending || bucket_count_ >= how_.most_buckets; }
  // Appends `later`, which must have started where this index ends. Returns false and changes nothing if the two do not
  // match exactly.
  bool join(lane_index& later, diary::history& names);

  const mip_scale& scale() const { return scale_; }
  std::int64_t end_ns() const { return end_ns_; }
  std::size_t lane_count() const { return lanes_.size(); }
  std::uint32_t thread_count() const { return static_cast<std::uint32_t>(threads_.size()); }
  // no_lane if the coroutine has no lane here.
  std::uint32_t lane_of(std::uint64_t coroutine_id) const;

  // The sums of a lane (below: of a thread's lane) in a stretch of time.
  mip_sums sums_in(std::uint32_t number, time_range range) const {
    return sums_of(lanes_[number], living(lanes_[number].slot), range);
  }
  mip_sums thread_sums_in(std::uint32_t thread, time_range range) const {
    return sums_of(threads_[thread].l, &threads_[thread].now, range);
  }
  // From the lane's first state to its last.
  time_range extent(std::uint32_t number) const;
  // The nearest bucket from `bucket` on, itself included, in which a state of the lane starts; no_lane if there is
  // none.
  std::uint32_t next_change(std::uint32_t number, std::uint32_t bucket, bool forth) const;
  // According to the thread's first event; 0 and "" if the trace does not have it.
  std::uint64_t thread_tid(std::uint32_t thread) const { return threads_[thread].tid; }
  const std::string& thread_name(std::uint32_t thread) const { return threads_[thread].name; }
  // All runs that were too long and have ended, in the order of their ends.
  const std::vector<held_run>& held() const { return held_; }
  // All buckets of a lane up to the end, including the unfinished one: for comparing and searching.
  std::vector<mip_bucket> buckets_of(std::uint32_t number) const;

  std::size_t memory_bytes() const;

 private:
  static constexpr std::size_t most_pending = 100'000;

  // A current state, and the sums of its bucket up to since_ns. One cache line, because each switch uses two of these.
  struct alignas(64) open_state {
    state_sums sums{};
    std::int64_t since_ns = 0;
    std::uint32_t lane = no_lane;  // no_lane: nobody is in this slot
    span_kind kind = span_kind::nothing;
    std::uint8_t severity = 0;
    bool head = false;  // the bucket may start in the first half: stored separately when it is complete
  };
  static_assert(sizeof(open_state) == 64);
  // The first bucket of a lane that started in the first half.
  struct lane_head {
    std::uint32_t bucket = 0;
    std::uint8_t severity = 0;
    state_sums sums{};
  };
  struct lane {
    std::uint64_t id = 0;
    std::uint64_t slot = 0;  // 0: it has ended
    std::uint32_t thread = 0;
    std::uint64_t seen = 0;  // the last checkpoint that listed it
    lane_mip mip;
    std::unique_ptr<lane_head> head;
  };
  // A switch or wake that was read but not applied yet: meanwhile the coroutine's data is loaded into the cache.
  struct step {
    std::int64_t t_ns = 0;
    std::uint64_t n = 0;
    std::uint64_t slot = 0;    // the coroutine that runs next or is woken
    std::uint64_t detail = 0;  // the event's second argument
    std::uint32_t thread = 0;
    diary::event_type type = diary::event_type::none;
  };
  static constexpr std::size_t most_waiting = 16;
  struct thread_lane {
    lane l;  // slot 1: there is a current state
    open_state now;
    std::uint64_t tid = 0;
    std::string name;
    std::uint64_t running = 0;  // slot
    std::uint32_t run_lane = no_lane;
    std::int64_t run_since_ns = 0;
    std::uint64_t run_event = 0;
    std::uint64_t next_ordinal = 0;
    bool has_events = false;
    bool knows_past = true, has_switched = false;  // if the past is unknown, a checkpoint supplies the state
    std::uint64_t checkpoint = 0;                  // event + 1 of the checkpoint that is being read and sets the state
  };
  struct pending_event {
    diary::event what;
    std::uint64_t running = 0;
  };
  struct beginning {
    std::uint64_t id = 0, slot = 0;
    span_kind kind = span_kind::nothing;
    std::int64_t since_ns = 0;
  };

  void go_to_bucket(std::int64_t t_ns) {
    if (t_ns < bucket_begin_ns_ || t_ns >= bucket_end_ns_) find_bucket(t_ns);
  }
  void find_bucket(std::int64_t t_ns);
  void change(open_state& now, lane& l, span_kind to, std::int64_t t_ns) {
    const std::int64_t for_ns = t_ns - now.since_ns;
    const bool is_simple = now.since_ns >= bucket_begin_ns_ && for_ns >= 0 &&
                           (now.kind != span_kind::running || for_ns < how_.long_run_ns);
    if (is_simple) [[likely]] {
      now.sums[static_cast<std::size_t>(now.kind)] += for_ns;
      now.since_ns = t_ns;
    } else {
      spread(now, l, t_ns);
    }
    now.kind = to;
    now.severity |= severity::changed;
  }
  void change(open_state& now, span_kind to, std::int64_t t_ns) { change(now, lanes_[now.lane], to, t_ns); }
  void spread(open_state& now, lane& l, std::int64_t t_ns);
  void fill(open_state& now, lane& l, std::uint32_t bucket);
  void widen();
  open_state* living(std::uint64_t slot) {
    open_state* now = const_cast<open_state*>(lives_.find(slot));
    return now != nullptr && now->lane != no_lane ? now : nullptr;
  }
  const open_state* living(std::uint64_t slot) const { return const_cast<lane_index*>(this)->living(slot); }
  void begin_life(const diary::event& e, span_kind kind);
  void end_life(std::uint64_t slot, std::int64_t t_ns, bool failed);
  void note_thread(const diary::event& e);
  void apply(const step& s);
  void switch_event(const step& s);
  void change_run(std::uint32_t thread, std::uint64_t slot, std::int64_t t_ns, std::uint64_t n);
  void checkpoint_event(thread_lane& thread, const diary::event& e);
  void checkpoint_coroutine(thread_lane& thread, const diary::event& e);
  mip_sums sums_of(const lane& l, const open_state* now, time_range range) const;
  bool fits(const lane_index& later) const;
  void join_lane(lane& to, open_state& to_now, lane& from, open_state& from_now, std::int64_t border_ns);

  settings how_;
  mip_scale scale_;
  std::int64_t end_ns_ = INT64_MIN;
  std::array<step, most_waiting> waiting_{};
  std::size_t waiting_count_ = 0;
  // The bucket of the last applied event.
  std::uint32_t bucket_ = 0;
  std::int64_t bucket_begin_ns_ = 0, bucket_end_ns_ = 0;
  std::size_t bucket_count_ = 0;
  bool will_join_ = false;
  std::int64_t half_begin_ns_ = 0;  // of a later half

  std::vector<lane> lanes_;
  diary::guarded_table<std::uint32_t> lane_by_id_;  // lane + 1
  diary::guarded_table<open_state> lives_;          // by slot
  std::vector<thread_lane> threads_;
  std::vector<held_run> held_;
  std::vector<pending_event> pending_;
  // Of a later half.
  std::vector<beginning> beginnings_, thread_beginnings_;
};

}  // namespace weft::viz
