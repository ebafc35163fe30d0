// weft record: runs a program with recording on. The program's own runtime records; this command sets the environment,
// waits, and says afterwards where the trace is.
#include <fmt/core.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <ostream>

#include "cli/output/output_file.hpp"
#include "cli/output/table.hpp"
#include "cli/position.hpp"
#include "cli/programs/child_process.hpp"
#include "cli/subcommands.hpp"
#include "trace/file/reader.hpp"

namespace weft::viz::cli {
namespace {

namespace fs = std::filesystem;

struct record_options {
  std::string out;
  std::string ring_size;
  bool order_only = false;
  bool no_patch = false;
  bool force = false;
  std::vector<std::string> program;
};

std::string default_trace_name(const std::string& program) { return fs::path(program).filename().string() + ".weft"; }

// The library that makes blocking libc calls suspend only their coroutine, if it is installed with this command.
std::string find_patch_library() {
#if defined(__APPLE__)
  constexpr const char* name = "libweft_patch.dylib";
#else
  constexpr const char* name = "libweft_patch.so";
#endif
  const fs::path folder = fs::path(own_program_path()).parent_path();
  for (const char* const place : {"../lib", "../lib64", "../lib/" WEFT_MULTIARCH, "."}) {
    std::error_code error;
    const fs::path candidate = fs::weakly_canonical(folder / place / name, error);
    if (!error && fs::exists(candidate, error)) return candidate.string();
  }
  return "";
}

void add_patch(child_process::environment& variables) {
#if defined(__APPLE__)
  constexpr const char* variable = "DYLD_INSERT_LIBRARIES";
#else
  constexpr const char* variable = "LD_PRELOAD";
#endif
  const std::string library = find_patch_library();
  if (library.empty()) return;
  const char* const before = std::getenv(variable);
  variables.emplace_back(variable, before && *before ? library + ":" + before : library);
}

void tell_where_trace_is(const std::string& trace, const std::string& program, console& io) {
  std::error_code error;
  const std::string shown = diary::sanitised(trace);
  if (!fs::exists(trace, error)) {
    io.err << fmt::format(
        "weft: record: no trace came out: {} did not run a weft scheduler (is it linked with weft, and did it get as "
        "far as weft::run?)\n",
        diary::sanitised(program));
    return;
  }
  try {
    const diary::file_info info = diary::reader::open(trace).info();
    io.err << fmt::format("weft: record: {} events in {} ({}): look at them with: weft view {}\n", info.events, shown,
                          short_size(info.file_bytes), shown);
  } catch (const diary::file_error& e) {
    io.err << fmt::format("weft: record: the trace cannot be read: {}\n", diary::sanitised(e.what()));
  }
}

int record(const record_options& options, console& io) {
  if (options.program.empty()) throw usage_error("record: no program: weft record [OPTIONS] -- PROGRAM ARGS");
  const std::string trace = options.out.empty() ? default_trace_name(options.program.front()) : options.out;
  if (trace == "-") throw usage_error("record: a trace is a mapped file and cannot go to standard output: name a file");
  child_process::environment variables{{"WEFT_TRACE", fs::absolute(trace).string()}};
  if (!options.ring_size.empty()) {
    variables.emplace_back("WEFT_TRACE_RING", std::to_string(parse_size_bytes(options.ring_size)));
  }
  if (options.order_only) variables.emplace_back("WEFT_TRACE_ORDER_ONLY", "1");
  if (!options.no_patch) add_patch(variables);
  make_way_for(trace, options.force);

  io.out.flush();
  child_process program(options.program, variables, child_process::signals::forwarded);
  const int status = program.wait();
  tell_where_trace_is(trace, options.program.front(), io);
  return status;
}

}  // namespace

void declare_record(arguments& parser, action& chosen) {
  const auto options = std::make_shared<record_options>();
  parser.add("-o,--output", options->out, "trace to write; default: PROGRAM.weft in this folder").value_name("OUT");
  parser.add("--ring", options->ring_size, "keep only the last SIZE of events in memory: 16M, 64K").value_name("SIZE");
  parser.flag("--order-only", options->order_only, "no time on every switch: cheaper, durations are approximate");
  parser.flag("--no-patch", options->no_patch, "leave the program's blocking libc calls as they are");
  parser.flag("--force", options->force, "replace a trace that exists");
  parser.ends_with_program(options->program);
  parser.footer("The exit status is the program's own; 128 + N if signal N ended it.");
  chosen = [options](console& io) { return record(*options, io); };
}

}  // namespace weft::viz::cli
