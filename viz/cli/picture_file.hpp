// A picture as a file that a command writes.
#pragma once

#include <string>

#include "cli/output/console.hpp"
#include "cli/window.hpp"

namespace weft::viz::cli {

// Draws into OUT, whose name decides between PNG and SVG; PNG to io.out for "-". request.out is set here. Throws what
// draw_picture and write_output throw.
void write_picture(picture_request request, const std::string& out, console& io);

}  // namespace weft::viz::cli
