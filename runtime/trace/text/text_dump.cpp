// Writes the diary as lines for people and for load_text. text_json.cpp writes lines for programs.
#include <cstdio>
#include <ostream>

#include "trace/text/dump_selection.hpp"
#include "trace/text/text_argument.hpp"
#include "trace/text/text_header.hpp"
#include "trace/text/text_quote.hpp"
#include "trace/text/trace_text.hpp"

namespace weft::diary {
namespace {

std::string seconds(std::int64_t t_ns) {
  const std::uint64_t magnitude = t_ns < 0 ? 0 - static_cast<std::uint64_t>(t_ns) : static_cast<std::uint64_t>(t_ns);
  char text[48];
  std::snprintf(text, sizeof text, "%s%llu.%09llu", t_ns < 0 ? "-" : "",
                static_cast<unsigned long long>(magnitude / 1'000'000'000),
                static_cast<unsigned long long>(magnitude % 1'000'000'000));
  return text;
}

}  // namespace

std::string event_line(const history& h, const event& e) {
  char place[80];
  std::snprintf(place, sizeof place, "%8llu %14s T%u ", static_cast<unsigned long long>(e.n), seconds(e.t_ns).c_str(),
                e.thread);
  std::string line = place + type_token(h.source(), e.type);
  const unsigned count = h.source().arg_count(e.type);
  for (unsigned i = 0; i < count; ++i) {
    line += ' ';
    line += name_of_argument(e.type, i);
    line += '=';
    append_value(line, kind_of_argument(e.type, i), e.args[i]);
    if (const std::string meaning = resolved(h, e, i); !meaning.empty()) {
      line += ' ';
      append_quoted(line, meaning);
    }
  }
  if (h.source().has_text(e.type)) {
    line += " text=";
    append_quoted(line, e.text);
  }
  return line;
}

void dump_text(const history& h, std::ostream& out, const dump_filter& filter) {
  out << header_lines(h.source());
  std::vector<std::uint64_t> next_ordinal(h.source().info().threads == 0 ? 0 : max_threads);
  dump_selection selection(h, filter);
  std::string lines;
  event e;
  while (out && selection.next(e)) {
    std::uint64_t& expected = next_ordinal[e.thread];
    if (e.ordinal != expected && selection.in_time(e)) {
      lines += "gap T" + std::to_string(e.thread) + " " + std::to_string(e.ordinal - expected) + "\n";
    }
    expected = e.ordinal + 1;
    if (selection.is_selected(e)) {
      lines += event_line(h, e);
      lines += '\n';
    }
    selection.pass(e);
    if (lines.size() >= 65536) {
      out.write(lines.data(), static_cast<std::streamsize>(lines.size()));
      lines.clear();
    }
  }
  out.write(lines.data(), static_cast<std::streamsize>(lines.size()));
  out.flush();
}

}  // namespace weft::diary
