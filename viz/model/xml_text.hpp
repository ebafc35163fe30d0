// Text for XML, whatever it is: SVG pictures and JUnit reports.
#pragma once

#include <string>
#include <string_view>

namespace weft::viz {

// Fits between tags and into an attribute. Line ends stay; what is no UTF-8 or may not stand in XML becomes U+FFFD.
std::string xml_text(std::string_view text);

}  // namespace weft::viz
