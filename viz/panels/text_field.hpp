// A one-line text field for a std::string.
#pragma once

#include "panels/panel_frame.hpp"

namespace weft::viz {

// Returns true if the text has changed. Accepts letters of any language; the clipboard has its usual keys.
bool text_field(const char* id, const char* hint, std::string& text, const panel_frame& f);

}  // namespace weft::viz
