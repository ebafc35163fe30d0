// weft validate: checks the rules of the format and of the scheduler. A crash of the recorded program breaks no rule: a
// trace that only stops early is valid. A trace from which bytes were cut is not.
#include <fmt/core.h>

#include <memory>
#include <ostream>

#include "cli/output/json_output.hpp"
#include "cli/subcommands.hpp"
#include "cli/trace_input.hpp"

namespace weft::viz::cli {
namespace {

struct validate_options {
  std::string file;
  bool json = false;
};

constexpr std::size_t shown_limit = 20;

void print_verdict_json(const diary::history& trace, bool valid, console& io) {
  const diary::file_info& f = trace.source().info();
  json out;
  out["file"] = f.path;
  out["valid"] = valid;
  out["events"] = f.events;
  out["truncated"] = f.truncated;
  out["lost"] = f.lost;
  out["violation_count"] = trace.violation_count();
  out["violations"] = json::array();
  for (const diary::violation& v : trace.violations()) {
    out["violations"].push_back({{"event", v.event}, {"text", diary::sanitised(v.text)}});
  }
  out["damage"] = f.damage;
  out["cut"] = f.cut;
  out["missing_bytes"] = f.missing_bytes;
  out["warnings"] = warnings_about(f);
  print_json(out, io);
}

void print_verdict_text(const diary::history& trace, bool valid, console& io) {
  const diary::file_info& f = trace.source().info();
  const std::string path = diary::sanitised(f.path);
  for (const std::string& place : f.damage) io.out << fmt::format("damaged: {}\n", diary::sanitised(place));
  std::size_t shown = 0;
  for (const diary::violation& v : trace.violations()) {
    if (shown++ == shown_limit) break;
    io.out << fmt::format("event #{}: {}\n", v.event, diary::sanitised(v.text));
  }
  if (trace.violation_count() > shown_limit) {
    io.out << fmt::format("... and {} more\n", trace.violation_count() - shown_limit);
  }
  if (valid) {
    io.out << fmt::format("{}: {} events, every rule kept\n", path, f.events);
  } else {
    io.out << fmt::format("{}: {} events, {} rules broken, {} damaged places{}\n", path, f.events,
                          trace.violation_count(), damaged_places(f),
                          f.cut ? fmt::format(", cut: at least {} bytes are missing", f.missing_bytes) : "");
  }
}

}  // namespace

void declare_validate(arguments& parser, action& chosen) {
  const auto options = std::make_shared<validate_options>();
  parser.add("FILE", options->file, "trace, or - for standard input").required();
  parser.flag("--json", options->json, "print one JSON object");
  parser.footer(
      "Exit status 1 if a rule is broken, or the file is cut. The trace of a program that died is valid if it is sound "
      "up "
      "to there.");
  chosen = [options](console& io) {
    const diary::history trace = open_trace(options->file, io);
    const diary::file_info& info = trace.source().info();
    const bool valid = trace.violation_count() == 0 && damaged_places(info) == 0 && !info.cut;
    options->json ? print_verdict_json(trace, valid, io) : print_verdict_text(trace, valid, io);
    return valid ? good : answer_is_no;
  };
}

}  // namespace weft::viz::cli
