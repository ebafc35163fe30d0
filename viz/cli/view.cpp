// weft view: the window on a recorded trace.
#include <unistd.h>

#include <list>
#include <memory>
#include <optional>
#include <vector>

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

namespace weft::viz::cli {
namespace {

struct view_command_options {
  std::vector<std::string> files;
  std::string theme;
};

int view(const view_command_options& options, console& io) {
  window_request request;
  request.theme = options.theme;
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
    diary::reader::open(request.files.front(), diary::reader::trust::sealed_chunks);
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
  chosen = [options](console& io) { return view(*options, io); };
}

}  // namespace weft::viz::cli
