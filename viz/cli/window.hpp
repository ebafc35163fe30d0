// The window, as commands use it. There are two definitions: window_linked.cpp forwards to viz/app, window_absent.cpp
// is for builds without a window. CMakeLists.txt decides which one is linked.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace weft::viz {
class control_client;
}

namespace weft::viz::cli {

struct console;
struct running_program;
class watched_program;

// A parsed script for the window and the console it prints to. Defined in window_linked.cpp.
struct window_script;

// For the start page: lists the running programs, and attaches to one of them while the window is open.
struct window_programs {
  std::function<std::vector<running_program>()> list;
  std::function<watched_program&(std::uint32_t pid)> open;
};

struct window_request {
  std::vector<std::string> files;            // none: the start page
  bool live = false;                         // follow files that still grow
  std::uint32_t live_pid = 0;                // the process that must be alive for them to grow; 0: as the files say
  std::string theme;                         // "dark", "light", or "" for the last one used
  window_programs programs = {};             // none: the start page has no list
  control_client* program = nullptr;         // to pause and step the program; null: it takes no requests
  std::optional<std::uint64_t> event = {};   // the first event at the cursor
  std::optional<std::uint64_t> select = {};  // id of the first selected coroutine
  std::shared_ptr<const window_script> script = {};  // uses the window; null: the user does
};

struct picture_request {
  std::string file, out;  // out ends in .png or .svg
  int width_px = 1600, height_px = 1000;
  std::optional<std::int64_t> from_ns, to_ns;
  std::string theme;
  std::optional<std::int64_t> cursor_ns;  // the cursor's time, or
  std::optional<std::uint64_t> cursor_event;
  std::string select;  // name of the selected coroutine, or ""
};

// True if this build has a window.
bool has_window();
// True if a user could see a window: false without a display server, and with SDL's offscreen driver.
bool has_display();

// Parses a script. What it says goes to `io`, which must outlive the result. Throws usage_error with `name`, the line
// and what is wrong with it, or if this build has no window.
std::shared_ptr<const window_script> read_script(const std::string& text, const std::string& name, console& io);
// Blocks until the window is closed or the script ends; returns its exit status. Throws usage_error if there is no
// window or no display.
int open_window(const window_request& request);
// Needs no display. Throws usage_error if this build has no window.
void draw_picture(const picture_request& request);

}  // namespace weft::viz::cli
