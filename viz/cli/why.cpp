// weft why: the chain of waits and wakes behind a coroutine that does not run.
#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <ostream>

#include "analysis/explanation.hpp"
#include "cli/command.hpp"
#include "cli/input.hpp"
#include "cli/json_output.hpp"
#include "cli/moment.hpp"
#include "cli/position.hpp"
#include "cli/subcommands.hpp"

namespace weft::viz::cli {
namespace {

struct why_options {
  std::string file, coroutine;
  std::string at = "end";
  bool json = false;
};

// A number, with or without # in front; none if it is neither.
std::optional<std::uint64_t> id_in(std::string_view text) {
  if (text.starts_with('#')) text.remove_prefix(1);
  std::uint64_t id = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(id) : std::nullopt;
}

// By number or by name. Of several with the same name the only one that is alive at the moment is meant.
std::uint64_t find_coroutine(const moment& m, const std::string& wanted) {
  const diary::history& trace = m.trace();
  if (const auto id = id_in(wanted); id && trace.find_coroutine(*id)) return *id;
  std::vector<std::uint64_t> named, alive;
  for (const diary::coroutine_record& c : trace.coroutines()) {
    if (trace.string(c.name) == wanted) named.push_back(c.id);
  }
  for (const coroutine_at& c : m.coroutines()) {
    if (c.state && m.name(c) == wanted) alive.push_back(c.record->id);
  }
  if (alive.size() == 1) return alive.front();
  if (named.size() == 1) return named.front();
  const std::vector<std::uint64_t>& several = alive.empty() ? named : alive;
  if (!several.empty()) {
    std::string ids;
    for (std::size_t i = 0; i < std::min<std::size_t>(several.size(), 8); ++i) ids += fmt::format(" #{}", several[i]);
    throw usage_error(fmt::format("why: {}: {} coroutines have this name: write the number of one of{}{}", wanted,
                                  several.size(), ids, several.size() > 8 ? " ..." : ""));
  }
  std::vector<std::string> names;
  for (const diary::coroutine_record& c : trace.coroutines()) names.push_back(trace.coroutine_label(c.id));
  const std::string close = closest_name(wanted, std::vector<std::string_view>(names.begin(), names.end()));
  throw usage_error(fmt::format("why: {}: no such coroutine: {}", wanted,
                                close.empty() ? "weft tree lists them" : "did you mean " + close + "?"));
}

json link_json(const diary::history& trace, const why_link& link) {
  const bool blocked = link.status == diary::coroutine_status::blocked;
  json out;
  out["id"] = link.coroutine;
  out["name"] = trace.coroutine_label(link.coroutine);
  out["because"] = to_text(link.how);
  out["state"] = diary::to_text(link.status);
  out["reason"] = blocked ? diary::to_text(link.reason) : "";
  out["object"] = blocked && link.object != 0 ? trace.object_label(link.object) : "";
  out["owner"] = link.owner != 0 ? json(link.owner) : json(nullptr);
  out["fd"] = link.fd >= 0 ? json(link.fd) : json(nullptr);
  out["deadline_ns"] = link.deadline_ns >= 0 ? json(link.deadline_ns) : json(nullptr);
  out["since_ns"] = link.since_ns;
  out["since_event"] = link.since_event;
  out["woken_by"] = link.woken_by != 0 ? json(link.woken_by) : json(nullptr);
  out["woken_event"] = link.woken_event != 0 ? json(link.woken_event) : json(nullptr);
  if (link.status == diary::coroutine_status::ready) {
    out["place"] = link.place;
    out["behind"] = json::array();
    for (const std::uint64_t id : link.before) out["behind"].push_back(id);
  }
  out["text"] = link.text;
  return out;
}

void print_why_json(const moment& m, std::uint64_t id, const explanation& why, console& io) {
  json out = m.place_json();
  out["coroutine"] = id;
  out["name"] = m.trace().coroutine_label(id);
  out["links"] = json::array();
  for (const why_link& link : why.links) out["links"].push_back(link_json(m.trace(), link));
  out["end"] = to_text(why.end);
  out["end_text"] = why.end_text;
  print_json(out, io);
}

void print_why_text(const moment& m, const explanation& why, console& io) {
  io.out << fmt::format("{} {}\n", diary::sanitised(m.trace().source().info().path), m.place_text());
  std::size_t depth = 0;
  for (const why_link& link : why.links) {
    io.out << fmt::format("{:{}}{}{}\n", "", std::min<std::size_t>(depth, 20) * 2, depth == 0 ? "" : "└─ ", link.text);
    ++depth;
  }
  if (!why.end_text.empty()) io.out << why.end_text << '\n';
}

}  // namespace

void declare_why(arguments& parser, action& chosen) {
  const auto options = std::make_shared<why_options>();
  parser.add("FILE", options->file, "trace, or - for standard input").required();
  parser.add("COROUTINE", options->coroutine, "its number (#7 or 7) or its name").required();
  parser.add("--at", options->at, "a time (1.5s, 20ms, 540us, 3: seconds), an event (#120), or end (default)")
      .value_name("PLACE");
  parser.flag("--json", options->json, "print one JSON object");
  parser.footer("Follows owners and the ends of tasks; where nobody owns what is waited for, who gave something last.");
  chosen = [options](console& io) {
    const position where = parse_position(options->at);
    const diary::history trace = open_trace(options->file, io);
    const moment m(trace, where);
    const std::uint64_t id = find_coroutine(m, options->coroutine);
    const explanation why = explain(trace, m.count(), m.t_ns(), id);
    options->json ? print_why_json(m, id, why, io) : print_why_text(m, why, io);
    return good;
  };
}

}  // namespace weft::viz::cli
