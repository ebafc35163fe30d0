#include <cstdlib>
#include <ostream>
#include <string_view>

#include "app/app.hpp"
#include "cli/output/console.hpp"
#include "cli/output/json_output.hpp"
#include "cli/output/output_file.hpp"
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

// The answer to `say`: one line of JSON.
std::string line_of(const window_words& words, const std::string& clipboard) {
  const auto optional = [](const auto& value) { return value ? json(*value) : json(nullptr); };
  json line;
  line["event"] = optional(words.event);
  line["t_ns"] = optional(words.t_ns);
  line["selected"] = nullptr;
  if (words.selected) line["selected"] = {{"id", words.selected->id}, {"name", words.selected->name}};
  line["from_ns"] = words.seen ? json(words.seen->begin_ns) : json(nullptr);
  line["to_ns"] = words.seen ? json(words.seen->end_ns) : json(nullptr);
  line["lanes"] = words.lanes;
  line["sentence"] = words.sentence;
  line["why"] = words.why;
  line["tab"] = words.tab;
  line["findings"] = words.findings;
  line["rows"] = words.rows;
  line["note"] = words.note;
  line["clipboard"] = clipboard;
  return line.dump_line();
}

}  // namespace

struct window_script {
  std::string name;
  std::vector<script_step> steps;
  console& io;
};

std::shared_ptr<const window_script> read_script(const std::string& text, const std::string& name, console& io) {
  try {
    return std::make_shared<const window_script>(window_script{name, parse_window_script(text), io});
  } catch (const script_error& e) {
    throw usage_error("view: " + name + ": " + e.what());
  }
}

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
  const bool is_seen = has_display() || has_chosen_driver();
  if (!is_seen && !request.script) {
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
  options.event = request.event;
  options.coroutine = request.select;
  if (!request.script) return run_window(options);
  const window_script& script = *request.script;
  options.script = script.steps;
  options.offscreen = !is_seen;
  options.script_out.say = [&io = script.io](const window_words& words, const std::string& clipboard) {
    io.out << line_of(words, clipboard) << std::endl;
  };
  options.script_out.write = [&io = script.io](const std::string& file, const std::string& bytes) {
    write_output(file, bytes, io);
  };
  try {
    return run_window(options);
  } catch (const script_error& e) {
    throw usage_error("view: " + script.name + ": " + e.what());
  }
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
