// The window as the commands see it. Two definitions: window_linked.cpp forwards to viz/app, window_absent.cpp is for
// builds without it. Which one is linked is decided in CMakeLists.txt.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace weft::viz {
class control_client;
}

namespace weft::viz::cli {

struct running_program;
class watched_program;

// What the start page offers: the running programs, and attaching to one of them, which lasts while the window does.
struct window_programs {
  std::function<std::vector<running_program>()> list;
  std::function<watched_program&(std::uint32_t pid)> open;
};

struct window_request {
  std::vector<std::string> files;     // none: the start page
  bool live = false;                  // follow files that still grow
  std::uint32_t live_pid = 0;         // who must be alive for them to grow; 0: as they say
  std::string theme;                  // "dark", "light", or "" for what was used last
  window_programs programs = {};      // none: the start page has no list
  control_client* program = nullptr;  // to pause and step it by; null: it takes no requests
};

struct picture_request {
  std::string file, out;  // out ends in .png or .svg
  int width_px = 1600, height_px = 1000;
  std::optional<std::int64_t> from_ns, to_ns;
  std::string theme;
  std::optional<std::int64_t> cursor_ns;  // where the cursor stands, or
  std::optional<std::uint64_t> cursor_event;
  std::string select;  // name of the coroutine that is selected, or ""
};

// Whether this build has a window at all.
bool has_window();
// Whether somebody could see one here: false without a display server, and with SDL's offscreen driver.
bool has_display();

// Blocks until the window is closed; returns its exit status. Throws usage_error if there is no window or no display.
int open_window(const window_request& request);
// Needs no display. Throws usage_error if this build has no window.
void draw_picture(const picture_request& request);

}  // namespace weft::viz::cli
