#include "app/gl_target.hpp"

namespace weft::viz {

bool gl_target::load(const gl_functions& gl) {
  return gl.load_one(gen_frames_, "glGenFramebuffers") && gl.load_one(bind_frame_, "glBindFramebuffer") &&
         gl.load_one(delete_frames_, "glDeleteFramebuffers") && gl.load_one(gen_pixels_, "glGenRenderbuffers") &&
         gl.load_one(bind_pixels_, "glBindRenderbuffer") && gl.load_one(delete_pixels_, "glDeleteRenderbuffers") &&
         gl.load_one(set_size_, "glRenderbufferStorage") && gl.load_one(attach_, "glFramebufferRenderbuffer");
}

void gl_target::use(int width, int height) {
  if (frame_ == 0) {
    gen_frames_(1, &frame_);
    gen_pixels_(1, &pixels_);
  }
  bind_frame_(GL_FRAMEBUFFER, frame_);
  if (width == width_ && height == height_) return;
  width_ = width;
  height_ = height;
  bind_pixels_(GL_RENDERBUFFER, pixels_);
  set_size_(GL_RENDERBUFFER, GL_RGBA8, width, height);
  attach_(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, pixels_);
}

void gl_target::release() {
  if (frame_ == 0) return;
  delete_frames_(1, &frame_);
  delete_pixels_(1, &pixels_);
  frame_ = pixels_ = 0;
}

}  // namespace weft::viz
