// weft info: describes a trace from its header and one pass over its events.
#include <fmt/core.h>

#include <ctime>
#include <memory>
#include <ostream>

#include "cli/output/json_output.hpp"
#include "cli/output/table.hpp"
#include "cli/subcommands.hpp"
#include "cli/trace_input.hpp"

namespace weft::viz::cli {
namespace {

struct info_options {
  std::string file;
  bool json = false;
};

std::string started_text(std::int64_t real_ns) {
  const std::time_t seconds = static_cast<std::time_t>(real_ns / 1'000'000'000);
  std::tm utc{};
  if (real_ns <= 0 || !::gmtime_r(&seconds, &utc)) return "";
  char text[64];
  return {text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc)};
}

// In the form that --at accepts: local time, to the microsecond.
std::string local_time_text(std::int64_t real_ns) {
  const std::time_t seconds = static_cast<std::time_t>(real_ns / 1'000'000'000);
  std::tm local{};
  if (!::localtime_r(&seconds, &local)) return "";
  char text[64];
  return fmt::format("{}.{:06}", std::string(text, std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &local)),
                     real_ns % 1'000'000'000 / 1000);
}

std::string ended_text(const diary::file_info& f) {
  if (f.cut) return fmt::format("unknown: the file is cut, at least {} bytes are missing", f.missing_bytes);
  return f.complete ? "properly" : "no: the program still runs, or died; all up to the last event is here";
}

void print_json(const diary::history& trace, console& io) {
  const diary::file_info& f = trace.source().info();
  json out;
  out["file"] = f.path;
  out["process"] = f.program;
  out["pid"] = f.pid;
  out["threads"] = f.threads;
  out["events"] = f.events;
  out["coroutines"] = trace.lives().size();
  out["lost"] = f.lost;
  out["truncated"] = f.truncated;
  out["cut"] = f.cut;
  out["missing_bytes"] = f.missing_bytes;
  out["duration_ns"] = f.duration_ns;
  out["from_ns"] = f.first_ns;
  out["to_ns"] = f.last_ns;
  out["complete"] = f.complete;
  out["format"] = fmt::format("{}.{}", f.major, f.minor);
  out["arch"] = f.arch;
  out["clock"] = f.clock;
  out["order_only"] = f.order_only;
  out["started"] = started_text(f.start_real_ns);
  out["finished"] = trace.finished_count();
  out["file_bytes"] = f.file_bytes;
  out["event_bytes"] = f.event_bytes;
  out["damage"] = f.damage;
  out["warnings"] = warnings_about(f);
  print_json(out, io);
}

void print_text(const diary::history& trace, console& io) {
  const diary::file_info& f = trace.source().info();
  const auto line = [&](std::string_view key, const std::string& value) {
    io.out << fmt::format("{:<12}{}\n", key, value);
  };
  line("file",
       fmt::format("{} ({}, format {}.{})", diary::sanitised(f.path), short_size(f.file_bytes), f.major, f.minor));
  line("process", fmt::format("{}, pid {}, {}", f.program.empty() ? "(no name)" : f.program, f.pid, f.arch));
  if (const std::string started = started_text(f.start_real_ns); !started.empty()) line("started", started);
  line("duration",
       fmt::format("{}, from {} to {}", exact_time(f.duration_ns), exact_time(f.first_ns), exact_time(f.last_ns)));
  if (f.start_real_ns > 0) {
    line("wall clock", fmt::format("{} to {}", local_time_text(f.start_real_ns + f.first_ns),
                                   local_time_text(f.start_real_ns + f.last_ns)));
  }
  line("clock", fmt::format("{}{}", f.clock, f.order_only ? ", order only: durations are approximate" : ""));
  line("threads", fmt::format("{}", f.threads));
  line("coroutines", fmt::format("{}, {} finished", trace.lives().size(), trace.finished_count()));
  const double bytes_each = f.events == 0 ? 0 : static_cast<double>(f.event_bytes) / static_cast<double>(f.events);
  line("events", fmt::format("{}, {:.1f} bytes each", f.events, bytes_each));
  line("lost", fmt::format("{}", f.lost));
  line("ended", ended_text(f));
  for (const std::string& place : f.damage) line("damaged", diary::sanitised(place));
}

}  // namespace

void declare_info(arguments& parser, action& chosen) {
  const auto options = std::make_shared<info_options>();
  parser.add("FILE", options->file, "trace, or - for standard input").required();
  parser.flag("--json", options->json, "print one JSON object");
  chosen = [options](console& io) {
    const diary::history trace = open_trace_for_names(options->file, io);
    options->json ? print_json(trace, io) : print_text(trace, io);
    return good;
  };
}

}  // namespace weft::viz::cli
