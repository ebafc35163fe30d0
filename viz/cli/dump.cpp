// weft dump: the events as text or JSON lines. trace/text/trace_text.hpp defines the lines.
#include <fmt/core.h>

#include <memory>

#include "cli/coroutine_name.hpp"
#include "cli/position.hpp"
#include "cli/subcommands.hpp"
#include "cli/trace_input.hpp"
#include "trace/text/trace_text.hpp"

namespace weft::viz::cli {
namespace {

struct dump_options {
  std::string file;
  std::string from, to = "end";
  std::string coroutine;
  bool json = false;
};

}  // namespace

void declare_dump(arguments& parser, action& chosen) {
  const auto options = std::make_shared<dump_options>();
  parser.add("FILE", options->file, "trace, or - for standard input").required();
  parser.add("--from", options->from, fmt::format("first time shown: {}", place_help)).value_name("PLACE");
  parser.add("--to", options->to, "last time shown").value_name("PLACE");
  parser
      .add("--coroutine", options->coroutine,
           "only events of or about this coroutine: its number (#7 or 7) or its name")
      .value_name("COROUTINE");
  parser.flag("--json", options->json, "print one JSON object a line");
  parser.footer("Without a choice of events, weft load reads the text back into the same trace.");
  chosen = [options](console& io) {
    diary::dump_filter filter;
    const position from = parse_position(options->from.empty() ? "0%" : options->from);
    const position to = parse_position(options->to);
    const diary::history trace = open_trace(options->file, io);
    if (!options->from.empty()) filter.from_ns = time_of(trace.source(), from);
    if (options->to != "end") filter.to_ns = time_of(trace.source(), to);
    if (!options->coroutine.empty()) filter.coroutine = coroutine_named(trace, options->coroutine, "dump");
    options->json ? diary::dump_json(trace, io.out, filter) : diary::dump_text(trace, io.out, filter);
    return good;
  };
}

}  // namespace weft::viz::cli
