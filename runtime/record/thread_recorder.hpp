// One OS thread's part of the recording: implements the scheduler's observer over a chunk_writer.
#pragma once

#include <cstdint>

#include "core/clock.hpp"
#include "core/observer.hpp"
#include "record/recording.hpp"

namespace weft::record {

class thread_recorder final : public core::observer {
 public:
  // `virtual_clock` null: time is the recording's tick clock.
  thread_recorder(recording& r, std::uint32_t index, core::clock* virtual_clock) noexcept;

  void record(diary::event_type type, std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d,
              std::uint64_t e, std::uint64_t f) noexcept override;
  void record_text(diary::event_type type, std::string_view text, std::uint64_t a, std::uint64_t b,
                   std::uint64_t c) noexcept override;
  void record_last_words(diary::event_type type, std::string_view text) noexcept override;
  std::uint64_t string_id(std::string_view text) noexcept override;
  std::uint64_t site_id(const source_location& where) noexcept override;
  void define_object(std::uint64_t object_id, diary::object_kind kind, std::string_view name) noexcept override;
  std::uint64_t ordinal() const noexcept override { return writer_.next_ordinal(); }
  std::uint32_t thread_index() const noexcept override { return index_; }

  void use_clock(core::clock* virtual_clock) noexcept { virtual_clock_ = virtual_clock; }

 private:
  std::uint64_t now(diary::event_type type) noexcept;

  recording& recording_;
  std::uint32_t index_;
  core::clock* virtual_clock_;
  bool counter_;  // the recording's clock is the processor's counter
  bool order_only_;
  unsigned untimed_ = 0;  // order only: events since the last one with a time of its own
  std::uint64_t last_ticks_ = 0;
  diary::chunk_writer writer_;
  std::uint64_t last_object_ = 0;  // defined for sure: the usual case needs no lock
};

}  // namespace weft::record
