// weft diff: compares two traces and shows the first scheduling decision in which they differ. The exit status depends
// only on decisions; statistics and times are shown.
#include <fmt/core.h>

#include <memory>
#include <ostream>

#include "analysis/divergence.hpp"
#include "analysis/statistics.hpp"
#include "cli/output/json_output.hpp"
#include "cli/output/progress.hpp"
#include "cli/output/table.hpp"
#include "cli/subcommands.hpp"
#include "cli/trace_input.hpp"

namespace weft::viz::cli {
namespace {

struct diff_options {
  std::string a, b;
  bool json = false;
};

// One number of each trace.
struct measure {
  const char* key;    // in --json
  const char* title;  // in the table
  std::int64_t a = 0, b = 0;
  bool is_time = false;
};

statistics_row whole(const diary::history& trace) {
  const std::vector<statistics_row> rows = compute_statistics(trace, grouping::whole);
  return rows.empty() ? statistics_row{} : rows.front();
}

std::vector<measure> measures(const diary::history& a, const diary::history& b) {
  const statistics_row row_a = whole(a), row_b = whole(b);
  std::vector<measure> all;
  const auto add = [&](const char* key, const char* title, bool is_time, const auto& of) {
    all.push_back(
        {key, title, static_cast<std::int64_t>(of(a, row_a)), static_cast<std::int64_t>(of(b, row_b)), is_time});
  };
  using h = diary::history;
  using r = statistics_row;
  add("events", "events", false, [](const h& t, const r&) { return t.source().info().events; });
  add("lost", "lost events", false, [](const h& t, const r&) { return t.source().info().lost; });
  add("threads", "threads", false, [](const h& t, const r&) { return t.source().info().threads; });
  add("coroutines", "coroutines", false, [](const h& t, const r&) { return t.totals().coroutines; });
  add("finished", "finished", false, [](const h& t, const r&) { return t.totals().finished; });
  add("switches", "switches", false, [](const h& t, const r&) { return t.totals().switches; });
  add("polls", "polls", false, [](const h& t, const r&) { return t.totals().polls; });
  add("duration_ns", "duration", true, [](const h& t, const r&) { return t.source().info().duration_ns; });
  add("run_ns", "run", true, [](const h& t, const r&) { return t.totals().run_ns; });
  add("idle_ns", "idle", true, [](const h& t, const r&) { return t.totals().idle_ns; });
  add("ready_ns", "ready", true, [](const h&, const r& row) { return row.ready_ns; });
  add("blocked_ns", "blocked", true, [](const h&, const r& row) { return row.blocked_ns; });
  add("delay_p50_ns", "delay p50", true, [](const h&, const r& row) { return row.delay.percentile_ns(50); });
  add("delay_p99_ns", "delay p99", true, [](const h&, const r& row) { return row.delay.percentile_ns(99); });
  add("delay_max_ns", "delay max", true, [](const h&, const r& row) { return row.delay.max_ns(); });
  add("longest_run_ns", "longest run", true, [](const h&, const r& row) { return row.longest_run_ns; });
  return all;
}

json decision_json(const std::optional<decision>& d) {
  if (!d) return nullptr;
  return {{"event", d->event}, {"t_ns", d->t_ns}, {"text", d->text}};
}

void print_diff_json(const diary::history& a, const diary::history& b, const std::optional<divergence>& first,
                     console& io) {
  json out;
  out["same"] = !first;
  if (!first) {
    out["first_difference"] = nullptr;
  } else {
    json& difference = out["first_difference"];
    difference["thread"] = first->thread;
    difference["decision"] = first->index;
    difference["a"] = decision_json(first->a);
    difference["b"] = decision_json(first->b);
    difference["before"] = json::array();
    for (const decision& d : first->before) difference["before"].push_back(decision_json(d));
  }
  for (const measure& m : measures(a, b)) {
    out["totals"]["a"][m.key] = m.a;
    out["totals"]["b"][m.key] = m.b;
  }
  print_json(out, io);
}

std::string value_text(const measure& m, std::int64_t value) {
  return m.is_time ? short_duration(value) : std::to_string(value);
}

std::string change_text(const measure& m) {
  if (m.a == m.b) return "";
  if (m.a == 0) return "new";
  return fmt::format("{:+.1f} %",
                     (static_cast<double>(m.b) - static_cast<double>(m.a)) * 100 / static_cast<double>(m.a));
}

std::string decision_text(const std::optional<decision>& d) {
  return d ? fmt::format("event #{} at {}: {}", d->event, exact_time(d->t_ns), d->text) : "nothing: it has ended here";
}

void print_diff_text(const diary::history& a, const diary::history& b, const std::optional<divergence>& first,
                     console& io) {
  table t({{""}, {"a", align::right}, {"b", align::right}, {"change", align::right}});
  for (const measure& m : measures(a, b)) t.add({m.title, value_text(m, m.a), value_text(m, m.b), change_text(m)});
  t.print(io.out);
  if (!first) {
    io.out << "\nThe scheduling decisions are the same.\n";
    return;
  }
  io.out << fmt::format("\nThe scheduling decisions differ, on thread {} after {} that are the same:\n", first->thread,
                        first->index);
  for (const decision& d : first->before) io.out << fmt::format("    {}\n", decision_text(d));
  io.out << fmt::format("  a {}\n  b {}\n", decision_text(first->a), decision_text(first->b));
}

}  // namespace

void declare_diff(arguments& parser, action& chosen) {
  const auto options = std::make_shared<diff_options>();
  parser.add("A", options->a, "trace, or - for standard input").required();
  parser.add("B", options->b, "the trace that is compared with it").required();
  parser.flag("--json", options->json, "print one JSON object");
  parser.footer(
      "Exit status 1 exactly if the scheduling decisions differ: spawns, switches and wakes, in their order on\n"
      "each thread. Times and statistics are shown and never decide.");
  chosen = [options](console& io) {
    if (options->a == "-" && options->b == "-") throw usage_error("diff: only one of the two can be standard input");
    const diary::history a = open_trace(options->a, io);
    const diary::history b = open_trace(options->b, io);
    std::optional<divergence> first;
    {
      const progress shown("comparing", io);
      first = first_divergence(a, b);
    }
    options->json ? print_diff_json(a, b, first, io) : print_diff_text(a, b, first, io);
    return first ? answer_is_no : good;
  };
}

}  // namespace weft::viz::cli
