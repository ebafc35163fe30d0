// Decoding of UTF-8 for people who do not trust it. Knows bytes and code points, not what to show for them.
#pragma once

#include <cstddef>
#include <string_view>

namespace weft::diary {

// One code point at the front of a text; length 1 and valid false for a byte that does not begin a well-formed one
// (overlong forms, surrogates and values past U+10FFFF are not well-formed).
struct utf8_step {
  char32_t code_point = 0;
  std::size_t length = 1;
  bool valid = false;
};

// `text` must not be empty.
utf8_step next_code_point(std::string_view text);

// True for code points that nothing we write may hold: what a terminal may obey instead of showing (C0, DEL, C1, line
// separators, direction overrides), and the two that are no character and that XML has none of (U+FFFE, U+FFFF).
bool is_control(char32_t code_point);

}  // namespace weft::diary
