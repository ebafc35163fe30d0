#pragma once

#include <string>

#include "view/fonts.hpp"
#include "view/window_view.hpp"

namespace weft::viz {

// Draws the pictures of the view, without the controls, as an SVG document in logical pixels. Measures text with
// `fonts`, and asks them for the glyphs they do not have yet (font_set::wants_more).
std::string svg_of(window_view& view, const viewer_model& model, font_set& fonts);

}  // namespace weft::viz
