#include "view/canvas.hpp"

#include <array>

namespace weft::viz {

float font_size(face f) {
  constexpr std::array<float, face_count> sizes{17, 14, 12.5f, 10.5f, 12.5f, 10.5f, 13, 11};
  return sizes[static_cast<std::size_t>(f)];
}

std::string fitted(canvas& to, std::string_view words, face f, float width) {
  if (to.text_width(words, f) <= width) return std::string(words);
  const auto is_start = [&](std::size_t i) { return (static_cast<unsigned char>(words[i]) & 0xc0) != 0x80; };
  std::size_t low = 0;
  std::size_t high = words.size();
  while (low + 1 < high) {  // the longest prefix that fits together with the dots
    std::size_t middle = (low + high) / 2;
    while (middle > low && !is_start(middle)) --middle;
    if (middle == low) {
      middle = (low + high) / 2;
      while (middle < high && !is_start(middle)) ++middle;
      if (middle == high) break;
    }
    if (to.text_width(std::string(words.substr(0, middle)) + "…", f) <= width) {
      low = middle;
    } else {
      high = middle;
    }
  }
  return low == 0 ? std::string() : std::string(words.substr(0, low)) + "…";
}

void text_in(canvas& to, point at, std::string_view words, face f, colour ink, float width) {
  const std::string shown = fitted(to, words, f, width);
  if (!shown.empty()) to.text(at, shown, f, ink);
}

}  // namespace weft::viz
