#include "record/thread_recorder.hpp"

#include <algorithm>
#include <array>

#include "trace/file/packed_checkpoint.hpp"

namespace weft::record {

using diary::event_type;

namespace {

// The argument count of each event type: the schema in the form that the hot path needs.
constexpr std::size_t type_count = 256;
const std::array<std::uint8_t, type_count> arg_counts = [] {
  std::array<std::uint8_t, type_count> counts{};
  for (const diary::event_schema& s : diary::all_event_schemas())
    counts[static_cast<std::size_t>(s.type)] = s.arg_count;
  return counts;
}();

}  // namespace

thread_recorder::thread_recorder(recording& r, std::uint32_t index, core::clock* virtual_clock) noexcept
    : recording_(r),
      index_(index),
      virtual_clock_(nullptr),
      ticks_(r.ticks()),
      shift_(ticks_.shift),
      order_only_((r.store().header().flags & diary::header_flag_order_only) != 0),
      writer_(r.store(), index),
      definitions_(r.names()),
      policy_(virtual_clock != nullptr ? static_cast<std::uint64_t>(virtual_clock->now_ns()) : ticks_.now()) {
  use_clock(virtual_clock);
}

void thread_recorder::use_clock(core::clock* virtual_clock) noexcept {
  virtual_clock_ = virtual_clock;
  plain_counter_ = ticks_.counter && virtual_clock == nullptr && !order_only_;
}

std::uint64_t thread_recorder::now(event_type type) noexcept {
  if (order_only_ && type != event_type::poll_begin && type != event_type::poll_end && ++untimed_ % events_a_time != 0)
    return last_ticks;
  last_ticks = virtual_clock_ != nullptr ? static_cast<std::uint64_t>(virtual_clock_->now_ns()) : ticks_.now();
  return last_ticks;
}

void thread_recorder::record(event_type type, std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d,
                             std::uint64_t e, std::uint64_t f) noexcept {
  const std::array<std::uint64_t, diary::max_args> args{a, b, c, d, e, f};
  writer_.append(type, now(type), args.data(), arg_counts[static_cast<std::size_t>(type)]);
}

// record_few() and record_one() record most switches. Each unusual case is a tail call, so no register is saved for it.
void thread_recorder::record_few(event_type type, std::uint64_t a, std::uint64_t b, std::uint64_t c,
                                 std::uint64_t d) noexcept {
  if (!plain_counter_) [[unlikely]]
    return record_any(type, a, b, c, d);
  last_ticks = counter_ticks() >> shift_;
  if (!writer_.append_short(type, last_ticks, arg_counts[static_cast<std::size_t>(type)], a, b, c, d)) [[unlikely]]
    append_any(type, a, b, c, d);
}

void thread_recorder::record_one(event_type type, std::uint64_t a) noexcept {
  if (!plain_counter_) [[unlikely]]
    return record_any(type, a, 0, 0, 0);
  last_ticks = counter_ticks() >> shift_;
  if (!writer_.append_short(type, last_ticks, 1, a)) [[unlikely]]
    append_any(type, a, 0, 0, 0);
}

void thread_recorder::record_any(event_type type, std::uint64_t a, std::uint64_t b, std::uint64_t c,
                                 std::uint64_t d) noexcept {
  now(type);
  append_any(type, a, b, c, d);
}

void thread_recorder::append_any(event_type type, std::uint64_t a, std::uint64_t b, std::uint64_t c,
                                 std::uint64_t d) noexcept {
  const std::array<std::uint64_t, 4> args{a, b, c, d};
  writer_.append(type, last_ticks, args.data(), arg_counts[static_cast<std::size_t>(type)]);
}

void thread_recorder::record_text(event_type type, std::string_view text, std::uint64_t a, std::uint64_t b,
                                  std::uint64_t c) noexcept {
  const std::array<std::uint64_t, 3> args{a, b, c};
  writer_.append_text(type, now(type), args.data(), arg_counts[static_cast<std::size_t>(type)], text);
}

void thread_recorder::record_last_words(event_type type, std::string_view text) noexcept {
  if (writer_.room() < diary::max_event_bytes + diary::max_varint_bytes + text.size()) return;
  record_text(type, text, 0, 0, 0);
}

std::uint64_t thread_recorder::string_id(std::string_view text) noexcept {
  const definitions::number string = definitions_.string(text);
  if (string.is_new) record_text(event_type::string, text, string.id, 0, 0);
  return string.id;
}

std::uint64_t thread_recorder::site_id(const source_location& where) noexcept {
  const definitions::number site = definitions_.site(where);
  if (site.is_new) {
    record(event_type::site, site.id, string_id(where.file_name()), where.line(), string_id(where.function_name()), 0,
           0);
  }
  return site.id;
}

void thread_recorder::define_object(std::uint64_t object_id, diary::object_kind kind, std::string_view name) noexcept {
  known_objects_[object_id % known_objects_.size()] = object_id;
  if (definitions_.add_object(object_id))
    record_text(event_type::object, name, object_id, static_cast<std::uint64_t>(kind), 0);
}

recording_progress thread_recorder::progress() const noexcept {
  return {last_ticks,
          recording_.ticks_per_second(),
          writer_.next_ordinal(),
          writer_.bytes(),
          writer_.lost(),
          writer_.lost_before_next(),
          recording_.store().generation_bytes()};
}

bool thread_recorder::wants_checkpoint(std::size_t live) noexcept { return policy_.is_due(progress(), live); }

core::observer::checkpoint_form thread_recorder::form_of_checkpoint(std::size_t live) noexcept {
  return policy_.form_of_next(progress(), live);
}

void thread_recorder::begin_checkpoint(std::uint64_t count, std::uint64_t running_slot) noexcept {
  if (policy_.wants_generation(progress(), count)) begin_generation();
  const std::uint64_t ticks = now(event_type::checkpoint_begin);
  policy_.begin(progress());
  checkpoint_count_ = count;
  const std::array<std::uint64_t, 2> args{count, running_slot};
  writer_.append_checkpoint(ticks, args.data(), args.size());
}

void thread_recorder::end_checkpoint() noexcept {
  record(event_type::checkpoint_end, 0, 0, 0, 0, 0, 0);
  policy_.end(checkpoint_form::plain, checkpoint_count_, progress());
}

void thread_recorder::record_checkpoint_part(const checkpoint_part& part, std::string_view code) noexcept {
  const bool is_first = (part.flags & diary::checkpoint_part_first) != 0;
  const std::uint64_t ticks = now(event_type::checkpoint_part);
  if (is_first) policy_.begin(progress());
  const bool has_base = is_first && part.form == checkpoint_form::packed_changes;
  const std::array<std::uint64_t, diary::max_args> args{part.flags,
                                                        is_first ? part.count : 0,
                                                        is_first ? part.running_slot : 0,
                                                        ticks - std::min(ticks, part.then_ticks),
                                                        has_base ? policy_.distance_to_base() : 0,
                                                        has_base ? policy_.events_of_base() : 0};
  writer_.append_checkpoint_part(ticks, args.data(), args.size(), code);
  if ((part.flags & diary::checkpoint_part_last) != 0) policy_.end(part.form, part.count, progress());
}

void thread_recorder::leave() noexcept {
  if (recording_.store().generation_bytes() == 0) return;
  // From now on the ring may free this thread's chunks.
  writer_.begin_generation();
  policy_.begin_generation(writer_.bytes());
  forget_names();
  recording_.store().leave(index_);
}

std::uint64_t thread_recorder::finish() noexcept {
  writer_.finish();
  return writer_.lost_before_next();
}

void thread_recorder::forget_names() noexcept {
  definitions_.forget();
  known_objects_.fill(0);
}

void thread_recorder::begin_generation() noexcept {
  writer_.begin_generation();
  policy_.begin_generation(writer_.bytes());
  forget_names();
  record_text(event_type::generation, this_thread_name().data(), ++generation_, this_thread_number(), 0);
}

std::uint64_t thread_recorder::ns_since(std::uint64_t ticks) const noexcept {
  if (ticks >= last_ticks) return 0;
  const auto ns = static_cast<double>(last_ticks - ticks) * 1e9 / static_cast<double>(recording_.ticks_per_second());
  return static_cast<std::uint64_t>(ns);
}

}  // namespace weft::record
