// weft export: a trace for other programs.
#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <ostream>

#include "cli/export/exporters.hpp"
#include "cli/output/output_file.hpp"
#include "cli/output/progress.hpp"
#include "cli/output/table.hpp"
#include "cli/subcommands.hpp"
#include "cli/trace_input.hpp"

namespace weft::viz::cli {
namespace {

struct export_command_options {
  std::string file, out, to;
  bool all = false;
};

int export_trace(const export_command_options& options, console& io) {
  const diary::history trace = open_trace(options.file, io);
  output_stream out(options.out, options.file, io);
  progress shown("writing " + options.out, io);
  export_options how;
  how.all_lanes = options.all;
  if (const std::int64_t first_ns = trace.source().info().first_ns; first_ns < 0 && options.to == "perfetto") {
    how.shift_ns = -std::max(first_ns, -INT64_MAX);
    io.err << fmt::format("weft: {}: warning: perfetto has no times before 0: all times are {} later there\n",
                          diary::sanitised(trace.source().info().path), exact_time(how.shift_ns));
  }
  how.go_on = [&](std::uint64_t n) {
    shown.set(n, trace.source().event_count());
    return static_cast<bool>(out.stream());
  };
  const auto write = options.to == "perfetto" ? export_perfetto : options.to == "chrome" ? export_chrome : export_csv;
  write(trace, out.stream(), how);
  out.close();
  return good;
}

}  // namespace

void declare_export(arguments& parser, action& chosen) {
  const auto options = std::make_shared<export_command_options>();
  parser.add("FILE", options->file, "trace, or - for standard input").required();
  parser.add("--to", options->to, "for whom: ui.perfetto.dev, chrome://tracing, or a spreadsheet")
      .value_name("FORMAT")
      .one_of({"perfetto", "chrome", "csv"})
      .required();
  parser.add("-o,--output", options->out, "file to write, replaced if it exists; - for standard output")
      .value_name("OUT")
      .required();
  parser.flag("--all", options->all,
              "a track for each coroutine; default: 500 at most, one each for those that ran longest, the rest share");
  parser.footer(
      "perfetto and chrome: a track per coroutine and thread, states, wakes as flows, counters, marks, zones.\n"
      "csv: a row for each state of each coroutine.");
  chosen = [options](console& io) { return export_trace(*options, io); };
}

}  // namespace weft::viz::cli
