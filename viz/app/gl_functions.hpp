// The few OpenGL functions that the app itself calls, loaded from the current context: no link to a GL library.
#pragma once

#include <SDL.h>
#include <SDL_opengl.h>

namespace weft::viz {

struct gl_functions {
  decltype(&glGenTextures) gen_textures = nullptr;
  decltype(&glDeleteTextures) delete_textures = nullptr;
  decltype(&glBindTexture) bind_texture = nullptr;
  decltype(&glTexImage2D) tex_image_2d = nullptr;
  decltype(&glTexParameteri) tex_parameter_i = nullptr;
  decltype(&glViewport) viewport = nullptr;
  decltype(&glClearColor) clear_colour = nullptr;
  decltype(&glClear) clear = nullptr;
  decltype(&glPixelStorei) pixel_store_i = nullptr;
  decltype(&glReadPixels) read_pixels = nullptr;
  decltype(&glFinish) finish = nullptr;
  decltype(&glGetString) get_string = nullptr;

  // Returns false if one is missing. Needs a current context.
  bool load();
  // Returns false if there is none of this name.
  template <class Function>
  static bool load_one(Function& function, const char* name) {
    function = reinterpret_cast<Function>(SDL_GL_GetProcAddress(name));
    return function != nullptr;
  }
};

}  // namespace weft::viz
