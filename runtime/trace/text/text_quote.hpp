// Strings between quotes, so that every byte comes back and no control character reaches a terminal.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace weft::diary {

// Appends `raw` to `out` between double quotes. What is printable UTF-8 stays; the rest is \n, \t, \", \\ or \xNN.
void append_quoted(std::string& out, std::string_view raw);

// Reads a quoted string at the front of `text` and removes it from there; none if it is not well-formed.
std::optional<std::string> take_quoted(std::string_view& text);

// Appends `shown` as a JSON string. Invalid UTF-8 becomes U+FFFD.
void append_json(std::string& out, std::string_view shown);

}  // namespace weft::diary
