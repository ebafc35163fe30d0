// weft stat: the sums of statistics.hpp as a table or JSON.
#include <fmt/core.h>

#include <map>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/statistics.hpp"
#include "cli/output/json_output.hpp"
#include "cli/output/table.hpp"
#include "cli/subcommands.hpp"
#include "cli/trace_input.hpp"
#include "model/statistics_row.hpp"

namespace weft::viz::cli {
namespace {

struct stat_options {
  std::string file;
  std::string by = "coroutine";
  bool json = false;
};

const std::map<std::string, grouping> grouping_words{
    {"coroutine", grouping::coroutine}, {"site", grouping::site}, {"reason", grouping::reason}};

json row_json(const statistics_row& r, grouping by) {
  json out;
  out["name"] = r.name;
  out["id"] = r.id;
  for (const statistics_column& c : statistics_columns()) {
    if (!c.is_of(by)) continue;
    const std::size_t dot = c.key.find('.');
    if (dot == std::string_view::npos) {
      out[c.key] = c.value(r);
    } else {
      out[c.key.substr(0, dot)][c.key.substr(dot + 1)] = c.value(r);
    }
  }
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
  if (by == grouping::coroutine) columns.push_back({"id", align::right});
  const char* const title = by == grouping::coroutine ? "coroutine"
                            : by == grouping::site    ? "spawn site"
                                                      : "waited for";
  columns.push_back({title, align::left});
  for (const statistics_column& c : statistics_columns()) {
    if (c.in_text && c.is_of(by)) columns.push_back({std::string(c.title), align::right});
  }
  return columns;
}

std::string cell(const statistics_column& c, const statistics_row& r) {
  const std::int64_t value = c.value(r);
  switch (c.what) {
    case statistics_column::kind::duration:
      return short_duration(value);
    case statistics_column::kind::event:
      return r.longest_run_ns == 0 ? "" : fmt::format("#{}", value);
    case statistics_column::kind::number:
      break;
  }
  return std::to_string(value);
}

std::vector<std::string> cells(const statistics_row& r, grouping by) {
  std::vector<std::string> row;
  if (by == grouping::coroutine) row.push_back(std::to_string(r.id));
  row.push_back(r.name);
  for (const statistics_column& c : statistics_columns()) {
    if (c.in_text && c.is_of(by)) row.push_back(cell(c, r));
  }
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
