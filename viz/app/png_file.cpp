#include "app/png_file.hpp"

#include <png.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace weft::viz {

void write_png(const picture& what, const std::string& path) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(what.width);
  image.height = static_cast<png_uint_32>(what.height);
  image.format = PNG_FORMAT_RGB;
  errno = 0;
  if (png_image_write_to_file(&image, path.c_str(), 0, what.rgb.data(), 0, nullptr) == 0) {
    const std::string why = errno != 0 ? std::strerror(errno) : image.message;
    png_image_free(&image);
    throw std::runtime_error(path + ": cannot be written: " + why);
  }
}

}  // namespace weft::viz
