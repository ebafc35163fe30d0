// Goes through the events of all threads in one order: by time, equal times by thread index, except that a wake_remote
// which names the waker's event comes after that event. This header is the reader's inside; programs use it only
// through reader::walk.
//
// Whatever reads on from a file may throw file_error: the file may be cut while it is read. Each chunk is asked for
// once it was gone through, so nothing of a stretch that was cut is told as the whole.
//
// The order must not depend on where a walk starts, nor on how much of a growing file was there when events got their
// numbers. Where later bytes would change it, the reader puts an order_boundary: what was numbered before stays before.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "trace/file/event_decoder.hpp"
#include "trace/file/file_bytes.hpp"

namespace weft::diary {

// A begun chunk whose first `valid_bytes` of events have been checked.
struct chunk_place {
  std::uint64_t offset = 0;  // of its header in the file
  std::uint64_t first_ordinal = 0;
  std::uint64_t base_ticks = 0;
  std::uint64_t end_ticks = 0;  // after the last checked event
  std::uint64_t event_count = 0;
  std::uint32_t valid_bytes = 0;
  std::int64_t max_ns = INT64_MIN;  // of its events
  bool damaged = false;             // nothing behind valid_bytes counts
};

struct thread_stream {
  std::uint32_t thread = 0;
  std::vector<chunk_place> chunks;  // by ordinal
};

// The next event of one thread.
struct stream_position {
  std::uint32_t chunk = 0;
  std::uint32_t byte = 0;  // within the chunk's events
  std::uint64_t ticks = 0;
  std::uint64_t ordinal = 0;
};

// The events before number `n` are exactly those before `ends`, one for each stream that was known then.
struct order_boundary {
  std::uint64_t n = 0;
  std::vector<stream_position> ends;
};

// Everything a walk reads. Owned by the reader; changes only in reader::refresh.
struct trace_streams {
  const std::uint8_t* bytes = nullptr;
  const file_bytes* file = nullptr;  // whose these bytes are
  std::uint32_t chunk_bytes = 0;
  shape_table shapes{};
  tick_scale scale;
  std::vector<thread_stream> streams;
  std::vector<std::uint32_t> stream_of_thread;  // index + 1, 0: none
  std::vector<order_boundary> boundaries;
};

class event_walk {
 public:
  // Starts at event number `n`, which stands at `positions` (streams beyond them start at their beginning).
  event_walk(const trace_streams& source, std::uint64_t n, const stream_position* positions, std::size_t count);

  // The next event, until the last one. Its text is valid until the reader is refreshed.
  bool next(event& e) {
    if (n_ >= stop_n_ && !cross_boundary()) return false;
    if (lanes_.size() == 1) return next_of_only_thread(e);
    if (!in_run() && !choose()) return false;
    lane& l = lanes_[current_];
    take_head(l);
    e = l.head;
    find_head(current_);
    return true;
  }

  // Calls f for the events from here on while they are numbered below `end_n` and f returns true. As next() does, but
  // what next() must look up and put away for each event stays in registers. f must not use the walk.
  template <class Function>
  void for_each(Function&& f, std::uint64_t end_n = UINT64_MAX) {
    if (lanes_.size() == 1) {
      event e;
      while (n_ < end_n && (n_ < stop_n_ || cross_boundary())) {
        if (lanes_[0].in == lanes_[0].end && !find_chunk(0)) return;
        const std::uint64_t before = n_;
        if (!take_alone(lanes_[0], e, std::min(end_n, stop_n_), f) || n_ == before) return;
      }
      return;
    }
    while (n_ < end_n && (n_ < stop_n_ || cross_boundary())) {
      if (!in_run() && !(lanes_.size() == 2 ? choose_of_two() : choose())) return;
      if (!take_run(lanes_[current_], std::min(end_n, stop_n_), f)) return;
    }
  }

  std::uint64_t n() const { return n_; }  // number of the event that next() would give

  // For the reader, which numbers events as they become known:
  // Ends in front of event number `n`.
  void end_before(std::uint64_t n);
  // Stops in front of events later than `release_ns`, and of a wake_remote later than `patience_ns` whose waker's event
  // is still to come.
  void hold_back(std::int64_t release_ns, std::int64_t patience_ns);
  // The earliest time among the threads' next events; INT64_MAX: none. Not for a trace of one thread.
  std::int64_t earliest_head_ns() const;
  // True if an event was taken on the guess that another one does not exist.
  bool has_guessed() const { return has_guessed_; }
  // Where each thread's next event stands.
  std::vector<stream_position> positions() const;

 private:
  static constexpr std::uint32_t no_lane = UINT32_MAX;

  struct lane {
    std::uint32_t thread = 0;
    std::uint32_t chunk = 0;
    const std::uint8_t* in = nullptr;   // the next event, if it is below `end`
    const std::uint8_t* end = nullptr;  // of what may be read of this chunk
    std::uint64_t ticks = 0;
    std::uint64_t ordinal = 0;
    // The head: the next event, decoded before it is taken. Not kept up while there is only one lane.
    bool has_head = false;
    event head;  // without number and ordinal
    const std::uint8_t* behind_head = nullptr;
    std::uint64_t head_ticks = 0;
    std::uint32_t waits_for = no_lane;  // it must come after that lane's event waits_ordinal
    std::uint64_t waits_ordinal = 0;
  };

