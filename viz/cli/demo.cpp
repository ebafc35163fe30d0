// weft demo: runs a built-in program and watches it. The demo runs in its own process, this command with --no-window,
// so that the window sees it like any other program.
#include <fmt/core.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <ostream>

#include "attach/control_client.hpp"
#include "cli/command.hpp"
#include "cli/output/output_file.hpp"
#include "cli/output/private_folder.hpp"
#include "cli/output/table.hpp"
#include "cli/picture_file.hpp"
#include "cli/programs/child_process.hpp"
#include "cli/programs/demos.hpp"
#include "cli/subcommands.hpp"
#include "cli/window.hpp"
#include "trace/file/reader.hpp"

namespace weft::viz::cli {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

struct demo_options {
  std::string name;
  std::optional<double> seconds;
  bool no_window = false;
  bool list = false;
  bool force = false;
  std::string out;
  std::string theme;
};

constexpr double default_seconds = 3;
// The demo of a window that is left open must not fill the disk.
constexpr double longest_watched_seconds = 600;
constexpr const char* default_picture = "weft-demo.png";

const demo& find_demo(const std::string& name) {
  if (name.empty()) return all_demos().front();
  std::vector<std::string_view> names;
  for (const demo& d : all_demos()) {
    if (d.name == name) return d;
    names.push_back(d.name);
  }
  const std::string close = closest_name(name, names);
  throw usage_error(fmt::format("demo: {}: no such demo: {}", name,
                                close.empty() ? "weft demo --list names them" : "did you mean " + close + "?"));
}

bool is_picture(const std::string& path) { return path.ends_with(".png") || path.ends_with(".svg"); }

// The demo as a child process that records into `trace`.
class recorded_demo {
 public:
  recorded_demo(const demo& d, double seconds, const std::string& trace)
      : trace_(trace),
        child_(
            {own_program_path(), "demo", std::string(d.name), "--no-window", "--seconds", fmt::format("{}", seconds)},
            {{"WEFT_TRACE", fs::absolute(trace).string()}}, child_process::signals::ours) {}

  child_process& child() { return child_; }

  // Blocks until the trace can be opened. Throws std::runtime_error if the demo ends before that, or after ten seconds.
  void wait_for_trace() {
    for (const auto end = std::chrono::steady_clock::now() + 10s; std::chrono::steady_clock::now() < end;) {
      try {
        if (fs::exists(trace_)) {
          diary::reader::open(trace_);
          return;
        }
      } catch (const diary::file_error&) {
        // The header is being written.
      }
      if (child_.wait_for(10ms) && !fs::exists(trace_)) break;
    }
    throw std::runtime_error("the demo did not begin to record");
  }

 private:
  std::string trace_;
  child_process child_;
};

// Returns nothing if no window can be opened although there seems to be a display.
std::optional<int> watch(const demo& d, const demo_options& options, const std::string& trace, console& io) {
  recorded_demo program(d, options.seconds.value_or(longest_watched_seconds), trace);
  program.wait_for_trace();
  std::optional<control_client> control;
  try {
    control.emplace(control_path(runtime_folder(), program.child().pid()));
  } catch (const control_error&) {
    // The demo can be watched without it.
  }
  try {
    return open_window(
        {.files = {trace}, .live = true, .theme = options.theme, .program = control ? &*control : nullptr});
  } catch (const std::runtime_error& e) {
    io.err << fmt::format("weft: demo: {}: drawing a picture instead\n", diary::sanitised(e.what()));
    return std::nullopt;
  }
}

int draw(const demo& d, const demo_options& options, const std::string& trace, console& io) {
  const double seconds = options.seconds.value_or(default_seconds);
  recorded_demo program(d, seconds, trace);
  if (const int status = program.child().wait(); status != 0) {
    throw std::runtime_error(fmt::format("{} ended with exit status {}", d.name, status));
  }
  program.wait_for_trace();
  picture_request request;
  request.file = trace;
  request.theme = options.theme;
  const std::string out = is_picture(options.out) ? options.out : default_picture;
  write_picture(request, out, io);
  io.out << fmt::format("{} ran for {} s; its picture is in {}\n", d.name, seconds, diary::sanitised(out));
  return good;
}

int run_demo(const demo_options& options, console& io) {
  const demo& d = find_demo(options.name);
  const bool keeps_trace = !options.out.empty() && !is_picture(options.out);
  if (keeps_trace) make_way_for(options.out, options.force);
  if (options.no_window && !is_picture(options.out)) {
    // The runtime reads the variable when the demo starts its scheduler.
    if (keeps_trace) ::setenv("WEFT_TRACE", fs::absolute(options.out).c_str(), 1);
    return d.run(options.seconds.value_or(default_seconds));
  }
  if (!has_window()) {
    throw usage_error("demo: this build of weft has no window: run it with --no-window -o FILE, then weft stat FILE");
  }
  const private_folder folder;
  const std::string trace = keeps_trace ? options.out : folder.file(fmt::format("{}.weft", d.name));
  std::optional<int> status;
  if (!is_picture(options.out)) {
    if (has_display()) {
      status = watch(d, options, trace, io);
    } else {
      io.err << "weft: demo: no display (DISPLAY and WAYLAND_DISPLAY are not set): drawing a picture instead\n";
    }
  }
  if (!status) {
    std::error_code ignored;
    fs::remove(trace, ignored);  // left by a window that did not open
    status = draw(d, options, trace, io);
  }
  if (keeps_trace) io.out << fmt::format("the trace is in {}: weft view shows it\n", diary::sanitised(trace));
  return *status;
}

void list_demos(console& io) {
  table t({{"demo"}, {"shows"}});
  for (const demo& d : all_demos()) t.add({std::string(d.name), std::string(d.summary)});
  t.print(io.out);
}

}  // namespace

void declare_demo(arguments& parser, action& chosen) {
  const auto options = std::make_shared<demo_options>();
  parser.add("NAME", options->name, fmt::format("which demo; default: {}", all_demos().front().name));
  parser.add("--seconds", options->seconds, "how long it runs; default 3, in a window until that is closed")
      .value_name("N")
      .between(0.001, 86400.0);
  parser.flag("--no-window", options->no_window, "only run it, in this process; recorded if WEFT_TRACE is set");
  parser.flag("--list", options->list, "list the demos");
  parser
      .add("-o,--output", options->out,
           "OUT.png or OUT.svg: draw a picture instead of a window; any other name: keep the trace there")
      .value_name("OUT");
  parser.flag("--force", options->force, "replace a trace that exists");
  parser.add("--theme", options->theme, "colours").value_name("THEME").one_of({"dark", "light"});
  parser.footer("Without a display it runs for some seconds and draws ./weft-demo.png.");
  chosen = [options](console& io) {
    if (!options->list) return run_demo(*options, io);
    list_demos(io);
    return static_cast<int>(good);
  };
}

}  // namespace weft::viz::cli
