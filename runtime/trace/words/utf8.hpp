// Decodes UTF-8 from untrusted input. Knows bytes and code points, not how to print them.
#pragma once

#include <cstddef>
#include <string_view>

namespace weft::diary {

// One code point at the front of a text. A byte that does not start a well-formed code point has length 1 and valid
// false (overlong forms, surrogates and values past U+10FFFF are not well-formed).
struct utf8_step {
  char32_t code_point = 0;
  std::size_t length = 1;
  bool valid = false;
};

// `text` must not be empty.
utf8_step next_code_point(std::string_view text);

// True for code points that weft never writes: those a terminal may obey instead of printing (C0, DEL, C1, line
// separators, direction overrides), and U+FFFE and U+FFFF, which are no characters and invalid in XML.
bool is_control(char32_t code_point);

}  // namespace weft::diary
