// weft live: the window on a running program.
#include <filesystem>
#include <memory>
#include <optional>

#include "cli/attachment.hpp"
#include "cli/private_folder.hpp"
#include "cli/ring_copy.hpp"
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
    std::string trace = program.trace();
    const diary::file_info info = diary::reader::open(trace).info();
    std::optional<private_folder> folder;
    std::optional<ring_copy> copy;
    if (info.ring) {
      folder.emplace();
      trace = folder->file(std::filesystem::path(trace).filename().string());
      copy.emplace(program.trace(), trace);
    }
    window_request request{.files = {trace}, .live = true, .live_pid = info.pid, .theme = options->theme};
    if (program.control()) request.program = &*program.control();
    const int status = open_window(request);
    program.tell_what_is_left(io);
    return status;
  };
}

}  // namespace weft::viz::cli
