// The recorder of one OS thread: implements the scheduler's observer over a chunk_writer.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "core/observer.hpp"
#include "record/recording.hpp"

namespace weft::record {

// The recording's names that this thread has defined already. Each thread defines the names it uses, so its chunks can
// be read without those of other threads.
class defined_set {
 public:
  // True the first time. Without memory true each time: defining a name twice does no harm.
  bool add(std::uint64_t id) noexcept;
  void clear() noexcept { words_.clear(); }

 private:
  std::vector<std::uint64_t> words_;
};

class thread_recorder final : public core::observer {
 public:
  // `virtual_clock` null: time comes from the recording's tick clock.
  thread_recorder(recording& r, std::uint32_t index, core::clock* virtual_clock) noexcept;

  void record(diary::event_type type, std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d,
              std::uint64_t e, std::uint64_t f) noexcept override;
  void record_few(diary::event_type type, std::uint64_t a, std::uint64_t b, std::uint64_t c,
                  std::uint64_t d) noexcept override;
  void record_one(diary::event_type type, std::uint64_t a) noexcept override;
  void record_text(diary::event_type type, std::string_view text, std::uint64_t a, std::uint64_t b,
                   std::uint64_t c) noexcept override;
  void record_last_words(diary::event_type type, std::string_view text) noexcept override;
  std::uint64_t string_id(std::string_view text) noexcept override;
  std::uint64_t site_id(const source_location& where) noexcept override;
  void define_object(std::uint64_t object_id, diary::object_kind kind, std::string_view name) noexcept override;
  std::uint64_t ordinal() const noexcept override { return writer_.next_ordinal(); }
  std::uint32_t thread_index() const noexcept override { return index_; }
  bool wants_checkpoint(std::size_t live) noexcept override;
  void begin_checkpoint(std::uint64_t count, std::uint64_t running_slot) noexcept override;
  void end_checkpoint() noexcept override;
  checkpoint_form form_of_checkpoint(std::size_t live) noexcept override;
  void record_checkpoint_part(const checkpoint_part& part, std::string_view code) noexcept override;
  std::uint64_t ticks_per_second() const noexcept override { return recording_.ticks_per_second(); }
  std::uint64_t ns_since(std::uint64_t ticks) const noexcept override;

  void use_clock(core::clock* virtual_clock) noexcept;
  // Tells the recorder that coroutines live which this recording does not know yet.
  void begin_in_the_middle() noexcept { past_is_told_ = false; }
  // Gives the next event a time of its own, even with order_only: nothing was recorded for a while.
  void time_next() noexcept { untimed_ = events_a_time - 1; }
  // The thread pauses its recording.
  void leave() noexcept;
  // The thread records nothing more. Returns how many events were lost after the last recorded one.
  std::uint64_t finish() noexcept;

 private:
  // The most recent lookups: most spawns in a row come from a few places.
  struct known_string {
    std::string text;
    std::uint64_t id = 0;
  };
  struct known_site {
    const char* file = nullptr;
    std::uint32_t line = 0;
    std::uint32_t column = 0;
    std::uint64_t id = 0;
  };
  static constexpr std::size_t known_count = 64;

  // Returns the time of an event and stores it in last_ticks.
  std::uint64_t now(diary::event_type type) noexcept;
  // record_any() accepts any event of at most four arguments, with any clock; append_any() writes it at time
  // last_ticks.
  void record_any(diary::event_type type, std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d) noexcept;
  void append_any(diary::event_type type, std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d) noexcept;
  bool wants_generation(std::uint64_t live) const noexcept;
  std::uint64_t bytes_of_plain(std::uint64_t live) const noexcept { return 16 + live * bytes_a_coroutine_; }
  std::uint64_t bytes_of_next(std::uint64_t live) noexcept;
  void rest_after_checkpoint(std::uint64_t count) noexcept;
  void begin_generation() noexcept;
  void forget_names() noexcept;

  recording& recording_;
  std::uint32_t index_;
  core::clock* virtual_clock_;
  tick_clock ticks_;
  unsigned shift_;
  bool order_only_;
  bool plain_counter_ = false;  // time is the processor's counter, and every event has its own time
  static constexpr unsigned events_a_time = 64;
  unsigned untimed_ = events_a_time - 1;  // order_only: events since the last one with its own time
  diary::chunk_writer writer_;
  defined_set strings_, sites_, objects_;
  std::vector<known_string> known_strings_{known_count};
  std::vector<known_site> known_sites_{known_count};
  // Where the last checkpoint ended, or where the recording started
  std::uint64_t checkpoint_ordinal_ = 0, checkpoint_ticks_ = 0;
  std::uint64_t checkpoint_began_bytes_ = 0, checkpoint_began_ticks_ = 0, checkpoint_began_ordinal_ = 0;
  std::uint64_t checkpoint_rest_ticks_ = 0;  // least time from a checkpoint to the next
  std::uint64_t checkpoint_count_ = 0;
  bool checkpoint_is_asked_for_ = false;  // by the recorder itself: only such checkpoints are limited to their share
  std::uint64_t bytes_a_coroutine_ = 24;  // bytes per coroutine of the last plain checkpoint
  std::uint64_t bytes_a_packed_ = 1;      // the same of the last packed one
  std::uint64_t changes_bytes_ = 0;       // bytes of the last checkpoint of changes
  std::uint64_t all_changes_bytes_ = 0;   // bytes of all checkpoints of changes since the present base
  // other_bytes_: bytes of checkpoints that the share does not limit; spent_bytes_: bytes of those it limits
  std::uint64_t other_bytes_ = 0, spent_bytes_ = 0;
  bool past_is_told_ = true;     // a reader of everything recorded so far knows this thread's coroutines
  std::uint64_t lost_then_ = 0;  // events this thread had lost when past_is_told_ was last set
  // The base of checkpoints of changes; base_events_ == 0: there is none
  std::uint64_t base_ordinal_ = 0, base_events_ = 0, base_bytes_ = 0;
  std::uint64_t generation_ = 0, generation_bytes_ = 0;  // its number; where it started
};

}  // namespace weft::record
