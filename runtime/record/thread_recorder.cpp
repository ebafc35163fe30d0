#include "record/thread_recorder.hpp"

#include <algorithm>
#include <array>
#include <functional>
#include <string>

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
      writer_(r.store(), index) {
  use_clock(virtual_clock);
  checkpoint_ticks_ = virtual_clock != nullptr ? static_cast<std::uint64_t>(virtual_clock->now_ns()) : ticks_.now();
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

bool defined_set::add(std::uint64_t id) noexcept {
  const std::size_t word = static_cast<std::size_t>(id / 64);
  const std::uint64_t bit = std::uint64_t{1} << id % 64;
  try {
    if (word >= words_.size()) words_.resize(word + word / 2 + 16);
  } catch (const std::bad_alloc&) {
    return true;
  }
  const bool is_new = (words_[word] & bit) == 0;
  words_[word] |= bit;
  return is_new;
}

std::uint64_t thread_recorder::string_id(std::string_view text) noexcept {
  known_string& known = known_strings_[std::hash<std::string_view>()(text) % known_count];
  if (known.id == 0 || known.text != text) {
    known.id = recording_.names().string(text);
    known.text = text;
  }
  const std::uint64_t id = known.id;
  if (strings_.add(id)) record_text(event_type::string, text, id, 0, 0);
  return id;
}

std::uint64_t thread_recorder::site_id(const source_location& where) noexcept {
  known_site& known =
      known_sites_[(reinterpret_cast<std::uintptr_t>(where.file_name()) / 16 + where.line()) % known_count];
  if (known.file != where.file_name() || known.line != where.line() || known.column != where.column()) {
    const std::string_view function = where.function_name();
    known = {where.file_name(), where.line(), where.column(),
             recording_.names().site(where.file_name(), where.line(), function)};
  }
  const std::uint64_t id = known.id;
  if (sites_.add(id)) {
    record(event_type::site, id, string_id(where.file_name()), where.line(), string_id(where.function_name()), 0, 0);
  }
  return id;
}

void thread_recorder::define_object(std::uint64_t object_id, diary::object_kind kind, std::string_view name) noexcept {
  known_objects_[object_id % known_objects_.size()] = object_id;
  if (objects_.add(object_id)) record_text(event_type::object, name, object_id, static_cast<std::uint64_t>(kind), 0);
}

// Checkpoints come often enough that a reader replays little, and so rarely that they are a twentieth of all bytes. The
// rest after each one keeps the program from doing little else: a ring may need checkpoints more often than that share
// allows.
bool thread_recorder::wants_checkpoint(std::size_t live) noexcept {
  constexpr std::uint64_t most_events = 65536 - 1024, share = 20;  // the scheduler asks at every 64th switch
  if (last_ticks - checkpoint_ticks_ < checkpoint_rest_ticks_) return false;
  if (wants_generation(live)) return true;
  const std::uint64_t events = writer_.next_ordinal() - checkpoint_ordinal_;
  if (events < most_events && last_ticks - checkpoint_ticks_ < recording_.ticks_per_second()) return false;
  // The next checkpoints wait until a checkpoint that was larger than expected is within the share. An open chunk
  // counts as written.
  const bool has_share =
      share * (spent_bytes_ + bytes_of_next(live)) <= writer_.bytes() - other_bytes_ + diary::chunk_payload_bytes;
  checkpoint_is_asked_for_ = has_share;
  return has_share;
}

// A checkpoint is plain where a reader that has read everything may need it: such a reader need not know other forms.
core::observer::checkpoint_form thread_recorder::form_of_checkpoint(std::size_t live) noexcept {
  if (writer_.lost() != lost_then_) past_is_told_ = false;
  if (!past_is_told_ || wants_generation(live)) return checkpoint_form::plain;
  if (base_events_ == 0 || all_changes_bytes_ >= base_bytes_) return checkpoint_form::packed;
  return checkpoint_form::packed_changes;
}

std::uint64_t thread_recorder::bytes_of_next(std::uint64_t live) noexcept {
  switch (form_of_checkpoint(static_cast<std::size_t>(live))) {
    case checkpoint_form::plain:
      return bytes_of_plain(live);
    case checkpoint_form::packed:
      return 32 + live * bytes_a_packed_;
    default:
      return 32 + changes_bytes_;
  }
}

void thread_recorder::begin_checkpoint(std::uint64_t count, std::uint64_t running_slot) noexcept {
  if (wants_generation(count)) begin_generation();
  checkpoint_began_bytes_ = writer_.bytes();
  checkpoint_began_ordinal_ = writer_.next_ordinal();
  checkpoint_count_ = count;
  const std::array<std::uint64_t, 2> args{count, running_slot};
  writer_.append_checkpoint(now(event_type::checkpoint_begin), args.data(), args.size());
  checkpoint_began_ticks_ = last_ticks;
}

void thread_recorder::end_checkpoint() noexcept {
  record(event_type::checkpoint_end, 0, 0, 0, 0, 0, 0);
  const std::uint64_t bytes = writer_.bytes() - checkpoint_began_bytes_;
  rest_after_checkpoint(checkpoint_count_);
  (checkpoint_is_asked_for_ ? spent_bytes_ : other_bytes_) += bytes;
  checkpoint_is_asked_for_ = false;
  base_events_ = 0;
  if (writer_.lost_before_next() > 0) return;  // the checkpoint did not fit: its size is not known
  if (checkpoint_count_ != 0) bytes_a_coroutine_ = bytes / checkpoint_count_ + 1;
  past_is_told_ = true;
  lost_then_ = writer_.lost();
  base_ordinal_ = checkpoint_began_ordinal_;
  base_events_ = checkpoint_ordinal_ - checkpoint_began_ordinal_;
  base_bytes_ = bytes;
  all_changes_bytes_ = 0;
}

void thread_recorder::record_checkpoint_part(const checkpoint_part& part, std::string_view code) noexcept {
  const bool is_first = (part.flags & diary::checkpoint_part_first) != 0;
  const std::uint64_t ticks = now(event_type::checkpoint_part), lost = writer_.lost();
  if (is_first) {
    checkpoint_began_bytes_ = writer_.bytes();
    checkpoint_began_ordinal_ = writer_.next_ordinal();
    checkpoint_began_ticks_ = ticks;
  }
  const bool has_base = is_first && part.form == checkpoint_form::packed_changes;
  const std::array<std::uint64_t, diary::max_args> args{part.flags,
                                                        is_first ? part.count : 0,
                                                        is_first ? part.running_slot : 0,
                                                        ticks - std::min(ticks, part.then_ticks),
                                                        has_base ? checkpoint_began_ordinal_ - base_ordinal_ : 0,
                                                        has_base ? base_events_ : 0};
  writer_.append_checkpoint_part(ticks, args.data(), args.size(), code);
  if ((part.flags & diary::checkpoint_part_last) == 0) return;
  rest_after_checkpoint(part.count);
  const std::uint64_t bytes = writer_.bytes() - checkpoint_began_bytes_;
  spent_bytes_ += bytes;
  checkpoint_is_asked_for_ = false;
  if (part.form == checkpoint_form::packed_changes) {
    changes_bytes_ = bytes;
    all_changes_bytes_ += bytes;
    return;
  }
  bytes_a_packed_ = bytes / std::max<std::uint64_t>(part.count, 1) + 1;
  base_events_ = writer_.lost() == lost ? checkpoint_ordinal_ - checkpoint_began_ordinal_ : 0;
  base_ordinal_ = checkpoint_began_ordinal_;
  base_bytes_ = bytes;
  changes_bytes_ = all_changes_bytes_ = 0;
}

// Rest four times as long as the checkpoint lasted, but no longer than for its usual time: the thread may have been
// preempted meanwhile. For few coroutines the rest must not delay the next checkpoint beyond 65536 switches, which last
// 1 ms or more.
void thread_recorder::rest_after_checkpoint(std::uint64_t count) noexcept {
  checkpoint_ordinal_ = writer_.next_ordinal();
  checkpoint_ticks_ = last_ticks;
  constexpr std::uint64_t rest = 4, few = 16384, most_rest_ns_of_few = 100, most_rest_ns = 250;
  const std::uint64_t ns_a_coroutine = count <= few ? most_rest_ns_of_few : most_rest_ns;
  checkpoint_rest_ticks_ = std::min(rest * (last_ticks - checkpoint_began_ticks_),
                                    count * ns_a_coroutine * (ticks_per_second() / 1'000'000) / 1'000);
}

// True only in a ring. Either this generation has its share and is larger than its own checkpoint, or there is no room
// because all other generations are in use: then only freeing this thread's own generation helps. False while more
// coroutines live than the ring can store: no generation would be readable.
bool thread_recorder::wants_generation(std::uint64_t live) const noexcept {
  constexpr std::uint64_t shares = 4;  // of a ring
  const std::uint64_t share = recording_.store().generation_bytes();
  const std::uint64_t least = bytes_of_plain(live);
  if (share == 0 || least > shares * share) return false;
  return writer_.bytes() - generation_bytes_ >= std::max(share, 2 * least) || writer_.lost_before_next() > 0;
}

void thread_recorder::leave() noexcept {
  if (recording_.store().generation_bytes() == 0) return;
  // From now on the ring may free this thread's chunks.
  writer_.begin_generation();
  generation_bytes_ = writer_.bytes();
  past_is_told_ = false;
  base_events_ = 0;
  forget_names();
  recording_.store().leave(index_);
}

std::uint64_t thread_recorder::finish() noexcept {
  writer_.finish();
  return writer_.lost_before_next();
}

void thread_recorder::forget_names() noexcept {
  strings_.clear();
  sites_.clear();
  objects_.clear();
  known_objects_.fill(0);
}

void thread_recorder::begin_generation() noexcept {
  writer_.begin_generation();
  generation_bytes_ = writer_.bytes();
  past_is_told_ = false;
  base_events_ = 0;
  forget_names();
  record_text(event_type::generation, this_thread_name().data(), ++generation_, this_thread_number(), 0);
}

std::uint64_t thread_recorder::ns_since(std::uint64_t ticks) const noexcept {
  if (ticks >= last_ticks) return 0;
  const auto ns = static_cast<double>(last_ticks - ticks) * 1e9 / static_cast<double>(recording_.ticks_per_second());
  return static_cast<std::uint64_t>(ns);
}

}  // namespace weft::record
