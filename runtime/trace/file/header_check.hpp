// Checks that bytes start with the header of a trace this build can read, and reads the shapes of events from it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "trace/file/event_decoder.hpp"
#include "trace/words/format.hpp"

namespace weft::diary {

// Returns a copy of the header. Throws file_error unless the `size` bytes start with the header of a readable trace.
file_header checked_header(const std::uint8_t* bytes, std::uint64_t size, const std::string& path);

// The shapes of the file's own table, then those of this build: both old and new files can be decoded.
shape_table shapes_of(const file_header& header);

// A field's text up to its zero byte, or the whole field; sanitised.
std::string text_field(const char* field, std::size_t size);

}  // namespace weft::diary
