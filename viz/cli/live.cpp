// weft live: the window on a running program.
#include <memory>

#include "cli/subcommands.hpp"
#include "cli/watched_program.hpp"
#include "cli/window.hpp"

namespace weft::viz::cli {
namespace {

struct live_options {
  attach_options program;
  std::string theme;
};

}  // namespace

void declare_live(arguments& parser, action& chosen) {
  const auto options = std::make_shared<live_options>();
  options->program.declare(parser);
  parser.add("--theme", options->theme, "colours").value_name("THEME").one_of({"dark", "light"});
  parser.footer(
      "A program that does not record begins now, in the middle of its run. It ends, and its trace goes, with the "
      "window, unless -o keeps it. If the program died meanwhile its trace stays for a day.");
  chosen = [options](console& io) {
    watched_program program("live", options->program);
    window_request request{
        .files = {program.trace()}, .live = true, .live_pid = program.pid(), .theme = options->theme};
    request.program = program.control();
    const int status = open_window(request);
    program.tidy_up(io);
    return status;
  };
}

}  // namespace weft::viz::cli
