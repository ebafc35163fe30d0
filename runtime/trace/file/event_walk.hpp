// Visits the events of all threads in one order: by time, equal times by thread index, except that a wake_remote which
// names the waker's event comes after that event. Only for the reader; programs use this class through reader::walk.
//
// Every function that reads on from a file may throw file_error, because the file may be cut meanwhile. The walk checks
// each chunk after reading it, so a stretch that was cut is never reported as whole.
//
// The order must depend neither on the start of a walk, nor on how much of a growing file was written when its events
// were numbered. Where later bytes would change the order, the reader sets an order_boundary: events numbered before it
// stay before it.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "trace/file/event_decoder.hpp"
#include "trace/file/file_bytes.hpp"

namespace weft::diary {

// A chunk in use, whose first `valid_bytes` of events have been checked.
struct chunk_place {
  std::uint64_t offset = 0;  // of its header in the file
  std::uint64_t first_ordinal = 0;
  std::uint64_t base_ticks = 0;
  std::uint64_t end_ticks = 0;  // after the last checked event
  std::uint64_t event_count = 0;
  std::uint32_t valid_bytes = 0;
  std::int64_t max_ns = INT64_MIN;  // of the chunk's events
  bool damaged = false;             // ignore all bytes behind valid_bytes
};

struct thread_stream {
  std::uint32_t thread = 0;
  std::vector<chunk_place> chunks;  // by ordinal
};

// The place of the next event of one thread.
struct stream_position {
  std::uint32_t chunk = 0;
  std::uint32_t byte = 0;  // within the chunk's events
  std::uint64_t ticks = 0;
  std::uint64_t ordinal = 0;
};

// The events before number `n` are exactly those before `ends`, one entry for each stream known at that time.
struct order_boundary {
  std::uint64_t n = 0;
  std::vector<stream_position> ends;
};

// The data that a walk reads. Owned by the reader; changes only in reader::refresh.
struct trace_streams {
  const std::uint8_t* bytes = nullptr;
  const file_bytes* file = nullptr;  // the owner of `bytes`
  std::uint32_t chunk_bytes = 0;
  shape_table shapes{};
  tick_scale scale;
  std::vector<thread_stream> streams;
  std::vector<std::uint32_t> stream_of_thread;  // index + 1, 0: none
  std::vector<order_boundary> boundaries;
};

class event_walk {
 public:
  // Starts at event number `n`, which is at `positions`. A stream without a position starts at its first event.
  event_walk(const trace_streams& source, std::uint64_t n, const stream_position* positions, std::size_t count);

  // Gives the next event; false after the last one. The event's text is valid until the reader is refreshed.
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

  // Calls f for each following event numbered below `end_n`, while f returns true. Like next(), but keeps in registers
  // what next() loads and stores for each event. f must not use the walk.
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

  std::uint64_t n() const { return n_; }  // number of the next event of next()

  // For the reader, which numbers new events:
  // Stops before event number `n`.
  void end_before(std::uint64_t n);
  // Stops before events later than `release_ns`, and before a wake_remote later than `patience_ns` whose waker's event
  // is still missing.
  void hold_back(std::int64_t release_ns, std::int64_t patience_ns);
  // The earliest time among the threads' next events; INT64_MAX: none. Not for a trace of one thread.
  std::int64_t earliest_head_ns() const;
  // True if an event was passed on the guess that an earlier one does not exist.
  bool has_guessed() const { return has_guessed_; }
  // The place of each thread's next event.
  std::vector<stream_position> positions() const;

 private:
  static constexpr std::uint32_t no_lane = UINT32_MAX;

  struct lane {
    std::uint32_t thread = 0;
    std::uint32_t chunk = 0;
    const std::uint8_t* in = nullptr;   // the next event, if it is below `end`
    const std::uint8_t* end = nullptr;  // end of the readable bytes of this chunk
    std::uint64_t ticks = 0;
    std::uint64_t ordinal = 0;
    // The head: the next event, decoded in advance. Not maintained while there is only one lane.
    bool has_head = false;
    event head;  // without number and ordinal
    const std::uint8_t* behind_head = nullptr;
    std::uint64_t head_ticks = 0;
    std::uint32_t waits_for = no_lane;  // the head must come after event waits_ordinal of that lane
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
  // choose() for two threads, the most frequent number.
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
    // The reader checked this event when it numbered it: it fails only if the file was rewritten or cut meanwhile.
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

  // Passes the only lane's events of one chunk to f, up to `stop_n` or until f returns false. Returns the last result
  // of f.
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

  // Passes the current lane's head to f, and the following events of the run that are numbered below `stop_n`. Decodes
  // each event once: the event that ends the run is the next head.
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
    // The reader checked this event when it numbered it: it fails only if the file was rewritten or cut meanwhile.
    l.has_head = l.behind_head != nullptr;
    if (!l.has_head) require_chunk(l);
    l.head.t_ns = source_->scale.to_ns(l.head_ticks);
  }

  bool is_before_rival(std::int64_t ns, const lane& l) const {
    return ns < rival_ns_ || (ns == rival_ns_ && l.thread < rival_thread_);
  }

  const std::uint8_t* events_of(std::uint32_t index) const;  // where the events of the lane's chunk start
  void require_chunk(const lane& l) const;                   // file_bytes::require_whole for the lane's chunk
  void require_what_was_read() const;                        // the same for the chunks of all lanes
  void open_chunk(std::uint32_t index, std::uint32_t byte);
  bool find_chunk(std::uint32_t index);  // moves to the next chunk with events; false if there is none
  void find_head(std::uint32_t index);
  bool choose();
  bool is_blocked(const lane& l) const;
  bool cross_boundary();

  const trace_streams* source_;
  std::vector<lane> lanes_;
  std::uint64_t n_ = 0;
  std::uint32_t current_ = 0;
  // While no lane is blocked, `current_` continues as long as its head is before the best head of the others.
  bool run_is_safe_ = false;
  std::int64_t rival_ns_ = 0;
  std::uint32_t rival_thread_ = 0;
  std::int64_t release_ns_ = INT64_MAX;
  std::int64_t patience_ns_ = INT64_MAX;
  std::size_t next_boundary_ = 0;
  std::uint64_t boundary_n_ = UINT64_MAX;  // of boundaries[next_boundary_]
  std::uint64_t end_n_ = UINT64_MAX;
  std::uint64_t stop_n_ = UINT64_MAX;  // the smaller of boundary_n_ and end_n_
  bool has_guessed_ = false;
};

}  // namespace weft::diary
