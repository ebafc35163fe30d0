// One SDL window with OpenGL and Dear ImGui, visible or offscreen. Turns SDL's events into inputs; knows nothing of
// traces.
#pragma once

#include <SDL.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "app/gl_functions.hpp"
#include "app/gl_target.hpp"
#include "app/input_from_sdl.hpp"
#include "view/imgui_canvas.hpp"
#include "view/pointer.hpp"
#include "view/window_input.hpp"

namespace weft::viz {

struct picture {
  int width = 0, height = 0;
  std::vector<std::uint8_t> rgb;  // rows from the top
};

// What one frame is drawn on: two canvases, with Dear ImGui's windows in between.
struct window_frame {
  canvas& below;
  canvas& above;
  font_set& fonts;
  float scale;  // physical pixels a logical one
};

class gl_window {
 public:
  struct settings {
    int width = 1600, height = 1000;  // logical pixels
    bool offscreen = false;
    bool by_script = false;  // has exactly this size and ignores mouse and keyboard: only play() gives it input
    const char* title = "weft";
  };

  // Throws std::runtime_error: no display, no OpenGL.
  explicit gl_window(const settings& wanted);
  ~gl_window();
  gl_window(const gl_window&) = delete;
  gl_window& operator=(const gl_window&) = delete;

  struct news {
    std::vector<input> inputs;
    std::vector<std::string> dropped_files;
    bool closed = false;
    bool redraw = false;  // the window was uncovered, resized, or moved to another screen
  };
  // Waits at most timeout_ms for events; 0: does not wait.
  news wait(int timeout_ms);
  // The next wait() takes these events as if the user had caused them.
  void play(const std::vector<SDL_Event>& events) { played_.insert(played_.end(), events.begin(), events.end()); }
  bool is_minimised() const { return (SDL_GetWindowFlags(window_) & SDL_WINDOW_MINIMIZED) != 0; }
  std::uint32_t id() const { return SDL_GetWindowID(window_); }
  // Sets the window's size in physical pixels. Throws std::runtime_error if the display does not allow it.
  void resize(int width, int height);

  // Physical pixels per logical pixel, without the user's own factor.
  float pixel_ratio() const;
  // What was copied last, by anybody.
  std::string clipboard() const;
  void copy(const std::string& text);
  // The last text that this window copied.
  const std::string& copied() const { return copied_; }
  // Logical size at `interface_scale`.
  float width(float interface_scale) const;
  float height(float interface_scale) const;

  // One frame: `paint` draws it. A second pass follows by itself if letters were missing.
  void draw(float interface_scale, const std::function<void(const window_frame&)>& paint);
  // The same; returns the pixels.
  picture draw_and_read(float interface_scale, const std::function<void(const window_frame&)>& paint);
  // The pixels of the last frame; offscreen only.
  picture read_pixels();
  font_set& fonts() { return *fonts_; }
  void set_pointer(pointer::shape shape);
  void set_title(const std::string& title) { SDL_SetWindowTitle(window_, title.c_str()); }
  const std::string& font_notice() const { return fonts_->notice(); }

 private:
  void take(const SDL_Event& event, const devices_now& now, news& what);
  void take_played(news& what);
  void draw_once(float interface_scale, const std::function<void(const window_frame&)>& paint);
  void render(float interface_scale, const std::function<void(const window_frame&)>& paint);
  void present();
  void make_patterns(float scale);
  void clean_up();
  const char* pasted();  // the clipboard, until it is asked for again

  SDL_Window* window_ = nullptr;
  SDL_GLContext context_ = nullptr;
  bool backend_started_ = false;
  bool offscreen_ = false;
  bool by_script_ = false;
  std::string copied_;
  std::vector<SDL_Event> played_;
  devices_now played_devices_;
  gl_functions gl_;
  bool has_own_target_ = false;  // the display is SDL's offscreen driver
  gl_target target_;
  std::unique_ptr<font_set> fonts_;
  pattern_textures patterns_;
  std::array<GLuint, 3> textures_{};
  float pattern_scale_ = 0;
  float interface_scale_ = 1;
  std::uint64_t last_frame_ = 0;  // SDL's counter
  std::string clipboard_;         // offscreen, where the system has none
  std::array<SDL_Cursor*, 4> pointers_{};
};

}  // namespace weft::viz
