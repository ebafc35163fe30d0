// Messages that weft itself prints on the terminal of a program.
#pragma once

#include <initializer_list>
#include <string_view>

namespace weft::diary {

// Writes "weft: " and the parts to stderr, as one line and at once. Sanitises the parts, so a name, path or error text
// in them causes no escape sequence and no second line. Prints nothing if there is no memory.
void say(std::initializer_list<std::string_view> parts) noexcept;
inline void say(std::string_view text) noexcept { say({text}); }

}  // namespace weft::diary
