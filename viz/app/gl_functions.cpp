#include "app/gl_functions.hpp"

#include <SDL.h>

namespace weft::viz {
namespace {

template <class Function>
bool load_one(Function& function, const char* name) {
  function = reinterpret_cast<Function>(SDL_GL_GetProcAddress(name));
  return function != nullptr;
}

}  // namespace

bool gl_functions::load() {
  return load_one(gen_textures, "glGenTextures") && load_one(delete_textures, "glDeleteTextures") &&
         load_one(bind_texture, "glBindTexture") && load_one(tex_image_2d, "glTexImage2D") &&
         load_one(tex_parameter_i, "glTexParameteri") && load_one(viewport, "glViewport") &&
         load_one(clear_colour, "glClearColor") && load_one(clear, "glClear") &&
         load_one(pixel_store_i, "glPixelStorei") && load_one(read_pixels, "glReadPixels") &&
         load_one(finish, "glFinish") && load_one(get_string, "glGetString");
}

}  // namespace weft::viz
