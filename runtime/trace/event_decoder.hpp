// Bytes of a chunk into events: the reader's hot path. Everything is checked against the end of what is committed;
// nothing here allocates or knows files.
#pragma once

#include <array>
#include <cstdint>

#include "trace/event.hpp"
#include "trace/format.hpp"
#include "trace/varint.hpp"

namespace weft::diary {

// What must be known of an event type to step over it.
struct event_shape {
  std::uint8_t arg_count = 0;
  bool has_text = false;
  bool known = false;
};
using shape_table = std::array<event_shape, 256>;

// Ticks of the file's clock to nanoseconds since its start: one multiplication. Results stay within +-2^60 (36 years),
// so that they can be added and subtracted without care; a clock of 1 GHz is converted exactly.
class tick_scale {
 public:
  tick_scale() = default;
  // `ticks_per_second` must not be 0.
  tick_scale(std::uint64_t start_ticks, std::uint64_t ticks_per_second) : start_(start_ticks) {
    constexpr wide second_ns = 1'000'000'000;
    shift_ = 96;
    while (shift_ > 0 && ((second_ns << shift_) / ticks_per_second) >> 64 != 0) --shift_;
    factor_ = static_cast<std::uint64_t>(((second_ns << shift_) + ticks_per_second - 1) / ticks_per_second);
  }

  std::int64_t to_ns(std::uint64_t ticks) const {
    const std::uint64_t since = ticks - start_;
    const bool before = static_cast<std::int64_t>(since) < 0;
    const wide ns = (static_cast<wide>(before ? 0 - since : since) * factor_) >> shift_;
    const auto bounded = static_cast<std::int64_t>(ns < limit_ns ? ns : limit_ns);
    return before ? -bounded : bounded;
  }

  static constexpr std::uint64_t limit_ns = std::uint64_t{1} << 60;

 private:
  __extension__ using wide = unsigned __int128;
  std::uint64_t start_ = 0;
  std::uint64_t factor_ = 1;
  unsigned shift_ = 0;
};

// get_varint where max_varint_bytes are known to be there.
inline const std::uint8_t* get_varint_unchecked(const std::uint8_t* in, std::uint64_t& value) {
  const std::uint64_t first = in[0];
  if (first < 0x80) {
    value = first;
    return in + 1;
  }
  const std::uint64_t second = in[1];
  if (second < 0x80) {
    value = (first & 0x7f) | second << 7;
    return in + 2;
  }
  return get_varint(in, in + max_varint_bytes, value);
}

// Decodes the event at `in` into type, args and text of `e` and moves `ticks` on (modulo 2^64). Returns the byte
// behind it, or null if it is damaged: unknown type, cut off, text too long. `in` must be below `end`.
inline const std::uint8_t* decode_event(const std::uint8_t* in, const std::uint8_t* end, const shape_table& shapes,
                                        std::uint64_t& ticks, event& e) {
  const event_shape shape = shapes[*in];
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

}  // namespace weft::diary
