// What weft itself writes to the terminal of a program.
#pragma once

#include <initializer_list>
#include <string_view>

namespace weft::diary {

// Writes one line to stderr, at once: "weft: " and the parts. Whatever of a name, a path or an error's text is in it
// comes out sanitised: no escape sequence, no second line. Without memory it says nothing.
void say(std::initializer_list<std::string_view> parts) noexcept;
inline void say(std::string_view text) noexcept { say({text}); }

}  // namespace weft::diary
