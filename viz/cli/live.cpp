// weft live: the window on a running program.
#include <memory>

#include "cli/attachment.hpp"
#include "cli/subcommands.hpp"
#include "cli/window.hpp"
#include "trace/reader.hpp"

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
      "window, unless -o keeps it.");
  chosen = [options](console& io) {
    attachment program("live", options->program);
    diary::reader::open(program.trace());
    window_request request{.files = {program.trace()}, .live = true, .theme = options->theme};
    if (program.control()) request.program = &*program.control();
    const int status = open_window(request);
    program.tell_what_is_left(io);
    return status;
  };
}

}  // namespace weft::viz::cli
