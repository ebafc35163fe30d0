// Encodes protocol buffers: fields are appended in the order of the calls. Knows the wire format and no schema.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace weft::viz::cli {

class protobuf_writer {
 public:
  void varint(unsigned field, std::uint64_t value) {
    tag(field, 0);
    raw_varint(value);
  }
  void fixed64(unsigned field, std::uint64_t value) {
    tag(field, 1);
    std::array<char, 8> bytes;
    for (unsigned i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(value >> (8 * i) & 0xff);
    bytes_.append(bytes.data(), bytes.size());
  }
  void real(unsigned field, double value) { fixed64(field, std::bit_cast<std::uint64_t>(value)); }
  void text(unsigned field, std::string_view value) {
    tag(field, 2);
    raw_varint(value.size());
    bytes_ += value;
  }
  void message(unsigned field, const protobuf_writer& value) { text(field, value.bytes_); }

  // Appends the fields of another one unchanged.
  void append(const protobuf_writer& fields) { bytes_ += fields.bytes_; }

  const std::string& bytes() const { return bytes_; }
  bool empty() const { return bytes_.empty(); }
  void clear() { bytes_.clear(); }

 private:
  void tag(unsigned field, unsigned wire_type) { raw_varint(std::uint64_t{field} << 3 | wire_type); }
  void raw_varint(std::uint64_t value) {
    // Assembled first: a string grown byte by byte took a quarter of an export.
    std::array<char, 10> groups;
    std::size_t count = 0;
    for (; value >= 0x80; value >>= 7) groups[count++] = static_cast<char>(value | 0x80);
    groups[count++] = static_cast<char>(value);
    bytes_.append(groups.data(), count);
  }

  std::string bytes_;
};

}  // namespace weft::viz::cli
