// weft stat: the sums of statistics.hpp as a table or JSON.
#include <fmt/core.h>

#include <map>
#include <memory>
#include <ostream>

#include "analysis/statistics.hpp"
#include "cli/output/json_output.hpp"
#include "cli/output/table.hpp"
#include "cli/subcommands.hpp"
#include "cli/trace_input.hpp"

namespace weft::viz::cli {
namespace {

struct stat_options {
  std::string file;
  std::string by = "coroutine";
  bool json = false;
};

const std::map<std::string, grouping> grouping_words{
    {"coroutine", grouping::coroutine}, {"site", grouping::site}, {"reason", grouping::reason}};

json distribution_json(const distribution& d) {
  return {{"count", d.count()},
          {"p50_ns", d.percentile_ns(50)},
          {"p90_ns", d.percentile_ns(90)},
          {"p99_ns", d.percentile_ns(99)},
          {"max_ns", d.max_ns()}};
}

json row_json(const statistics_row& r, grouping by) {
  json out;
  out["name"] = r.name;
  out["id"] = r.id;
  out["runs"] = r.runs;
  out["switches"] = r.switches;
  out["run_ns"] = r.run_ns;
  out["ready_ns"] = r.ready_ns;
  out["blocked_ns"] = r.blocked_ns;
  out["spawns"] = r.spawns;
  if (by == grouping::site) out["coroutines"] = r.coroutines;
  out["delay"] = distribution_json(r.delay);
  if (by == grouping::reason) out["waited"] = distribution_json(r.waited);
  out["longest_run_ns"] = r.longest_run_ns;
  out["longest_run_event"] = r.longest_run_event;
  return out;
}

void print_rows_json(const diary::history& trace, const std::vector<statistics_row>& rows, grouping by, console& io) {
  const auto& totals = trace.totals();
  const diary::file_info& f = trace.source().info();
  json out;
  out["totals"] = {{"coroutines", totals.coroutines},
                   {"finished", totals.finished},
                   {"switches", totals.switches},
                   {"events", f.events},
                   {"duration_ns", f.duration_ns},
                   {"run_ns", totals.run_ns},
                   {"idle_ns", totals.idle_ns},
                   {"lost", f.lost},
                   {"polls", totals.polls}};
  out["rows"] = json::array();
  for (const statistics_row& r : rows) out["rows"].push_back(row_json(r, by));
  print_json(out, io);
}

std::vector<table::column> columns_for(grouping by) {
  std::vector<table::column> columns;
  const auto number = [&](std::string title) { columns.push_back({std::move(title), align::right}); };
  if (by == grouping::coroutine) number("id");
  const char* const title = by == grouping::coroutine ? "coroutine"
                            : by == grouping::site    ? "spawn site"
                                                      : "waited for";
  columns.push_back({title, align::left});
  if (by == grouping::site) number("coroutines");
  number("runs");
  number("switches");
  number("run");
  number("ready");
  number("blocked");
  if (by == grouping::reason) {
    for (const char* const each : {"waits", "wait p50", "wait p99", "wait max"}) number(each);
  }
  for (const char* const each : {"delay p50", "p90", "p99", "max", "longest run", "at event"}) number(each);
  return columns;
}

std::vector<std::string> cells(const statistics_row& r, grouping by) {
  std::vector<std::string> row;
  if (by == grouping::coroutine) row.push_back(std::to_string(r.id));
  row.push_back(r.name);
  if (by == grouping::site) row.push_back(std::to_string(r.coroutines));
  row.push_back(std::to_string(r.runs));
  row.push_back(std::to_string(r.switches));
  for (const std::int64_t ns : {r.run_ns, r.ready_ns, r.blocked_ns}) row.push_back(short_duration(ns));
  if (by == grouping::reason) {
    row.push_back(std::to_string(r.waited.count()));
    for (const std::int64_t ns : {r.waited.percentile_ns(50), r.waited.percentile_ns(99), r.waited.max_ns()}) {
      row.push_back(short_duration(ns));
    }
  }
  for (const unsigned per_cent : {50U, 90U, 99U}) row.push_back(short_duration(r.delay.percentile_ns(per_cent)));
  row.push_back(short_duration(r.delay.max_ns()));
  row.push_back(short_duration(r.longest_run_ns));
  row.push_back(r.longest_run_ns == 0 ? "" : fmt::format("#{}", r.longest_run_event));
  return row;
}

void print_rows_text(const diary::history& trace, const std::vector<statistics_row>& rows, grouping by, console& io) {
  const auto& totals = trace.totals();
  const diary::file_info& f = trace.source().info();
  io.out << fmt::format("{} coroutines ({} finished), {} switches, {} events in {}: run {}, idle {}, {} lost\n\n",
                        totals.coroutines, totals.finished, totals.switches, f.events, short_duration(f.duration_ns),
                        short_duration(totals.run_ns), short_duration(totals.idle_ns), f.lost);
  table t(columns_for(by));
  for (const statistics_row& r : rows) t.add(cells(r, by));
  t.print(io.out);
}

}  // namespace

void declare_stat(arguments& parser, action& chosen) {
  const auto options = std::make_shared<stat_options>();
  parser.add("FILE", options->file, "trace, or - for standard input").required();
  parser.add("--by", options->by, "a row for each coroutine (default), spawn site or wait reason")
      .value_name("WHAT")
      .one_of({"coroutine", "site", "reason"});
  parser.flag("--json", options->json, "print one JSON object");
  parser.footer(
      "runs: times it was switched to; going on alone after a wait is the same run.\n"
      "delay: from ready to running (percentiles are exact up to 512 runs, then within 1/64).\n"
      "longest run: without giving the thread to another. Times still going on count up to the end of the trace.");
  chosen = [options](console& io) {
    const grouping by = grouping_words.at(options->by);
    const diary::history trace = open_trace(options->file, io);
    const std::vector<statistics_row> rows = compute_statistics(trace, by);
    options->json ? print_rows_json(trace, rows, by, io) : print_rows_text(trace, rows, by, io);
    return good;
  };
}

}  // namespace weft::viz::cli
