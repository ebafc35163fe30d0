// LEB128 variable-length numbers, as in DWARF: seven bits a byte, low bits first; the top bit is set if more bytes
// follow.
#pragma once

#include <cstddef>
#include <cstdint>

namespace weft::diary {

inline constexpr std::size_t max_varint_bytes = 10;

// Writes `value` at `out`, which must have max_varint_bytes of room; returns the end of the written bytes. Measured: a
// form without branches is slower, because the next event waits for the length.
inline std::uint8_t* put_varint(std::uint8_t* out, std::uint64_t value) {
  while (value >= 0x80) {
    *out++ = static_cast<std::uint8_t>(value | 0x80);
    value >>= 7;
  }
  *out++ = static_cast<std::uint8_t>(value);
  return out;
}

// Reads a number from [in, end); returns the byte behind it, or null if the number is cut off or longer than 64 bits.
inline const std::uint8_t* get_varint(const std::uint8_t* in, const std::uint8_t* end, std::uint64_t& value) {
  if (in < end && *in < 0x80) {
    value = *in;
    return in + 1;
  }
  std::uint64_t result = 0;
  for (unsigned shift = 0; in < end && shift < 64; shift += 7) {
    const std::uint64_t byte = *in++;
    if (shift == 63 && byte > 1) return nullptr;
    result |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      value = result;
      return in;
    }
  }
  return nullptr;
}

constexpr std::uint64_t zigzag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
}
constexpr std::int64_t unzigzag(std::uint64_t value) {
  return static_cast<std::int64_t>((value >> 1) ^ (~(value & 1) + 1));
}

}  // namespace weft::diary
