// weft live: the window on a program that records right now.
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

}  // namespace

void declare_live(arguments& parser, action& chosen) {
  const auto options = std::make_shared<live_options>();
  parser.add("PID", options->target,
             "process to watch, as weft ps lists it, or its trace file; none: the only one that records");
  parser.add("--theme", options->theme, "colours").value_name("THEME").one_of({"dark", "light"});
  chosen = [options](console&) {
    const std::string trace = trace_to_follow("live", options->target);
    diary::reader::open(trace);
    return open_window({.files = {trace}, .live = true, .theme = options->theme});
  };
}

}  // namespace weft::viz::cli
