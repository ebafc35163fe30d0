// weft dump: the events as text or JSON lines. What a line says is the diary's own business, see trace/text.hpp.
#include <memory>
#include <optional>

#include "cli/input.hpp"
#include "cli/position.hpp"
#include "cli/subcommands.hpp"
#include "trace/text.hpp"

namespace weft::viz::cli {
namespace {

struct dump_options {
  std::string file;
  std::string from, to;
  std::optional<std::uint64_t> coroutine;
  bool json = false;
};

}  // namespace

void declare_dump(arguments& parser, action& chosen) {
  const auto options = std::make_shared<dump_options>();
  parser.add("FILE", options->file, "trace, or - for standard input").required();
  parser.add("--from", options->from, "first time shown: 1.5s, 20ms, 540us, 3 (seconds)").value_name("TIME");
  parser.add("--to", options->to, "last time shown").value_name("TIME");
  parser.add("--coroutine", options->coroutine, "only events of or about the coroutine with this id").value_name("ID");
  parser.flag("--json", options->json, "print one JSON object a line");
  parser.footer("Without a choice of events, weft load reads the text back into the same trace.");
  chosen = [options](console& io) {
    diary::dump_filter filter;
    if (!options->from.empty()) filter.from_ns = parse_time_ns(options->from);
    if (!options->to.empty()) filter.to_ns = parse_time_ns(options->to);
    if (options->coroutine == std::uint64_t{0}) throw usage_error("dump: --coroutine: ids begin with 1");
    filter.coroutine = options->coroutine.value_or(0);
    const diary::history trace = open_trace(options->file, io);
    options->json ? diary::dump_json(trace, io.out, filter) : diary::dump_text(trace, io.out, filter);
    return good;
  };
}

}  // namespace weft::viz::cli
