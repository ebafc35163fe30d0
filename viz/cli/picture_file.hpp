// Writes a picture to a file.
#pragma once

#include <string>

#include "cli/output/console.hpp"
#include "cli/window.hpp"

namespace weft::viz::cli {

// Draws a picture into OUT, as PNG or SVG depending on the name; "-" writes PNG to io.out. Sets request.out. Throws the
// errors of draw_picture and write_output.
void write_picture(picture_request request, const std::string& out, console& io);

}  // namespace weft::viz::cli
