// Decodes the bytes of a chunk into events: the reader's hot path. Checks every read against the end of the committed
// bytes. Does not allocate and does not know files.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "trace/words/diary_event.hpp"
#include "trace/words/format.hpp"
#include "trace/words/varint.hpp"

namespace weft::diary {

// The facts needed to skip an event of a type.
struct event_shape {
  std::uint8_t arg_count = 0;
  bool has_text = false;
  bool known = false;
  // A *short* event has no text and only arguments below 128, one byte each: with the type at most eight bytes. Read as
  // one little-endian number, its bytes under `short_mask` equal `short_value`; for any other event they differ.
  std::uint8_t short_bytes = 0;
  std::uint64_t short_mask = 0;
  std::uint64_t short_value = 1;
  std::uint64_t short_args = 0;  // the bytes of the arguments

  event_shape() = default;
  event_shape(std::uint8_t arguments, bool text) : arg_count(arguments), has_text(text), known(true) {
    if (text) return;
    short_bytes = static_cast<std::uint8_t>(2 + arguments);
    const std::uint64_t inside = ~std::uint64_t{0} >> (64 - 8 * short_bytes);
    short_mask = inside & 0x8080'8080'8080'8000;
    short_value = 0;
    short_args = inside & 0xffff'ffff'ffff'0000;
  }
};
static_assert(max_args == 6, "a short event fits into eight bytes");
using shape_table = std::array<event_shape, 256>;

// Converts ticks of the file's clock to nanoseconds since its start, with one multiplication. Results are limited to
// +-2^60 (36 years), so sums and differences cannot overflow. A clock of 1 GHz is converted exactly.
class tick_scale {
 public:
  tick_scale() = default;
  // `ticks_per_second` must not be 0.
  tick_scale(std::uint64_t start_ticks, std::uint64_t ticks_per_second) : start_(start_ticks) {
    constexpr wide second_ns = 1'000'000'000;
    shift_ = 96;
    while (shift_ > 0 && ((second_ns << shift_) / ticks_per_second) >> 64 != 0) --shift_;
    factor_ = static_cast<std::uint64_t>(((second_ns << shift_) + ticks_per_second - 1) / ticks_per_second);
    // No result is limited below this tick count: computed once, not for each event.
    constexpr wide all = INT64_MAX;
    const wide unlimited = shift_ < 67 ? (static_cast<wide>(limit_ns) << shift_) / factor_ : all;
    unlimited_ = static_cast<std::uint64_t>(unlimited < all ? unlimited : all);
  }

  std::int64_t to_ns(std::uint64_t ticks) const {
    const std::uint64_t since = ticks - start_;
    if (since <= unlimited_) return static_cast<std::int64_t>((static_cast<wide>(since) * factor_) >> shift_);
    return far_to_ns(since);
  }
  std::uint64_t start() const { return start_; }

  static constexpr std::uint64_t limit_ns = std::uint64_t{1} << 60;

 private:
  __extension__ using wide = unsigned __int128;

  std::int64_t far_to_ns(std::uint64_t since) const {
    const bool before = static_cast<std::int64_t>(since) < 0;
    const wide ns = (static_cast<wide>(before ? 0 - since : since) * factor_) >> shift_;
    const auto bounded = static_cast<std::int64_t>(ns < limit_ns ? ns : limit_ns);
    return before ? -bounded : bounded;
  }

  std::uint64_t start_ = 0;
  std::uint64_t factor_ = 1;
  unsigned shift_ = 0;
  std::uint64_t unlimited_ = 0;
};

inline std::uint64_t load_word(const std::uint8_t* in) {
  std::uint64_t word;
  std::memcpy(&word, in, sizeof word);
  return word;
}

// Joins the seven-bit groups in the eight bytes of `groups`, whose top bits do not count.
inline std::uint64_t join_groups(std::uint64_t groups) {
  groups = (groups & 0x007f'007f'007f'007f) | (groups & 0x7f00'7f00'7f00'7f00) >> 1;
  groups = (groups & 0x0000'3fff'0000'3fff) | (groups & 0x3fff'0000'3fff'0000) >> 2;
  return (groups & 0x0fff'ffff) | (groups & 0x0fff'ffff'0000'0000) >> 4;
}

// get_varint where max_varint_bytes are readable. The length of a number above 127 is nearly random, so no byte is
// tested for being the last one.
inline const std::uint8_t* get_varint_unchecked(const std::uint8_t* in, std::uint64_t& value) {
  const std::uint64_t word = load_word(in);
  if ((word & 0x80) == 0) {
    value = word & 0x7f;
    return in + 1;
  }
  const std::uint64_t ends = ~word & 0x8080'8080'8080'8080;
  if (ends == 0) return get_varint(in, in + max_varint_bytes, value);
  value = join_groups(word & (ends ^ (ends - 1)));
  return in + (std::countr_zero(ends) + 1) / 8;
}

// The other cases of decode_event: numbers of more than one byte, text, the last bytes of a chunk, damage.
inline const std::uint8_t* decode_long_event(const std::uint8_t* in, const std::uint8_t* end, const event_shape& shape,
                                             std::uint64_t& ticks, event& e) {
  if (!shape.known) return nullptr;
  e.type = static_cast<event_type>(*in++);
  e.args = {};
  std::uint64_t elapsed = 0;
  constexpr std::ptrdiff_t always_enough = max_varint_bytes * (1 + max_args);
  if (end - in >= always_enough) {
    in = get_varint_unchecked(in, elapsed);
    for (unsigned i = 0; i < shape.arg_count && in != nullptr; ++i) in = get_varint_unchecked(in, e.args[i]);
  } else {
    in = get_varint(in, end, elapsed);
    for (unsigned i = 0; i < shape.arg_count && in != nullptr; ++i) in = get_varint(in, end, e.args[i]);
  }
  if (in == nullptr) return nullptr;
  e.text = {};
  if (shape.has_text) {
    std::uint64_t length = 0;
    in = get_varint(in, end, length);
    if (in == nullptr || length > max_text_bytes || length > static_cast<std::uint64_t>(end - in)) return nullptr;
    e.text = {reinterpret_cast<const char*>(in), static_cast<std::size_t>(length)};
    in += length;
  }
  ticks += elapsed;
  return in;
}

// Decodes the event at `in` into type, args and text of `e` and adds its time difference to `ticks` (modulo 2^64).
// Returns the byte behind the event, or null if the event is damaged: unknown type, cut off, text too long. `in` must
// be below `end`.
inline const std::uint8_t* decode_event(const std::uint8_t* in, const std::uint8_t* end, const shape_table& shapes,
                                        std::uint64_t& ticks, event& e) {
  const event_shape& shape = shapes[*in];
  if (end - in < 8) return decode_long_event(in, end, shape, ticks, e);
  const std::uint64_t word = load_word(in);
  if ((word & shape.short_mask) != shape.short_value) return decode_long_event(in, end, shape, ticks, e);
  e.type = static_cast<event_type>(word & 0xff);
  e.text = {};
  const std::uint64_t args = (word & shape.short_args) >> 16;
  e.args = {args & 0xff, args >> 8 & 0xff, args >> 16 & 0xff, args >> 24 & 0xff, args >> 32 & 0xff, args >> 40};
  ticks += word >> 8 & 0xff;
  return in + shape.short_bytes;
}

}  // namespace weft::diary
