// One line that can be typed into, over a std::string.
#pragma once

#include "panels/panel_frame.hpp"

namespace weft::viz {

// True if the text has changed. Letters in any language; the clipboard by the usual keys.
bool text_field(const char* id, const char* hint, std::string& text, const panel_frame& f);

}  // namespace weft::viz
