#include "app/gl_window.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "app/imgui_backend.hpp"
#include "panels/imgui_input.hpp"

namespace weft::viz {
namespace {

void ask_for_gl(int major, int minor) {
  SDL_GL_SetAttribute(SDL_GL_CONTEXT_MAJOR_VERSION, major);
  SDL_GL_SetAttribute(SDL_GL_CONTEXT_MINOR_VERSION, minor);
  const bool core = major * 10 + minor >= 32;
  SDL_GL_SetAttribute(SDL_GL_CONTEXT_PROFILE_MASK, core ? SDL_GL_CONTEXT_PROFILE_CORE : 0);
  SDL_GL_SetAttribute(SDL_GL_CONTEXT_FLAGS, core ? SDL_GL_CONTEXT_FORWARD_COMPATIBLE_FLAG : 0);
  SDL_GL_SetAttribute(SDL_GL_DOUBLEBUFFER, 1);
  SDL_GL_SetAttribute(SDL_GL_DEPTH_SIZE, 0);
}

// If no display answers, SDL uses a driver that shows nothing: nobody could see or close that window. A user who wants
// it, such as a test, names it in the environment.
bool is_driver_wanted() {
  const char* const driver = SDL_GetCurrentVideoDriver();
  const std::string_view name = driver != nullptr ? driver : "";
  if (name != "offscreen" && name != "dummy" && name != "evdev") return true;
  const char* const asked_for = std::getenv("SDL_VIDEODRIVER");
  return asked_for != nullptr && name == asked_for;
}

// True for what a user does with mouse and keyboard.
bool is_of_hand(const SDL_Event& event) {
  const bool is_pointer_crossing = event.type == SDL_WINDOWEVENT && (event.window.event == SDL_WINDOWEVENT_ENTER ||
                                                                     event.window.event == SDL_WINDOWEVENT_LEAVE);
  return is_pointer_crossing || (event.type >= SDL_KEYDOWN && event.type <= SDL_TEXTINPUT) ||
         (event.type >= SDL_MOUSEMOTION && event.type <= SDL_MOUSEWHEEL);
}

}  // namespace

gl_window::gl_window(const settings& wanted) : offscreen_(wanted.offscreen), by_script_(wanted.by_script) {
  // Overrides the environment: a picture needs no display, so a missing one must not matter.
  if (offscreen_) SDL_SetHintWithPriority(SDL_HINT_VIDEODRIVER, "offscreen", SDL_HINT_OVERRIDE);
#if !defined(__APPLE__)
  // Otherwise SDL also tries Wayland, whose library then prints its own error on the terminal.
  const bool only_x11 = std::getenv("DISPLAY") != nullptr && std::getenv("WAYLAND_DISPLAY") == nullptr;
  if (!offscreen_ && only_x11) SDL_SetHint(SDL_HINT_VIDEODRIVER, "x11");
#endif
  if (SDL_Init(SDL_INIT_VIDEO) != 0) {
    const std::string why = SDL_GetError();
    SDL_Quit();
    throw std::runtime_error((offscreen_ ? "no offscreen drawing here: " : "no window can be opened here: ") + why);
  }
  if (!offscreen_ && !is_driver_wanted()) {
    SDL_Quit();
    throw std::runtime_error("no window can be opened here: the display cannot be reached");
  }
  int width = wanted.width;
  int height = wanted.height;
  SDL_Rect usable{};
  if (!offscreen_ && !by_script_ && SDL_GetDisplayUsableBounds(0, &usable) == 0 && usable.w > 0) {
    width = std::min(width, usable.w * 19 / 20);
    height = std::min(height, usable.h * 9 / 10);
  }
  const std::uint32_t flags =
      SDL_WINDOW_OPENGL | (offscreen_ ? SDL_WINDOW_HIDDEN : SDL_WINDOW_RESIZABLE | SDL_WINDOW_ALLOW_HIGHDPI);
  constexpr std::array<std::array<int, 2>, 2> versions{{{3, 2}, {3, 0}}};
  for (const auto& [major, minor] : versions) {
    ask_for_gl(major, minor);
    window_ = SDL_CreateWindow(wanted.title, SDL_WINDOWPOS_CENTERED, SDL_WINDOWPOS_CENTERED, width, height, flags);
    if (window_ != nullptr) context_ = SDL_GL_CreateContext(window_);
    if (context_ != nullptr) break;
    if (window_ != nullptr) SDL_DestroyWindow(window_);
    window_ = nullptr;
  }
  if (context_ == nullptr || !gl_.load()) {
    const std::string why = SDL_GetError();
    clean_up();
    throw std::runtime_error("no OpenGL 3 to be had (with Mesa, llvmpipe is enough): " + why);
  }
  if (!offscreen_) {
    SDL_GL_SetSwapInterval(1);
    if (!by_script_) SDL_SetWindowMinimumSize(window_, 720, 480);
    SDL_StartTextInput();
    constexpr std::array<SDL_SystemCursor, 4> shapes{SDL_SYSTEM_CURSOR_ARROW, SDL_SYSTEM_CURSOR_HAND,
                                                     SDL_SYSTEM_CURSOR_SIZEWE, SDL_SYSTEM_CURSOR_SIZENS};
    for (std::size_t i = 0; i < shapes.size(); ++i) pointers_[i] = SDL_CreateSystemCursor(shapes[i]);
  }
  const char* const driver = SDL_GetCurrentVideoDriver();
  has_own_target_ = driver != nullptr && std::string_view(driver) == "offscreen" && target_.load(gl_);
  IMGUI_CHECKVERSION();
  ImGui::CreateContext();
  ImGuiIO& io = ImGui::GetIO();
  io.IniFilename = nullptr;
  io.LogFilename = nullptr;
  io.ConfigFlags |= ImGuiConfigFlags_NoMouseCursorChange;
  imgui_input::start();
  backend_started_ = imgui_backend::start();
  if (!backend_started_) {
    ImGui::DestroyContext();
    clean_up();
    throw std::runtime_error("Dear ImGui does not start on this OpenGL");
  }
  imgui_backend::use_clipboard(
      this, [](void* window) { return static_cast<gl_window*>(window)->pasted(); },
      [](void* window, const char* text) { static_cast<gl_window*>(window)->copy(text); });
  fonts_ = std::make_unique<font_set>(*io.Fonts);
}

gl_window::~gl_window() {
  target_.release();
  gl_.delete_textures(static_cast<GLsizei>(textures_.size()), textures_.data());
  imgui_backend::stop();
  ImGui::DestroyContext();
  clean_up();
}

void gl_window::clean_up() {
  for (SDL_Cursor* p : pointers_) {
    if (p != nullptr) SDL_FreeCursor(p);
  }
  if (context_ != nullptr) SDL_GL_DeleteContext(context_);
  if (window_ != nullptr) SDL_DestroyWindow(window_);
  SDL_Quit();
}

float gl_window::pixel_ratio() const {
  int drawable = 0;
  int logical = 0;
  SDL_GL_GetDrawableSize(window_, &drawable, nullptr);
  SDL_GetWindowSize(window_, &logical, nullptr);
  return logical > 0 ? static_cast<float>(drawable) / static_cast<float>(logical) : 1.0f;
}

float gl_window::width(float interface_scale) const {
  int w = 0;
  SDL_GetWindowSize(window_, &w, nullptr);
  return static_cast<float>(w) / interface_scale;
}

float gl_window::height(float interface_scale) const {
  int h = 0;
  SDL_GetWindowSize(window_, nullptr, &h);
  return static_cast<float>(h) / interface_scale;
}

std::string gl_window::clipboard() const {
  if (offscreen_) return clipboard_;
  char* const text = SDL_GetClipboardText();
  std::string copied = text != nullptr ? text : "";
  SDL_free(text);
  return copied;
}

void gl_window::copy(const std::string& text) {
  clipboard_ = copied_ = text;
  if (!offscreen_) SDL_SetClipboardText(text.c_str());
}

const char* gl_window::pasted() {
  clipboard_ = clipboard();
  return clipboard_.c_str();
}

gl_window::news gl_window::wait(int timeout_ms) {
  news what;
  SDL_Event event;
  int more = timeout_ms > 0 && played_.empty() ? SDL_WaitEventTimeout(&event, timeout_ms) : SDL_PollEvent(&event);
  for (; more != 0; more = SDL_PollEvent(&event)) {
    if (!by_script_ || !is_of_hand(event)) take(event, devices_of_user(), what);
  }
  take_played(what);
  return what;
}

void gl_window::take(const SDL_Event& event, const devices_now& now, news& what) {
  if (event.type == SDL_QUIT) what.closed = true;
  if (event.type == SDL_DROPFILE) {
    what.dropped_files.emplace_back(event.drop.file);
    SDL_free(event.drop.file);
  }
  if (event.type == SDL_WINDOWEVENT) {
    const std::uint8_t kind = event.window.event;
    what.redraw |= kind == SDL_WINDOWEVENT_EXPOSED || kind == SDL_WINDOWEVENT_SIZE_CHANGED ||
                   kind == SDL_WINDOWEVENT_SHOWN || kind == SDL_WINDOWEVENT_RESTORED;
    if (kind == SDL_WINDOWEVENT_CLOSE) what.closed = true;
  }
  if (event.type == SDL_TEXTINPUT) what.inputs.emplace_back(text_typed{event.text.text});
  if (const std::optional<input> i = input_from_sdl(event, now, 1 / interface_scale_)) what.inputs.push_back(*i);
}

void gl_window::take_played(news& what) {
  for (const SDL_Event& event : std::exchange(played_, {})) {
    if (event.type == SDL_MOUSEMOTION) {
      played_devices_.mouse_x = event.motion.x;
      played_devices_.mouse_y = event.motion.y;
    }
    take(event, played_devices_, what);
  }
}

void gl_window::resize(int width, int height) {
  const float ratio = pixel_ratio();
  const auto in_units = [ratio](int px) { return static_cast<int>(std::lround(static_cast<float>(px) / ratio)); };
  SDL_SetWindowSize(window_, in_units(width), in_units(height));
  int has_width = 0;
  int has_height = 0;
  SDL_GL_GetDrawableSize(window_, &has_width, &has_height);
  if (std::abs(has_width - width) <= 1 && std::abs(has_height - height) <= 1) return;  // whole units
  throw std::runtime_error("the window cannot have this size here: it has " + std::to_string(has_width) + " x " +
                           std::to_string(has_height) + " pixels");
}

void gl_window::make_patterns(float scale) {
  if (pattern_scale_ == scale) return;
  pattern_scale_ = scale;
  const int size = pattern_period(scale);
  patterns_.size = static_cast<float>(size);
  gl_.delete_textures(static_cast<GLsizei>(textures_.size()), textures_.data());
  gl_.gen_textures(static_cast<GLsizei>(textures_.size()), textures_.data());
  gl_.pixel_store_i(GL_UNPACK_ALIGNMENT, 1);
  for (std::size_t i = 0; i < textures_.size(); ++i) {
    const std::vector<std::uint8_t> pixels = pattern_pixels(static_cast<pattern>(i), size);
    gl_.bind_texture(GL_TEXTURE_2D, textures_[i]);
    gl_.tex_parameter_i(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
    gl_.tex_parameter_i(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
    gl_.tex_parameter_i(GL_TEXTURE_2D, GL_TEXTURE_WRAP_S, GL_REPEAT);
    gl_.tex_parameter_i(GL_TEXTURE_2D, GL_TEXTURE_WRAP_T, GL_REPEAT);
    gl_.tex_image_2d(GL_TEXTURE_2D, 0, GL_RGBA, size, size, 0, GL_RGBA, GL_UNSIGNED_BYTE, pixels.data());
    patterns_.of[i] = imgui_backend::texture_id(textures_[i]);
  }
}

void gl_window::draw_once(float interface_scale, const std::function<void(const window_frame&)>& paint) {
  const float scale = interface_scale * pixel_ratio();
  interface_scale_ = interface_scale;
  const bool new_fonts = fonts_->update(scale);
  make_patterns(scale);
  imgui_backend::begin_frame();
  if (new_fonts) imgui_backend::replace_font_texture();
  int w = 0;
  int h = 0;
  SDL_GL_GetDrawableSize(window_, &w, &h);
  // Everything below is in physical pixels; the canvas scales.
  ImGuiIO& io = ImGui::GetIO();
  io.DisplaySize = {static_cast<float>(w), static_cast<float>(h)};
  io.DisplayFramebufferScale = {1, 1};
  const std::uint64_t now = SDL_GetPerformanceCounter();
  const auto passed = static_cast<float>(now - last_frame_) / static_cast<float>(SDL_GetPerformanceFrequency());
  io.DeltaTime = last_frame_ == 0 ? 0.016f : std::clamp(passed, 0.0001f, 0.1f);
  last_frame_ = now;
  ImGui::NewFrame();
  {
    imgui_canvas below(*ImGui::GetBackgroundDrawList(), *fonts_, patterns_);
    imgui_canvas above(*ImGui::GetForegroundDrawList(), *fonts_, patterns_);
    try {
      paint({below, above, *fonts_, scale});
    } catch (...) {
      ImGui::EndFrame();  // so that the next frame can start
      throw;
    }
  }
  ImGui::Render();
  if (has_own_target_) target_.use(w, h);
  gl_.viewport(0, 0, w, h);
  gl_.clear_colour(0, 0, 0, 1);
  gl_.clear(GL_COLOR_BUFFER_BIT);
  imgui_backend::draw(ImGui::GetDrawData());
}

void gl_window::render(float interface_scale, const std::function<void(const window_frame&)>& paint) {
  draw_once(interface_scale, paint);
  if (fonts_->wants_more()) draw_once(interface_scale, paint);
}

void gl_window::draw(float interface_scale, const std::function<void(const window_frame&)>& paint) {
  render(interface_scale, paint);
  present();
}

picture gl_window::draw_and_read(float interface_scale, const std::function<void(const window_frame&)>& paint) {
  render(interface_scale, paint);
  picture drawn = read_pixels();  // before present(): a presented frame cannot be read
  present();
  return drawn;
}

void gl_window::present() {
  // Offscreen nothing else ends a frame, and the driver would collect all frames.
  if (offscreen_) {
    gl_.finish();
  } else {
    SDL_GL_SwapWindow(window_);
  }
}

picture gl_window::read_pixels() {
  picture p;
  SDL_GL_GetDrawableSize(window_, &p.width, &p.height);
  const auto row = static_cast<std::size_t>(p.width) * 3;
  std::vector<std::uint8_t> upside_down(row * static_cast<std::size_t>(p.height));
  gl_.finish();
  gl_.pixel_store_i(GL_PACK_ALIGNMENT, 1);
  gl_.read_pixels(0, 0, p.width, p.height, GL_RGB, GL_UNSIGNED_BYTE, upside_down.data());
  p.rgb.resize(upside_down.size());
  for (std::size_t y = 0; y < static_cast<std::size_t>(p.height); ++y) {
    std::copy_n(upside_down.data() + (static_cast<std::size_t>(p.height) - 1 - y) * row, row, p.rgb.data() + y * row);
  }
  return p;
}

void gl_window::set_pointer(pointer::shape shape) {
  SDL_Cursor* wanted = pointers_[static_cast<std::size_t>(shape)];
  if (wanted != nullptr && SDL_GetCursor() != wanted) SDL_SetCursor(wanted);
}

}  // namespace weft::viz
