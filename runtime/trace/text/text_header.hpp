// The lines above the events of a text trace: facts about the whole file, written by dump_text and read by load_text.
#pragma once

#include <string>
#include <string_view>

#include "trace/file/reader.hpp"

namespace weft::diary {

inline constexpr std::string_view text_first_line = "# weft trace text 1";

// The first line and the header's lines, each with its line end.
std::string header_lines(const reader& source);

// Reads one header line into `header`. False if the line starts with no word of a header line. Throws
// std::invalid_argument with the reason if the rest of the line is not understood.
bool read_header_line(std::string_view line, file_header& header);

// The name of an event type in text: the schema's name, or ?N if load_text would not read that name back.
std::string type_token(const reader& source, event_type type);

}  // namespace weft::diary
