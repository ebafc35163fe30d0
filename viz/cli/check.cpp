// weft check: findings as text, JSON, or JUnit for a CI job.
#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <ostream>
#include <set>

#include "analysis/findings.hpp"
#include "analysis/statistics.hpp"
#include "cli/output/json_output.hpp"
#include "cli/output/progress.hpp"
#include "cli/output/table.hpp"
#include "cli/position.hpp"
#include "cli/subcommands.hpp"
#include "cli/trace_input.hpp"
#include "model/xml_text.hpp"

namespace weft::viz::cli {
namespace {

struct check_options {
  std::string file, max_run, p99_delay;
  std::string format = "text";
  std::vector<std::string> only, without;
  bool json = false;
  bool kinds = false;
};

finding_kind kind_named(const std::string& word) {
  std::string all;
  for (const finding_kind_entry& k : finding_kinds()) {
    if (word == k.word) return k.kind;
    all += (all.empty() ? " " : ", ") + std::string(k.word);
  }
  throw usage_error(fmt::format("check: {}: no such finding: write one of{}", word, all));
}

// Returns a finding if the delay is more than --p99-delay allows.
std::vector<finding_group> slow_queue(const diary::history& trace, std::int64_t limit_ns) {
  const std::vector<statistics_row> rows = compute_statistics(trace, grouping::whole);
  if (rows.empty() || rows.front().delay.percentile_ns(99) <= limit_ns) return {};
  const distribution& delay = rows.front().delay;
  finding f;
  f.kind = finding_kind::queue_delay;
  f.when = {trace.source().info().first_ns, trace.source().info().last_ns};
  f.lasted_ns = f.when.length_ns();
  f.title = fmt::format("99 % of the delays from ready to running are up to {}, not {}",
                        short_duration(delay.percentile_ns(99)), short_duration(limit_ns));
  f.detail = fmt::format("Half are up to {}, the longest is {}.", short_duration(delay.percentile_ns(50)),
                         short_duration(delay.max_ns()));
  finding_groups one;
  const time_range run = f.when;
  one.add(std::move(f));
  return one.finish(run, {});
}

std::string place_text(const finding& f) {
  return fmt::format("from {} for {}, event #{}", exact_time(f.when.begin_ns), short_duration(f.when.length_ns()),
                     f.evidence);
}

// The worst instances but the very worst, worst first: a few for each finding, --json prints all.
std::vector<const finding*> next_worst(const finding_group& g) {
  constexpr std::size_t most = 3;
  std::vector<const finding*> all;
  for (const finding& f : g.instances) {
    if (f.evidence != g.worst.evidence || f.coroutine != g.worst.coroutine) all.push_back(&f);
  }
  const std::size_t shown = std::min(all.size(), most);
  std::partial_sort(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(shown), all.end(),
                    [](const finding* a, const finding* b) { return is_worse(*a, *b); });
  all.resize(shown);
  return all;
}

// Without the line end of its last line.
std::string group_text(const finding_group& g) {
  std::string text = fmt::format("{}: {}\n    {}severity {}", to_text(g.kind), g.title,
                                 g.site.empty() ? "" : g.site + ", ", static_cast<int>(g.severity));
  if (g.sum_ns > 0) text += fmt::format(", {} in all, {} of the run", short_duration(g.sum_ns), share_text(g.share));
  if (g.count > 1) text += fmt::format("\n    the worst of {}: {}", g.count, g.worst.title);
  text += fmt::format("\n    {}\n    {}", g.worst.detail, place_text(g.worst));
  if (g.count == 1) return text;
  const std::vector<const finding*> others = next_worst(g);
  for (const finding* f : others) {
    text += fmt::format("\n    also {}{}", place_text(*f), f->name.empty() ? "" : ", " + f->name);
  }
  if (g.count > others.size() + 1) text += fmt::format("\n    and {} more", g.count - others.size() - 1);
  return text;
}

void print_findings_text(const diary::history& trace, const std::vector<finding_group>& found, console& io) {
  for (const finding_group& g : found) io.out << group_text(g) << "\n";
  io.out << fmt::format("{}: {} events, {}\n", diary::sanitised(trace.source().info().path),
                        trace.source().event_count(),
                        found.empty()       ? "nothing found"
                        : found.size() == 1 ? "1 finding"
                                            : fmt::format("{} findings", found.size()));
}

// The keys that a finding and each of its instances have.
void add_place(json& out, const finding& f) {
  out["event"] = f.evidence;
  out["begin_ns"] = f.when.begin_ns;
  out["end_ns"] = f.when.end_ns;
  out["coroutine"] = f.coroutine != 0 ? json(f.coroutine) : json(nullptr);
  out["name"] = f.name;
}

json group_json(const finding_group& g) {
  json out;
  out["kind"] = to_text(g.kind);
  out["title"] = g.worst.title;
  out["detail"] = g.worst.detail;
  add_place(out, g.worst);
  out["count"] = g.count;
  out["sum_ns"] = g.sum_ns;
  out["share"] = g.share;
  out["severity"] = static_cast<int>(g.severity);
  out["site"] = g.site;
  out["instances"] = json::array();
  for (const finding& f : g.instances) {
    json instance;
    add_place(instance, f);
    out["instances"].push_back(std::move(instance));
  }
  return out;
}

void print_findings_json(const diary::history& trace, const std::vector<finding_group>& found, console& io) {
  json out;
  out["file"] = trace.source().info().path;
  out["events"] = trace.source().event_count();
  out["lost"] = trace.source().info().lost;
  out["findings"] = json::array();
  for (const finding_group& g : found) out["findings"].push_back(group_json(g));
  print_json(out, io);
}

// Prints one test case for each kind that was checked; its findings make it fail. So a CI job sees what was checked,
// not only what went wrong.
void print_findings_junit(const diary::history& trace, const std::vector<finding_group>& found,
                          const std::set<finding_kind>& wanted, console& io) {
  std::set<finding_kind> failed;
  for (const finding_group& g : found) failed.insert(g.kind);
  const std::string path = xml_text(diary::sanitised(trace.source().info().path));
  io.out << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
         << fmt::format(
                "<testsuites tests=\"{0}\" failures=\"{1}\">\n"
                "  <testsuite name=\"weft check {2}\" tests=\"{0}\" failures=\"{1}\" errors=\"0\">\n",
                wanted.size(), failed.size(), path);
  for (const finding_kind kind : wanted) {
    io.out << fmt::format("    <testcase classname=\"{}\" name=\"{}\"", path, to_text(kind));
    if (failed.count(kind) == 0) {
      io.out << "/>\n";
      continue;
    }
    io.out << ">\n";
    std::string message, all;
    for (const finding_group& g : found) {
      if (g.kind != kind) continue;
      if (message.empty()) message = g.title;
      all += group_text(g) + "\n";
    }
    io.out << fmt::format("      <failure message=\"{}\" type=\"{}\">{}</failure>\n    </testcase>\n",
                          xml_text(message), to_text(kind), xml_text(all));
  }
  io.out << "  </testsuite>\n</testsuites>\n";
}

void print_kinds(const check_options& options, console& io) {
  if (options.json || options.format == "json") {
    json out;
    out["kinds"] = json::array();
    for (const finding_kind_entry& k : finding_kinds()) {
      out["kinds"].push_back({{"kind", k.word}, {"severity", static_cast<int>(k.how_bad)}, {"sentence", k.meaning}});
    }
    print_json(out, io);
    return;
  }
  for (const finding_kind_entry& k : finding_kinds()) {
    io.out << fmt::format("{:<20} {} {}\n", k.word, static_cast<int>(k.how_bad), k.meaning);
  }
}

std::set<finding_kind> wanted_kinds(const check_options& options) {
  std::set<finding_kind> wanted;
  if (!options.only.empty()) {
    for (const std::string& word : options.only) wanted.insert(kind_named(word));
  } else {
    for (const finding_kind_entry& k : finding_kinds()) wanted.insert(k.kind);
    if (options.p99_delay.empty()) wanted.erase(finding_kind::queue_delay);
  }
  for (const std::string& word : options.without) wanted.erase(kind_named(word));
  return wanted;
}

std::vector<finding_group> findings_of(diary::history& trace, std::int64_t long_run_ns, const check_options& options,
                                       console& io) {
  const progress shown("checking", io);
  std::vector<finding_group> found = find_all(trace, long_run_ns, false);
  if (!options.p99_delay.empty()) {
    for (finding_group& slow : slow_queue(trace, parse_time_ns(options.p99_delay))) {
      const auto place =
          std::find_if(found.begin(), found.end(), [&](const finding_group& g) { return g.severity > slow.severity; });
      found.insert(place, std::move(slow));
    }
  }
  return found;
}

int check(const check_options& options, console& io) {
  if (options.kinds) {
    print_kinds(options, io);
    return good;
  }
  if (options.file.empty()) throw usage_error("check: FILE is required");
  const std::set<finding_kind> wanted = wanted_kinds(options);
  std::int64_t long_run_ns = model_limits{}.long_run_ns;
  if (!options.max_run.empty()) long_run_ns = parse_time_ns(options.max_run);
  if (!options.p99_delay.empty()) parse_time_ns(options.p99_delay);  // report an error before the file is read
  if (long_run_ns <= 0) throw usage_error("check: --max-run must be more than 0");
  diary::history trace = open_trace_to_tell(options.file, io);
  std::vector<finding_group> found = findings_of(trace, long_run_ns, options, io);
  std::erase_if(found, [&](const finding_group& g) { return wanted.count(g.kind) == 0; });
  if (options.json || options.format == "json") {
    print_findings_json(trace, found, io);
  } else if (options.format == "junit") {
    print_findings_junit(trace, found, wanted, io);
  } else {
    print_findings_text(trace, found, io);
  }
  return found.empty() ? good : answer_is_no;
}

}  // namespace

void declare_check(arguments& parser, action& chosen) {
  const auto options = std::make_shared<check_options>();
  parser.add("FILE", options->file, "trace, or - for standard input");
  parser.add("--max-run", options->max_run, "how long one may hold the thread; default 10ms").value_name("TIME");
  parser
      .add("--p99-delay", options->p99_delay,
           "what 99 % of the delays from ready to running may be; default: not looked at")
      .value_name("TIME");
  parser.add("--format", options->format, "text (default), json, or junit for CI")
      .value_name("FORMAT")
      .one_of({"text", "json", "junit"});
  parser.flag("--json", options->json, "the same as --format json");
  parser.add("--only", options->only, "look for this finding only; may be given several times").value_name("KIND");
  parser.add("--without", options->without, "do not look for this finding").value_name("KIND");
  parser.flag("--kinds", options->kinds, "only print all kinds of findings: kind, severity (1 is the worst), meaning");
  std::string kinds = "Findings, and their severity (1 is the worst):\n";
  for (const finding_kind_entry& k : finding_kinds()) {
    kinds += fmt::format("  {:<20} {} {}\n", k.word, static_cast<int>(k.how_bad), k.meaning);
  }
  parser.footer(
      kinds +
      "One cause at one site is one finding, with a count, a sum and its share of the run; the worst come first.\n"
      "Each follows from the exact order of events, none from what spans lost ones. Exit status 1 if there are any.");
  chosen = [options](console& io) { return check(*options, io); };
}

}  // namespace weft::viz::cli
