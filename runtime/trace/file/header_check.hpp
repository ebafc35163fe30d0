// Whether bytes begin with the header of a trace this build can read, and what the header says of the events' shapes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "trace/file/event_decoder.hpp"
#include "trace/words/format.hpp"

namespace weft::diary {

// A copy of the header. Throws file_error unless the `size` bytes begin with one of a trace this build can read.
file_header checked_header(const std::uint8_t* bytes, std::uint64_t size, const std::string& path);

// The file's own table first, then what this build knows: both old and new files can be stepped through.
shape_table shapes_of(const file_header& header);

// A field's text up to its zero byte, or all of it; sanitised.
std::string text_field(const char* field, std::size_t size);

}  // namespace weft::diary
