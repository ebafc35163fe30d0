#include "trace/file/header_check.hpp"

#include <algorithm>
#include <cstring>

namespace weft::diary {

std::string text_field(const char* field, std::size_t size) {
  const void* zero = std::memchr(field, 0, size);
  return sanitised({field, zero != nullptr ? static_cast<std::size_t>(static_cast<const char*>(zero) - field) : size});
}

file_header checked_header(const std::uint8_t* bytes, std::uint64_t size, const std::string& path) {
  if (size == 0) throw file_error(path, 0, "the file is empty");
  const std::size_t magic_bytes = std::min<std::uint64_t>(size, file_magic.size());
  if (std::memcmp(bytes, file_magic.data(), magic_bytes) != 0) throw file_error(path, 0, "not a weft trace");
  if (size < file_header_bytes) {
    throw file_error(path, size, "the file ends inside its header of " + std::to_string(file_header_bytes) + " bytes");
  }
  file_header header;
  std::memcpy(&header, bytes, sizeof header);
  if (header.major > format_major) {
    throw file_error(path, offsetof(file_header, major),
                     "written in format " + std::to_string(header.major) + "." + std::to_string(header.minor) +
                         ", this weft reads up to " + std::to_string(format_major) + ".x: use a newer weft");
  }
  if (header.major == 0) throw file_error(path, offsetof(file_header, major), "format version 0 does not exist");
  if (header.required != 0) {
    throw file_error(path, offsetof(file_header, required), "needs features this weft does not know: use a newer weft");
  }
  if (header.header_bytes < file_header_bytes || header.header_bytes % 64 != 0 || header.header_bytes > size) {
    throw file_error(path, offsetof(file_header, header_bytes),
                     "impossible header size " + std::to_string(header.header_bytes));
  }
  if (header.chunk_bytes < 2 * sizeof(chunk_header) || header.chunk_bytes % 64 != 0 ||
      header.chunk_bytes > (1u << 30)) {
    throw file_error(path, offsetof(file_header, chunk_bytes),
                     "impossible chunk size " + std::to_string(header.chunk_bytes));
  }
  if (header.ticks_per_second == 0) {
    throw file_error(path, offsetof(file_header, ticks_per_second), "a clock of 0 ticks a second");
  }
  return header;
}

shape_table shapes_of(const file_header& header) {
  shape_table shapes{};
  const std::size_t count = std::min<std::size_t>(header.schema_count, schema_capacity);
  for (std::size_t i = 0; i < count; ++i) {
    const schema_entry& entry = header.schema[i];
    if (entry.type == 0 || entry.arg_count > max_args || shapes[entry.type].known) continue;
    shapes[entry.type] = event_shape(entry.arg_count, entry.has_text != 0);
  }
  for (const event_schema& s : all_event_schemas()) {
    event_shape& shape = shapes[static_cast<std::size_t>(s.type)];
    if (!shape.known) shape = event_shape(s.arg_count, s.has_text);
  }
  return shapes;
}

}  // namespace weft::diary
