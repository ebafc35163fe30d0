// weft live: the window on a program that records right now.
#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <memory>

#include "cli/running_programs.hpp"
#include "cli/subcommands.hpp"
#include "cli/window.hpp"
#include "trace/reader.hpp"

namespace weft::viz::cli {
namespace {

struct live_options {
  std::string target;
  std::string theme;
};

bool is_number(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::string trace_of_pid(const std::string& pid) {
  const std::string folder = runtime_folder();
  for (const running_program& p : find_running_programs(folder)) {
    if (std::to_string(p.pid) == pid) return p.trace;
  }
  throw usage_error(
      fmt::format("live: no running program {} records in {}: weft ps lists those that do; start it with weft record",
                  pid, folder));
}

std::string trace_of_only_program() {
  const std::string folder = runtime_folder();
  const std::vector<running_program> found = find_running_programs(folder);
  if (found.size() == 1) return found.front().trace;
  if (found.empty())
    throw usage_error(fmt::format("live: no program records in {}: start one with weft record", folder));
  std::string pids;
  for (const running_program& p : found) pids += fmt::format(" {} ({})", p.pid, p.program);
  throw usage_error(fmt::format("live: several programs record: name one of{}", pids));
}

}  // namespace

void declare_live(arguments& parser, action& chosen) {
  const auto options = std::make_shared<live_options>();
  parser.add("PID", options->target,
             "process to watch, as weft ps lists it, or its trace file; none: the only one that records");
  parser.add("--theme", options->theme, "colours").value_name("THEME").one_of({"dark", "light"});
  chosen = [options](console&) {
    // A file whose name is a number is written ./123.
    const std::string trace = options->target.empty()      ? trace_of_only_program()
                              : is_number(options->target) ? trace_of_pid(options->target)
                                                           : options->target;
    diary::reader::open(trace);
    return open_window({.files = {trace}, .live = true, .theme = options->theme});
  };
}

}  // namespace weft::viz::cli
