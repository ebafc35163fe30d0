#include "trace/words/utf8.hpp"

namespace weft::diary {

utf8_step next_code_point(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return {first, 1, true};

  std::size_t length = 0;
  char32_t code_point = 0, smallest = 0;
  if (first >= 0xc2 && first <= 0xdf) {
    length = 2, code_point = first & 0x1f, smallest = 0x80;
  } else if (first >= 0xe0 && first <= 0xef) {
    length = 3, code_point = first & 0x0f, smallest = 0x800;
  } else if (first >= 0xf0 && first <= 0xf4) {
    length = 4, code_point = first & 0x07, smallest = 0x10000;
  } else {
    return {};
  }
  if (text.size() < length) return {};
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return {};
    code_point = (code_point << 6) | (byte(i) & 0x3f);
  }
  const bool surrogate = code_point >= 0xd800 && code_point <= 0xdfff;
  if (code_point < smallest || code_point > 0x10ffff || surrogate) return {};
  return {code_point, length, true};
}

bool is_control(char32_t c) {
  return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x2028 || c == 0x2029 || (c >= 0x202a && c <= 0x202e) ||
         (c >= 0x2066 && c <= 0x2069) || c == 0x200e || c == 0x200f || c == 0x061c || c == 0xfffe || c == 0xffff;
}

}  // namespace weft::diary
