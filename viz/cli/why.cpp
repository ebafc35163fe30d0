// weft why: the chain of waits and wakes behind a coroutine that does not run.
#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <ostream>

#include "analysis/explanation.hpp"
#include "cli/coroutine_name.hpp"
#include "cli/moment.hpp"
#include "cli/output/json_output.hpp"
#include "cli/position.hpp"
#include "cli/subcommands.hpp"
#include "cli/trace_input.hpp"

namespace weft::viz::cli {
namespace {

struct why_options {
  std::string file, coroutine;
  std::string at = "end";
  bool json = false;
};

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
  out["deadline_ns"] = link.deadline_ns ? json(*link.deadline_ns) : json(nullptr);
  out["since_ns"] = link.since_ns;
  out["since_event"] = link.since_event;
  out["woken_by"] = link.woken_by != 0 ? json(link.woken_by) : json(nullptr);
  out["woken_event"] = link.woken_event != 0 ? json(link.woken_event) : json(nullptr);
  if (link.status == diary::coroutine_status::ready) {
    out["place"] = link.place;
    out["behind"] = json::array();
    for (const std::uint64_t id : link.before) out["behind"].push_back(id);
  }
  out["guess"] = link.how == because::last_waker;
  const wait_givers& could = link.givers;
  if (blocked) {
    out["givers"] = json::array();
    for (const giver& g : could.all) {
      out["givers"].push_back({{"id", g.coroutine != 0 ? json(g.coroutine) : json(nullptr)},
                               {"name", g.coroutine != 0 ? trace.coroutine_label(g.coroutine) : ""},
                               {"times", g.times},
                               {"first_event", g.first_event},
                               {"last_event", g.last_event}});
    }
    out["ended_by_event"] = could.has_ended ? json(could.end.event) : json(nullptr);
  }
  out["woken_cause"] = link.woken_event != 0 ? diary::to_text(link.woken_cause) : "";
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
  io.out << text_of(why) << '\n';
}

}  // namespace

void declare_why(arguments& parser, action& chosen) {
  const auto options = std::make_shared<why_options>();
  parser.add("FILE", options->file, "trace, or - for standard input").required();
  parser.add("COROUTINE", options->coroutine, "its number (#7 or 7) or its name").required();
  parser.add("--at", options->at, fmt::format("{} (default)", place_help)).value_name("PLACE");
  parser.flag("--json", options->json, "print one JSON object");
  parser.footer(
      "Follows owners and the ends of tasks. Where nobody owns what is waited for it names all who ever ended such a\n"
      "wait, and goes on, as a guess, where that is one coroutine. A guess is never called a cycle.");
  chosen = [options](console& io) {
    const position where = parse_position(options->at);
    const diary::history trace = open_trace(options->file, io);
    const moment m(trace, where);
    const std::uint64_t id = coroutine_named(m, options->coroutine, "why");
    const explanation why = explain(trace, m.count(), m.t_ns(), id);
    options->json ? print_why_json(m, id, why, io) : print_why_text(m, why, io);
    return good;
  };
}

}  // namespace weft::viz::cli
