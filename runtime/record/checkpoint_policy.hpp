// Decides when one thread writes its next checkpoint, in which form, and when a ring's thread starts another
// generation. Knows only how much was written and when; writes nothing and asks no clock.
#pragma once

#include <cstdint>

#include "core/observer.hpp"

namespace weft::record {

// What a thread has written at one moment.
struct recording_progress {
  std::uint64_t ticks = 0;             // time of the last event, or of the one that is being written
  std::uint64_t ticks_per_second = 0;  // of the recorded time
  std::uint64_t ordinal = 0;           // of the next event
  std::uint64_t bytes = 0;             // of all events
  std::uint64_t lost = 0;              // events that did not fit, of all
  std::uint64_t lost_before_next = 0;  // those that no chunk counts yet
  std::uint64_t generation_bytes = 0;  // the thread's share of a ring; 0: the recording keeps everything
};

class checkpoint_policy {
 public:
  using form = core::observer::checkpoint_form;
  using progress = recording_progress;

  explicit checkpoint_policy(std::uint64_t begin_ticks) noexcept : end_ticks_(begin_ticks) {}

  // Checkpoints come often enough that a reader replays little, and so rarely that they are a twentieth of all bytes.
  // The rest after each one keeps the program from doing little else: a ring may need checkpoints more often than that
  // share allows. `live`: how many coroutines live.
  bool is_due(const progress& now, std::uint64_t live) noexcept;
  form form_of_next(const progress& now, std::uint64_t live) noexcept;
  // True only in a ring: the next checkpoint starts a generation.
  bool wants_generation(const progress& now, std::uint64_t live) const noexcept;

  // A checkpoint: what was written before its first event and after its last one. `count`: coroutines in it.
  void begin(const progress& before) noexcept;
  void end(form f, std::uint64_t count, const progress& after) noexcept;
  // The base of a checkpoint of changes that has just begun.
  std::uint64_t distance_to_base() const noexcept { return begin_ordinal_ - base_ordinal_; }
  std::uint64_t events_of_base() const noexcept { return base_events_; }

  // Coroutines live that a reader of everything recorded so far does not know.
  void forget_past() noexcept { past_is_told_ = false; }
  // A generation starts: a reader may know nothing that was written before.
  void begin_generation(std::uint64_t bytes) noexcept;

 private:
  std::uint64_t bytes_of_plain(std::uint64_t live) const noexcept { return 16 + live * bytes_a_coroutine_; }
  std::uint64_t bytes_of_next(const progress& now, std::uint64_t live) noexcept;
  void rest(std::uint64_t count, const progress& after) noexcept;
  void end_plain(std::uint64_t count, const progress& after) noexcept;

  std::uint64_t begin_ordinal_ = 0, begin_ticks_ = 0, begin_bytes_ = 0, begin_lost_ = 0;  // of the last checkpoint
  std::uint64_t end_ordinal_ = 0, end_ticks_;  // of the last checkpoint, or where the recording started
  std::uint64_t rest_ticks_ = 0;               // least time from its end to the next
  bool is_asked_for_ = false;                  // by is_due(): only such checkpoints are limited to their share
  std::uint64_t bytes_a_coroutine_ = 24;       // bytes per coroutine of the last plain checkpoint
  std::uint64_t bytes_a_packed_ = 1;           // the same of the last packed one
  std::uint64_t changes_bytes_ = 0;            // bytes of the last checkpoint of changes
  std::uint64_t all_changes_bytes_ = 0;        // bytes of all checkpoints of changes since the present base
  // other_bytes_: bytes of checkpoints that the share does not limit; spent_bytes_: bytes of those it limits
  std::uint64_t other_bytes_ = 0, spent_bytes_ = 0;
  bool past_is_told_ = true;     // a reader of everything recorded so far knows this thread's coroutines
  std::uint64_t lost_then_ = 0;  // events this thread had lost when past_is_told_ was last set
  // The base of checkpoints of changes; base_events_ == 0: there is none
  std::uint64_t base_ordinal_ = 0, base_events_ = 0, base_bytes_ = 0;
  std::uint64_t generation_began_bytes_ = 0;  // where the present generation started
};

}  // namespace weft::record
