// weft view: the window on a recorded trace.
#include <istream>
#include <iterator>
#include <memory>
#include <optional>
#include <vector>

#include "cli/output_file.hpp"
#include "cli/private_folder.hpp"
#include "cli/subcommands.hpp"
#include "cli/window.hpp"
#include "trace/reader.hpp"

namespace weft::viz::cli {
namespace {

struct view_command_options {
  std::string file;
  std::string theme;
};

int view(const view_command_options& options, console& io) {
  std::vector<std::string> files;
  std::optional<private_folder> folder;  // until the window is closed
  if (options.file == "-") {
    folder.emplace();
    files.push_back(folder->file("standard-input.weft"));
    write_output(files.front(), std::string(std::istreambuf_iterator<char>(io.in), {}), io);
  } else if (!options.file.empty()) {
    files.push_back(options.file);
  }
  // An unreadable one is an error here, with its exit status, and not in a window.
  if (!files.empty()) diary::reader::open(files.front());
  return open_window({.files = files, .live = false, .theme = options.theme});
}

}  // namespace

void declare_view(arguments& parser, action& chosen) {
  const auto options = std::make_shared<view_command_options>();
  parser.add("FILE", options->file, "trace, or - for standard input; none: the start page");
  parser.add("--theme", options->theme, "colours").value_name("THEME").one_of({"dark", "light"});
  chosen = [options](console& io) { return view(*options, io); };
}

}  // namespace weft::viz::cli
