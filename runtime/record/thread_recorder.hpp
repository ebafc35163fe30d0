// The recorder of one OS thread: implements the scheduler's observer over a chunk_writer.
#pragma once

#include <cstdint>

#include "core/clock.hpp"
#include "core/observer.hpp"
#include "record/checkpoint_policy.hpp"
#include "record/definitions.hpp"
#include "record/recording.hpp"

namespace weft::record {

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
  void begin_in_the_middle() noexcept { policy_.forget_past(); }
  // Gives the next event a time of its own, even with order_only: nothing was recorded for a while.
  void time_next() noexcept { untimed_ = events_a_time - 1; }
  // The thread pauses its recording.
  void leave() noexcept;
  // The thread records nothing more. Returns how many events were lost after the last recorded one.
  std::uint64_t finish() noexcept;

 private:
  // Returns the time of an event and stores it in last_ticks.
  std::uint64_t now(diary::event_type type) noexcept;
  // record_any() accepts any event of at most four arguments, with any clock; append_any() writes it at time
  // last_ticks.
  void record_any(diary::event_type type, std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d) noexcept;
  void append_any(diary::event_type type, std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d) noexcept;
  recording_progress progress() const noexcept;
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
  definitions definitions_;
  checkpoint_policy policy_;
  std::uint64_t checkpoint_count_ = 0;  // coroutines in the plain checkpoint that is being written
  std::uint64_t generation_ = 0;        // its number
};

}  // namespace weft::record