  bool next_of_only_thread(event& e) {
    lane& only = lanes_[0];
    return (only.in != only.end || find_chunk(0)) && take(only, e);
  }
  bool in_run() const {
    if (!run_is_safe_) return false;
    const lane& l = lanes_[current_];
    return l.has_head && l.waits_for == no_lane && is_before_rival(l.head.t_ns, l);
  }
  // choose() for two threads, which are most of those that interleave.
  bool choose_of_two() {
    const lane &a = lanes_[0], &b = lanes_[1];
    if (!a.has_head || !b.has_head || a.waits_for != no_lane || b.waits_for != no_lane) return choose();
    const bool is_first = a.head.t_ns != b.head.t_ns ? a.head.t_ns < b.head.t_ns : a.thread < b.thread;
    const lane &chosen = is_first ? a : b, &rival = is_first ? b : a;
    if (chosen.head.t_ns > release_ns_) return false;
    current_ = is_first ? 0 : 1;
    const bool ends_at_rival = rival.head.t_ns <= release_ns_;
    rival_ns_ = ends_at_rival ? rival.head.t_ns : release_ns_;
    rival_thread_ = ends_at_rival ? rival.thread : UINT32_MAX;
    run_is_safe_ = true;
    return true;
  }
  bool take(lane& l, event& e) {
    const std::uint8_t* behind = decode_event(l.in, l.end, source_->shapes, l.ticks, e);
    // Checked when the reader numbered it, so this happens only if somebody rewrote or cut the file meanwhile.
    if (behind == nullptr) {
      require_chunk(l);
      return false;
    }
    l.in = behind;
    e.n = n_++;
    e.t_ns = source_->scale.to_ns(l.ticks);
    e.ordinal = l.ordinal++;
    e.thread = l.thread;
    return true;
  }

  void take_head(lane& l) {
    l.in = l.behind_head;
    l.ticks = l.head_ticks;
    l.head.n = n_++;
    l.head.ordinal = l.ordinal++;
    l.waits_for = no_lane;
  }

  // Takes the only lane's events of one chunk until `stop_n`, or f returns false (then so does this).
  template <class Function>
  bool take_alone(lane& l, event& e, std::uint64_t stop_n, Function& f) {
    const trace_streams& source = *source_;
    const std::uint8_t* in = l.in;
    const std::uint8_t* const end = l.end;
    std::uint64_t ticks = l.ticks, ordinal = l.ordinal, n = n_;
    e.thread = l.thread;
    bool goes_on = true;
    while (in != end && n < stop_n && goes_on) {
      const std::uint8_t* behind = decode_event(in, end, source.shapes, ticks, e);
      if (behind == nullptr) {
        require_chunk(l);
        break;
      }
      in = behind;
      e.t_ns = source.scale.to_ns(ticks);
      e.n = n++;
      e.ordinal = ordinal++;
      goes_on = f(static_cast<const event&>(e));
    }
    l.in = in;
    l.ticks = ticks;
    l.ordinal = ordinal;
    n_ = n;
    return goes_on;
  }

  // Takes the current lane's head, and what follows while the run goes on and is numbered below `stop_n`. Each event is
  // decoded once: what ends the run is the next head.
  template <class Function>
  bool take_run(lane& l, std::uint64_t stop_n, Function& f) {
    while (true) {
      take_head(l);
      const bool goes_on = f(static_cast<const event&>(l.head));
      if (l.in == l.end || *l.in == static_cast<std::uint8_t>(event_type::wake_remote)) {
        find_head(current_);
        return goes_on;
      }
      decode_head(l);
      if (!goes_on || !l.has_head) return goes_on;
      if (!run_is_safe_ || n_ >= stop_n || !is_before_rival(l.head.t_ns, l)) return true;
    }
  }
  void decode_head(lane& l) {
    l.head_ticks = l.ticks;
    l.behind_head = decode_event(l.in, l.end, source_->shapes, l.head_ticks, l.head);
    // Checked when the reader numbered it, so it fails only if somebody rewrote or cut the file meanwhile.
    l.has_head = l.behind_head != nullptr;
    if (!l.has_head) require_chunk(l);
    l.head.t_ns = source_->scale.to_ns(l.head_ticks);
  }

  bool is_before_rival(std::int64_t ns, const lane& l) const {
    return ns < rival_ns_ || (ns == rival_ns_ && l.thread < rival_thread_);
  }

  const std::uint8_t* events_of(std::uint32_t index) const;  // where the events of the lane's chunk begin
  void require_chunk(const lane& l) const;                   // that it was there: file_bytes::require_whole
  void require_what_was_read() const;                        // the same for the chunks of all lanes
  void open_chunk(std::uint32_t index, std::uint32_t byte);
  bool find_chunk(std::uint32_t index);  // goes on to the next chunk that has events, false if there is none
  void find_head(std::uint32_t index);
  bool choose();
  bool is_blocked(const lane& l) const;
  bool cross_boundary();

  const trace_streams* source_;
  std::vector<lane> lanes_;
  std::uint64_t n_ = 0;
  std::uint32_t current_ = 0;
  // While nobody is blocked, `current_` goes on until its head is not before the best of the others.
  bool run_is_safe_ = false;
  std::int64_t rival_ns_ = 0;
  std::uint32_t rival_thread_ = 0;
  std::int64_t release_ns_ = INT64_MAX;
  std::int64_t patience_ns_ = INT64_MAX;
  std::size_t next_boundary_ = 0;
  std::uint64_t boundary_n_ = UINT64_MAX;  // of boundaries[next_boundary_]
  std::uint64_t end_n_ = UINT64_MAX;
  std::uint64_t stop_n_ = UINT64_MAX;  // the smaller of the two
  bool has_guessed_ = false;
};

}  // namespace weft::diary
