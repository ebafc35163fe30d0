// What the scheduler tells whoever keeps the diary. The scheduler itself does no trace I/O: without an observer each of
// these costs one predictable branch. Called on the scheduler's own thread, between two switches, when what it tells
// has been done, except that after a switch event the leaver still runs for a moment. Must not suspend or throw.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "trace/words/schema.hpp"
#include "trace/words/states.hpp"
#include "weft/source_location.hpp"

namespace weft::core {

class observer {
 public:
  virtual ~observer() = default;

  // One event with its schema's arguments, in order; unused ones are 0.
  virtual void record(diary::event_type type, std::uint64_t a = 0, std::uint64_t b = 0, std::uint64_t c = 0,
                      std::uint64_t d = 0, std::uint64_t e = 0, std::uint64_t f = 0) noexcept = 0;
  // The same for events with at most four arguments, which all come in registers. This one and the next call record();
  // they are defined elsewhere, because GCC would guess these to be the ones that are called.
  virtual void record_few(diary::event_type type, std::uint64_t a, std::uint64_t b = 0, std::uint64_t c = 0,
                          std::uint64_t d = 0) noexcept;
  // The same for events with one argument: what most switches record.
  virtual void record_one(diary::event_type type, std::uint64_t a) noexcept;
  // The same for events with a text.
  virtual void record_text(diary::event_type type, std::string_view text, std::uint64_t a = 0, std::uint64_t b = 0,
                           std::uint64_t c = 0) noexcept = 0;

  // The same from a signal handler just before the process dies, whatever it has interrupted; nothing if that cannot be
  // done without a lock or memory.
  virtual void record_last_words(diary::event_type, std::string_view) noexcept {}

  // Numbers for names and places in this recording; the definition is recorded before the first use.
  virtual std::uint64_t string_id(std::string_view text) noexcept = 0;
  virtual std::uint64_t site_id(const source_location& where) noexcept = 0;
  // Makes sure that the object's kind and name are known in this recording. Unnecessary if knows_object(), which may
  // say false of one that is known.
  bool knows_object(std::uint64_t object_id) const noexcept {
    return known_objects_[object_id % known_objects_.size()] == object_id;
  }
  virtual void define_object(std::uint64_t object_id, diary::object_kind kind, std::string_view name) noexcept = 0;

  // Number of events this thread has recorded so far: the hand-shake that orders threads.
  virtual std::uint64_t ordinal() const noexcept = 0;
  virtual std::uint32_t thread_index() const noexcept = 0;

  // Should the whole present state be told again, so that a reader can begin here? Asked often, between two switches.
  virtual bool wants_checkpoint([[maybe_unused]] std::size_t live) noexcept { return false; }
  // The present state follows, up to end_checkpoint().
  virtual void begin_checkpoint(std::uint64_t count, std::uint64_t running_slot) noexcept {
    record(diary::event_type::checkpoint_begin, count, running_slot);
  }
  virtual void end_checkpoint() noexcept { record(diary::event_type::checkpoint_end); }
  // In which form? Plain ones go through begin_checkpoint(), the others through record_checkpoint_part() alone.
  enum class checkpoint_form {
    plain,
    packed,
    packed_changes
  };  // changes: since the last one that was not of this form
  virtual checkpoint_form form_of_checkpoint([[maybe_unused]] std::size_t live) noexcept {
    return checkpoint_form::plain;
  }
  struct checkpoint_part {
    std::uint64_t flags = 0, count = 0, running_slot = 0;
    std::uint64_t then_ticks = 0;  // last_ticks when the checkpoint was begun
    checkpoint_form form = checkpoint_form::packed;
  };
  virtual void record_checkpoint_part(const checkpoint_part&, std::string_view) noexcept {}
  virtual std::uint64_t ticks_per_second() const noexcept { return 1'000'000'000; }
  // Time of the event recorded last, in ticks of this recording, and how long ago such a time is.
  std::uint64_t last_ticks = 0;
  virtual std::uint64_t ns_since([[maybe_unused]] std::uint64_t ticks) const noexcept { return 0; }

 protected:
  std::array<std::uint64_t, 16> known_objects_{};  // each at its number's low bits
};

// Stands between a scheduler and whoever records it.
class front_observer : public observer {
 public:
  virtual void pass_on_to(observer* o) noexcept = 0;  // null: to nobody
};

}  // namespace weft::core
