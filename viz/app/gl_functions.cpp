#include "app/gl_functions.hpp"

namespace weft::viz {
bool gl_functions::load() {
  return load_one(gen_textures, "glGenTextures") && load_one(delete_textures, "glDeleteTextures") &&
         load_one(bind_texture, "glBindTexture") && load_one(tex_image_2d, "glTexImage2D") &&
         load_one(tex_parameter_i, "glTexParameteri") && load_one(viewport, "glViewport") &&
         load_one(clear_colour, "glClearColor") && load_one(clear, "glClear") &&
         load_one(pixel_store_i, "glPixelStorei") && load_one(read_pixels, "glReadPixels") &&
         load_one(finish, "glFinish") && load_one(get_string, "glGetString");
}

}  // namespace weft::viz
