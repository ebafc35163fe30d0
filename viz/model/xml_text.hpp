// Escapes text for XML: SVG pictures and JUnit reports.
#pragma once

#include <string>
#include <string_view>

namespace weft::viz {

// The result fits between tags and into an attribute. Line ends stay; invalid UTF-8 and characters that XML forbids
// become U+FFFD.
std::string xml_text(std::string_view text);

}  // namespace weft::viz
