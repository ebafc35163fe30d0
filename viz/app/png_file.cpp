#include "app/png_file.hpp"

#include <png.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>

namespace weft::viz {
namespace {

png_image header_of(const picture& what) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(what.width);
  image.height = static_cast<png_uint_32>(what.height);
  image.format = PNG_FORMAT_RGB;
  return image;
}

}  // namespace

void write_png(const picture& what, const std::string& path) {
  png_image image = header_of(what);
  errno = 0;
  if (png_image_write_to_file(&image, path.c_str(), 0, what.rgb.data(), 0, nullptr) == 0) {
    const std::string why = errno != 0 ? std::strerror(errno) : image.message;
    png_image_free(&image);
    throw std::runtime_error(path + ": cannot be written: " + why);
  }
}

std::string png_of(const picture& what) {
  png_image image = header_of(what);
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::string bytes(size, '\0');
  if (png_image_write_to_memory(&image, bytes.data(), &size, 0, what.rgb.data(), 0, nullptr) == 0) {
    const std::string why = image.message;
    png_image_free(&image);
    throw std::runtime_error("the picture cannot be made: " + why);
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace weft::viz
