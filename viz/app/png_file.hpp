#pragma once

#include <string>

#include "app/gl_window.hpp"

namespace weft::viz {

// Throws std::runtime_error if the file cannot be written.
void write_png(const picture& what, const std::string& path);
// Returns the bytes of such a file. Throws std::runtime_error.
std::string png_of(const picture& what);

}  // namespace weft::viz
