#include <chrono>
#include <stdexcept>
#include <thread>

#include "app/app.hpp"
#include "app/preferences.hpp"
#include "app/script_player.hpp"
#include "app/window_app.hpp"

namespace weft::viz {
namespace {

// A program that was just started may not have written its first bytes yet.
void wait_for_first_events(const std::string& path) {
  using namespace std::chrono_literals;
  for (int attempt = 0; attempt < 100; ++attempt) {
    try {
      if (diary::reader::open(path, diary::reader::trust::sealed_chunks).event_count() > 0) return;
    } catch (const diary::file_error&) {
      if (attempt == 99) throw;
    }
    std::this_thread::sleep_for(50ms);
  }
}

}  // namespace

int run_window(const view_options& options) {
  if (options.files.size() > 1) throw std::runtime_error("one trace at a time: give a single FILE");
  if (options.live && !options.files.empty()) wait_for_first_events(options.files.front());
  // An unreadable file is reported on the terminal, before a window opens.
  if (!options.live && !options.files.empty()) {
    diary::reader::open(options.files.front(), diary::reader::trust::sealed_chunks);
  }

  gl_window::settings settings;
  if (options.script) settings = {.width = 1600, .height = 900, .offscreen = options.offscreen, .by_script = true};
  gl_window window(settings);
  window_app app(window, options.program);
  app.offer(options.programs);
  load_preferences(app.model());
  if (!options.theme.empty()) app.model().dark = options.theme != "light";
  if (!options.files.empty()) app.open(options.files.front(), options.live, options.live_pid, false);
  app.look_first(options.event, options.coroutine);
  if (options.script) {
    script_player(window, app, options.script_out).play(*options.script);
  } else {
    app.run();
  }
  save_preferences(app.model());
  return 0;
}

}  // namespace weft::viz
