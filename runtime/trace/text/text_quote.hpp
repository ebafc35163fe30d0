// Quoted strings from which every byte can be read back and in which no control character reaches a terminal.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weft::diary {

// Appends `raw` to `out` between double quotes. Printable UTF-8 stays; all else becomes \n, \t, \", \\ or \xNN.
void append_quoted(std::string& out, std::string_view raw);

// Removes a quoted string from the front of `text` and returns it; none if it is not well-formed.
std::optional<std::string> take_quoted(std::string_view& text);

// Appends `shown` as a JSON string. Invalid UTF-8 becomes U+FFFD.
void append_json(std::string& out, std::string_view shown);

}  // namespace weft::diary
