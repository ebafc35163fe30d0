// weft view: the window on a recorded trace.
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <list>
#include <memory>
#include <optional>
#include <system_error>
#include <vector>

#include "cli/coroutine_name.hpp"
#include "cli/output/output_file.hpp"
#include "cli/output/private_folder.hpp"
#include "cli/programs/running_programs.hpp"
#include "cli/programs/stream_spool.hpp"
#include "cli/subcommands.hpp"
#include "cli/trace_input.hpp"
#include "cli/watched_program.hpp"
#include "cli/window.hpp"
#include "trace/file/merge.hpp"
#include "trace/file/reader.hpp"
#include "trace/state/history.hpp"

namespace weft::viz::cli {
namespace {

struct view_command_options {
  std::vector<std::string> files;
  std::string theme, event, select, script;
};

constexpr std::size_t longest_script = std::size_t{16} << 20;

// Reads a script from its file or from standard input. Throws diary::file_error, or usage_error if it is too long.
std::string script_text(const std::string& file, console& io) {
  std::ifstream opened;
  if (file != "-") {
    opened.open(file, std::ios::binary);
    if (!opened) throw diary::file_error(file, 0, "cannot open: " + std::generic_category().message(errno));
  }
  std::istream& in = file == "-" ? io.in : opened;
  std::string text(longest_script + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(in.gcount()));
  if (in.bad() || std::filesystem::is_directory(file)) throw diary::file_error(file, 0, "not a file");
  if (text.size() > longest_script) throw usage_error("view: " + shown_path(file) + ": no script is as long as this");
  return text;
}

// "1398", "#1398"
std::uint64_t event_number(std::string_view text) {
  const std::string shown(text);
  if (text.starts_with('#')) text.remove_prefix(1);
  std::uint64_t n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc{} || end != text.data() + text.size()) {
    throw usage_error("view: " + shown + ": not an event: write its number, as 1398 or #1398");
  }
  return n;
}

// Finds the event and the coroutine that are shown first.
void look_up(const view_command_options& options, diary::reader trace, window_request& request) {
  if (!options.event.empty()) {
    const std::uint64_t n = event_number(options.event);
    if (n >= trace.event_count()) {
      throw usage_error(fmt::format("view: there is no event #{}: the trace has {}", n, trace.event_count()));
    }
    request.event = n;
  }
  if (options.select.empty()) return;
  const diary::history names(std::move(trace), diary::history::effort::on_demand);
  request.select = coroutine_named(names, options.select, "view");
}

int view(const view_command_options& options, console& io) {
  window_request request;
  request.theme = options.theme;
  if (!options.script.empty()) {
    const bool is_twice =
        options.script == "-" && std::find(options.files.begin(), options.files.end(), "-") != options.files.end();
    if (is_twice) throw usage_error("view: - is either the trace or the script");
    request.script = read_script(script_text(options.script, io), shown_path(options.script), io);
  }
  if (!options.event.empty()) event_number(options.event);
  if (options.files.empty() && !(options.event.empty() && options.select.empty())) {
    throw usage_error("view: --event and --select need a FILE");
  }
  std::optional<private_folder> folder;  // until the window is closed
  std::optional<stream_spool> spool;
  const std::string file = options.files.size() == 1 ? options.files.front() : "";
  if (options.files.size() > 1) {
    std::vector<diary::reader> traces;
    for (const std::string& each : options.files) {
      if (each == "-") throw usage_error("view: - is one trace: name files to see several");
      traces.push_back(diary::reader::open(each));
    }
    folder.emplace();
    request.files.push_back(folder->file("together.weft"));
    write_output(request.files.front(), diary::merged(traces), io);
  } else if (file == "-") {
    folder.emplace();
    request.files.push_back(folder->file("standard-input.weft"));
    if (io.in_fd >= 0) {
      // The input may come from weft tail and still grow. That depends on the pipe, not on a program of this machine,
      // so the pid is our own.
      spool.emplace(io.in_fd, request.files.front());
      spool->wait_for_first_chunk();
      if (!spool->is_trace()) throw diary::file_error(shown_path(file), 0, "not a weft trace");
      request.live = true;
      request.live_pid = static_cast<std::uint32_t>(::getpid());
    } else {
      write_output(request.files.front(), read_standard_input(io), io);
    }
  } else if (!file.empty()) {
    request.files.push_back(file);
  }
  std::list<watched_program> watched;  // attached by clicks on the start page
  if (options.files.empty()) {
    request.programs.list = [] { return find_running_programs(runtime_folder()); };
    request.programs.open = [&watched](std::uint32_t pid) -> watched_program& {
      attach_options which;
      which.target = std::to_string(pid);
      return watched.emplace_back("view", which);
    };
  }
  // An unreadable file is an error of the command, with its exit status, and not a message in a window.
  if (!request.files.empty()) {
    look_up(options, diary::reader::open(request.files.front(), diary::reader::trust::sealed_chunks), request);
  }
  const int status = open_window(request);
  for (const watched_program& p : watched) p.tidy_up(io);
  return status;
}

}  // namespace

void declare_view(arguments& parser, action& chosen) {
  const auto options = std::make_shared<view_command_options>();
  parser.add("FILE", options->files,
             "trace, or - for standard input; several: together on one timeline; none: the start page");
  parser.add("--theme", options->theme, "colours").value_name("THEME").one_of({"dark", "light"});
  parser.add("--event", options->event, "the event where the cursor stands first").value_name("N");
  parser.add("--select", options->select, "the coroutine that is selected first: its number (#7 or 7) or its name")
      .value_name("COROUTINE");
  parser
      .add("--script", options->script, "does what stands in this file to the window, and quits; - for standard input")
      .value_name("SCRIPT");
  parser.footer(
      "A script is read whole before anything is done. A command a line:\n"
      "  size W H                       of the window, in pixels; 1600 900 to begin with\n"
      "  key NAME                       Right, Return, PageDown, F, slash, comma, ctrl+shift+p\n"
      "  type TEXT                      the rest of the line, character by character\n"
      "  move X Y                       the mouse\n"
      "  click X Y [right|double]\n"
      "  drag X1 Y1 X2 Y2\n"
      "  wheel X Y N                    N notches, away from the user if positive\n"
      "  wait idle|MS                   until nothing is left to read, to analyse or to draw; or milliseconds\n"
      "  shot FILE.png|FILE.svg         a picture of the window\n"
      "  say                            what the window shows, as a line of JSON\n"
      "  quit                           as the end of the script does\n"
      "Lines that begin with # are comments. The window needs no display for this.");
  chosen = [options](console& io) { return view(*options, io); };
}

}  // namespace weft::viz::cli
