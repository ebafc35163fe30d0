// What an offscreen window is drawn on. SDL's offscreen driver gives a window the surface that fits its first size, and
// keeps it when the window is resized: so the pixels are weft's own, of whatever size is asked for.
#pragma once

#include "app/gl_functions.hpp"

namespace weft::viz {

class gl_target {
 public:
  // Loads what it needs. False: this OpenGL has no framebuffers of one's own; the window's is used.
  bool load(const gl_functions& gl);
  // From here on everything is drawn on `width` x `height` pixels, and read from there. Needs a current context.
  void use(int width, int height);
  void release();

 private:
  GLuint frame_ = 0, pixels_ = 0;
  int width_ = 0, height_ = 0;
  PFNGLGENFRAMEBUFFERSPROC gen_frames_ = nullptr;
  PFNGLBINDFRAMEBUFFERPROC bind_frame_ = nullptr;
  PFNGLDELETEFRAMEBUFFERSPROC delete_frames_ = nullptr;
  PFNGLGENRENDERBUFFERSPROC gen_pixels_ = nullptr;
  PFNGLBINDRENDERBUFFERPROC bind_pixels_ = nullptr;
  PFNGLDELETERENDERBUFFERSPROC delete_pixels_ = nullptr;
  PFNGLRENDERBUFFERSTORAGEPROC set_size_ = nullptr;
  PFNGLFRAMEBUFFERRENDERBUFFERPROC attach_ = nullptr;
};

}  // namespace weft::viz
