#include <cstdlib>
#include <string_view>

#include "app/app.hpp"
#include "cli/output/console.hpp"
#include "cli/programs/running_programs.hpp"
#include "cli/watched_program.hpp"
#include "cli/window.hpp"

namespace weft::viz::cli {
namespace {

std::string_view variable(const char* name) {
  const char* const value = std::getenv(name);
  return value ? value : "";
}

// The user chose explicitly where SDL draws.
bool has_chosen_driver() { return !variable("SDL_VIDEODRIVER").empty(); }

}  // namespace

bool has_window() { return true; }

bool has_display() {
  // Nobody can see or close a window of these drivers.
  if (variable("SDL_VIDEODRIVER") == "offscreen" || variable("SDL_VIDEODRIVER") == "dummy") return false;
#if defined(__APPLE__)
  return true;
#else
  return has_chosen_driver() || !variable("DISPLAY").empty() || !variable("WAYLAND_DISPLAY").empty();
#endif
}

int open_window(const window_request& request) {
  if (!has_display() && !has_chosen_driver()) {
    throw usage_error("no display: set DISPLAY or WAYLAND_DISPLAY, or draw a picture: weft render FILE -o OUT.png");
  }
  view_options options;
  options.files = request.files;
  options.live = request.live;
  options.live_pid = request.live_pid;
  options.theme = request.theme;
  options.program = request.program;
  if (request.programs.list) {
    options.programs.list = [list = request.programs.list] {
      std::vector<listed_program> listed;
      for (const running_program& p : list()) {
        listed.push_back({static_cast<std::uint32_t>(p.pid), p.program, p.recording});
      }
      return listed;
    };
    options.programs.open = [open = request.programs.open](std::uint32_t pid) {
      watched_program& program = open(pid);
      return opened_program{program.trace(), program.pid(), program.control()};
    };
  }
  return run_window(options);
}

void draw_picture(const picture_request& request) {
  render_options options;
  options.file = request.file;
  options.out = request.out;
  options.width = request.width_px;
  options.height = request.height_px;
  options.from_ns = request.from_ns;
  options.to_ns = request.to_ns;
  options.theme = request.theme;
  options.cursor_ns = request.cursor_ns;
  options.cursor_event = request.cursor_event;
  options.select = request.select;
  render(options);
}

}  // namespace weft::viz::cli
