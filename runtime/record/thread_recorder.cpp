#include "record/thread_recorder.hpp"

#include <array>
#include <string>

namespace weft::record {

using diary::event_type;

namespace {

// How many arguments each event has, by number: the schema in the form the hot path needs.
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
      virtual_clock_(virtual_clock),
      counter_(r.ticks().counter),
      order_only_((r.file().header().flags & diary::header_flag_order_only) != 0),
      writer_(r.file(), index) {}

std::uint64_t thread_recorder::now(event_type type) noexcept {
  if (order_only_ && type != event_type::poll_begin && type != event_type::poll_end && ++untimed_ % 64 != 0)
    return last_ticks_;
  if (virtual_clock_ != nullptr) [[unlikely]] {
    last_ticks_ = static_cast<std::uint64_t>(virtual_clock_->now_ns());
  } else {
    last_ticks_ = counter_ ? counter_ticks() : monotonic_ns();
  }
  return last_ticks_;
}

void thread_recorder::record(event_type type, std::uint64_t a, std::uint64_t b, std::uint64_t c, std::uint64_t d,
                             std::uint64_t e, std::uint64_t f) noexcept {
  const std::array<std::uint64_t, 6> args{a, b, c, d, e, f};
  writer_.append(type, now(type), args.data(), arg_counts[static_cast<std::size_t>(type)]);
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
  const name_table::number n = recording_.names().string(text);
  if (n.is_new) record_text(event_type::string, text, n.id, 0, 0);
  return n.id;
}

std::uint64_t thread_recorder::site_id(const source_location& where) noexcept {
  const std::string_view file = where.file_name();
  const std::string_view function = where.function_name();
  const name_table::number n = recording_.names().site(file, where.line(), function);
  if (n.is_new) record(event_type::site, n.id, string_id(file), where.line(), string_id(function), 0, 0);
  return n.id;
}

void thread_recorder::define_object(std::uint64_t object_id, diary::object_kind kind, std::string_view name) noexcept {
  if (object_id == last_object_) return;
  last_object_ = object_id;
  if (recording_.names().is_new_object(object_id)) {
    record_text(event_type::object, name, object_id, static_cast<std::uint64_t>(kind), 0);
  }
}

}  // namespace weft::record
