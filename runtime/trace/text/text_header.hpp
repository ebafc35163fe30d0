// The lines above the events of a text trace: what dump_text writes and load_text reads about the file as a whole.
#pragma once

#include <string>
#include <string_view>

#include "trace/file/reader.hpp"

namespace weft::diary {

inline constexpr std::string_view text_first_line = "# weft trace text 1";

// The first line and the header's lines, each with its end.
std::string header_lines(const reader& source);

// Reads one header line into `header`; false if the line does not begin with a word that header lines begin with.
// Throws std::invalid_argument, saying what is wrong, if the rest of it is not understood.
bool read_header_line(std::string_view line, file_header& header);

// The name by which events of this type stand in text: the schema's, or ?N where that would not come back.
std::string type_token(const reader& source, event_type type);

}  // namespace weft::diary
