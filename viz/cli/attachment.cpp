#include "cli/attachment.hpp"

#include <fmt/core.h>
#include <signal.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <ostream>

#include "cli/output/output_file.hpp"
#include "cli/position.hpp"
#include "cli/programs/running_programs.hpp"
#include "cli/programs/trace_glance.hpp"
#include "trace/words/diary_event.hpp"

namespace weft::viz::cli {
namespace {

bool is_number(const std::string& text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

void attach_options::declare(arguments& parser) {
  parser.add("PID", target, "process, as weft ps lists it, or its trace file; none: the only one that runs");
  parser.add("-o,--output", out, "keep what is recorded from now on there").value_name("OUT");
  parser.add("--ring", ring_size, "keep only the last SIZE of it: 16M, 64K").value_name("SIZE");
  parser.flag("--force", force, "replace a trace that exists");
}

attachment::attachment(const char* command, const attach_options& options) : command_(command) {
  // A file whose name is a number must be given as ./123.
  if (!options.target.empty() && !is_number(options.target)) {
    if (!options.out.empty() || !options.ring_size.empty()) {
      throw usage_error(fmt::format("{}: -o and --ring are for a running program: give its PID", command));
    }
    trace_ = options.target;
    return;
  }
  const running_program program = program_meant(command, options.target);
  pid_ = program.pid;
  diary::control_request start;
  start.command = diary::control_command::start;
  if (!options.out.empty()) {
    if (options.out == "-") throw usage_error(fmt::format("{}: a trace is a mapped file: name one", command));
    make_way_for(options.out, options.force);
    start.text = std::filesystem::absolute(options.out).string();
    if (start.text.size() > diary::control_text_bytes) {
      throw usage_error(fmt::format("{}: {}: the path is too long", command, options.out));
    }
  }
  if (!options.ring_size.empty()) start.number = parse_size_bytes(options.ring_size);
  try {
    control_.emplace(control_path(runtime_folder(), pid_));
    // Long enough for 64 switches between coroutines that each run for a fifth of a second.
    const diary::control_reply reply = control_->ask(start, control_client::milliseconds(15000));
    trace_ = reply.text;
    temporary_ = options.out.empty() && (reply.flags & diary::control_flag_attached) != 0;
  } catch (const control_error& e) {
    control_.reset();
    if (!program.recording || !options.out.empty()) {
      throw usage_error(fmt::format("{}: {} ({}): {}", command, pid_, program.program, e.what()));
    }
    trace_ = program.trace;  // the program records anyway, and can be followed without its help
  }
}

void attachment::tidy_up(console& io) const {
  std::error_code error;
  if (!temporary_ || !std::filesystem::exists(trace_, error)) return;
  try {
    if (glance_at(trace_).header.complete != 0) {
      std::filesystem::remove(trace_, error);
      return;
    }
  } catch (const diary::file_error&) {
    return;  // deleted just now
  }
  const bool has_died = ::kill(pid_, 0) != 0 && errno == ESRCH;
  if (!has_died) return;  // the program removes its trace itself when its last viewer has gone
  io.err << fmt::format("weft: {}: {} has died; its trace stays for a day in {}\n", command_, pid_,
                        diary::sanitised(trace_));
}

}  // namespace weft::viz::cli
