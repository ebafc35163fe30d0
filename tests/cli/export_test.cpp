// What weft export writes, read back by other means.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <sstream>

#include "cli/exporters.hpp"
#include "perfetto_reader.hpp"
#include "run_weft.hpp"
#include "sample_trace.hpp"
#include "shell.hpp"
#include "support/text_traces.hpp"

namespace weft::tests {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// Two threads, a wake across them, an error, a cancelled one, one that stands ready at the end, zones left open, a
// mark, a counter, states of no length, a gap.
constexpr const char* rich_text =
    "program \"rich\"\npid 77\n"
    "0.000001 T0 thread_start tid=77 text=\"first\"\n"
    "0.000001 T0 string id=1 text=\"main\"\n"
    "0.000001 T0 string id=2 text=\"=worker, \\\"the\\\" 工人\"\n"
    "0.000001 T0 string id=3 text=\"phase\"\n"
    "0.000001 T0 object id=9 kind=queue text=\"jobs\"\n"
    "0.000002 T0 spawn slot=1 id=1 called=1\n"
    "0.000003 T0 enter to=1\n"
    "0.000004 T0 spawn slot=2 id=2 parent=1 called=2\n"
    "0.000004 T0 spawn slot=3 id=3 parent=1\n"
    "0.000005 T0 zone_begin zone=3\n"
    "0.000006 T0 mark text=\"half\"\n"
    "0.000006 T0 counter counter=3 value=1.5\n"
    "0.000007 T0 block to=2 reason=queue_get object=9\n"
    "0.000008 T0 queue_put object=9 depth=0\n"
    "0.000008 T0 wake slot=1 cause=granted object=9\n"
    "0.000009 T0 yield to=3\n"
    "0.000009 T0 yield to=1\n"
    "0.000010 T0 zone_end\n"
    "0.000010 T0 zone_begin zone=3\n"
    "0.000011 T0 block_fd to=2 reason=fd_readable fd=5\n"
    "0.000012 T0 error text=\"std::runtime_error: lost\"\n"
    "0.000013 T0 finish to=3 status=failed\n"
    "0.000014 T0 sleep to=0 delay_ns=1000\n"
    "0.000014 T0 poll_begin timeout_ns_plus_1=1001\n"
    "0.000015 T1 thread_start tid=78 text=\"second\"\n"
    "0.000015 T1 spawn slot=4 id=4\n"
    "0.000016 T1 enter to=4\n"
    "0.000017 T1 cancel_delivered\n"
    "0.000018 T0 poll_end ready_fds=0\n"
    "0.000018 T0 wake_timer slot=3 cause=granted lateness_ns=0\n"
    "0.000019 T0 wake_fd slot=1 fd=5 ready=readable\n"
    "0.000020 T1 finish to=0 status=cancelled\n"
    "gap T0 4\n"
    "0.000030 T0 mark text=\"behind the gap\"\n";

std::string exported(const diary::history& trace, const char* to, bool all = false) {
  std::ostringstream out;
  viz::cli::export_options options;
  options.all_lanes = all;
  const std::string format = to;
  (format == "perfetto" ? viz::cli::export_perfetto
   : format == "chrome" ? viz::cli::export_chrome
                        : viz::cli::export_csv)(trace, out, options);
  return out.str();
}

diary::history sample_history() {
  const std::string bytes = sample_schedule().bytes();
  return diary::history(diary::reader::from_bytes({bytes.begin(), bytes.end()}, "sample.weft"));
}

// A trace that breaks rules: events at random, with slots and objects out of a hat.
diary::history nonsense(unsigned seed) {
  std::mt19937 random(seed);
  trace_builder b;
  const auto schemas = diary::all_event_schemas();
  for (std::uint64_t i = 0; i < 400; ++i) {
    const diary::event_schema& s = schemas[random() % schemas.size()];
    std::vector<std::uint64_t> args;
    for (unsigned k = 0; k < s.arg_count; ++k) args.push_back(random() % 5);
    b.at(i * (random() % 3));
    if (s.has_text) {
      b.raw_text(s.type, args, "text");
    } else {
      b.raw(s.type, args);
    }
  }
  const std::string bytes = b.bytes();
  return diary::history(diary::reader::from_bytes({bytes.begin(), bytes.end()}, "nonsense.weft"));
}

// Perfetto's rules, whatever is in the trace.
void expect_kept_rules(const perfetto_trace& t) {
  EXPECT_THAT(t.complaints, IsEmpty());
  ASSERT_FALSE(t.sequence_flags.empty());
  EXPECT_EQ(t.sequence_flags[0], 3u) << "the first packet clears the state";
  for (std::size_t i = 1; i < t.sequence_flags.size(); ++i) ASSERT_EQ(t.sequence_flags[i], 2u) << "packet " << i;
  for (const auto& [uuid, track] : t.tracks) {
    const bool is_os_track = !track.process.empty() || !track.thread.empty() || track.pid != 0 || track.tid != 0;
    if (uuid != 1 && !is_os_track) {
      EXPECT_EQ(track.merge_behavior, 2u) << track.name;
    }
  }
  std::map<std::uint64_t, int> depth;
  std::map<std::uint64_t, std::uint64_t> last_ns;
  std::map<std::uint64_t, std::uint64_t> flow_began_ns;
  std::set<std::uint64_t> flow_ended;
  for (const perfetto_event& e : t.events) {
    EXPECT_GE(e.t_ns, last_ns[e.track]) << e.name << ": time goes back on its track";
    last_ns[e.track] = e.t_ns;
    if (e.type == perfetto_event::begin) ++depth[e.track];
    if (e.type == perfetto_event::end) {
      EXPECT_GT(depth[e.track]--, 0) << "an end without a beginning";
    }
    for (const std::uint64_t flow : e.flows) {
      EXPECT_TRUE(flow_began_ns.emplace(flow, e.t_ns).second) << "flow " << flow << " begins twice";
    }
  }
  for (const perfetto_event& e : t.events) {
    for (const std::uint64_t flow : e.ending_flows) {
      EXPECT_EQ(e.type == perfetto_event::end, false);
      EXPECT_TRUE(flow_ended.insert(flow).second) << "flow " << flow << " ends twice";
      ASSERT_EQ(flow_began_ns.count(flow), 1u) << "flow " << flow << " never began";
      EXPECT_LE(flow_began_ns[flow], e.t_ns);
    }
  }
  EXPECT_EQ(flow_ended.size(), flow_began_ns.size()) << "each flow ends";
  for (const auto& [track, open] : depth) EXPECT_EQ(open, 0) << t.tracks.at(track).name << ": a slice stays open";
}

// Chrome's rules.
void expect_kept_rules(const json& document) {
  std::map<std::int64_t, int> depth;
  std::map<std::int64_t, double> last;
  std::map<std::uint64_t, std::string> flows;
  std::map<std::int64_t, bool> has_slice;
  std::set<std::int64_t> named, used;
  for (const json& e : document.at("traceEvents")) {
    const std::string phase = e.at("ph");
    const std::int64_t tid = e.at("tid");
    if (phase == "M") {
      if (e.at("name") == "thread_name") named.insert(tid);
      continue;
    }
    if (phase != "C") used.insert(tid);
    const double ts = e.at("ts");
    if (phase != "C") {
      EXPECT_GE(ts, last[tid]);
      last[tid] = ts;
    }
    if (phase == "B") ++depth[tid];
    if (phase == "E") {
      EXPECT_GT(depth[tid]--, 0);
    }
    has_slice[tid] = phase == "X" || (phase != "E" && has_slice[tid]);
    if (phase == "s" || phase == "f") {
      EXPECT_TRUE(depth[tid] > 0 || has_slice[tid]) << "a flow outside of a slice: " << e;
      flows[e.at("id")] += phase;
    }
    if (phase == "f") {
      EXPECT_EQ(e.at("bp"), "e");
    }
    if (phase == "i") {
      EXPECT_EQ(e.at("s"), "t");
    }
  }
  for (const auto& [tid, open] : depth) EXPECT_EQ(open, 0) << "tid " << tid;
  for (const auto& [id, phases] : flows) EXPECT_EQ(phases, "sf") << "flow " << id;
  for (const std::int64_t tid : used) EXPECT_EQ(named.count(tid), 1u) << "tid " << tid << " has no name";
}

TEST(ExportPerfetto, KeepsTheRulesOfTheFormat) {
  expect_kept_rules(perfetto_trace(exported(sample_history(), "perfetto")));
  expect_kept_rules(perfetto_trace(exported(trace_history(rich_text), "perfetto")));
}

TEST(ExportPerfetto, KeepsThemForTracesThatKeepNone) {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    expect_kept_rules(perfetto_trace(exported(nonsense(seed), "perfetto")));
    if (HasFailure()) return;
  }
}

TEST(ExportPerfetto, DrawsTheStatesOfACoroutineOneAfterTheOther) {
  const perfetto_trace t(exported(sample_history(), "perfetto"));

  std::vector<std::string> told;
  for (const perfetto_event& e : t.on(t.track_named("工人 (#2)"))) {
    if (e.type == perfetto_event::begin) told.push_back(e.name + " " + std::to_string(e.t_ns));
  }

  EXPECT_THAT(told, ElementsAre("ready 200", "running 1300", "ready 1400", "running 1700", "blocked: mutex 1900",
                                "ready 5000", "running 5800"));
}

TEST(ExportPerfetto, SaysWhatABlockedOneWaitsForAndWhoHoldsIt) {
  const perfetto_trace t(exported(sample_history(), "perfetto"));

  for (const perfetto_event& e : t.on(t.track_named("工人 (#2)"))) {
    if (e.name != "blocked: mutex" || e.type != perfetto_event::begin) continue;
    EXPECT_EQ(e.annotations.at("object"), "mutex “till”");
    EXPECT_EQ(e.annotations.at("owner"), "holder (#3)");
    return;
  }
  FAIL() << "no such slice";
}

TEST(ExportPerfetto, AFlowLeadsFromTheWakersTrackToWhereTheWokenRuns) {
  const perfetto_trace t(exported(sample_history(), "perfetto"));

  const auto wake = std::find_if(t.events.begin(), t.events.end(),
                                 [](const perfetto_event& e) { return e.name == "wakes 工人" && !e.flows.empty(); });
  ASSERT_NE(wake, t.events.end());
  const auto run = std::find_if(t.events.begin(), t.events.end(), [&](const perfetto_event& e) {
    return !e.ending_flows.empty() && e.ending_flows[0] == wake->flows[0];
  });

  EXPECT_EQ(wake->type, perfetto_event::instant);
  EXPECT_EQ(wake->track, t.track_named("holder (#3)"));
  ASSERT_NE(run, t.events.end());
  EXPECT_EQ(run->type, perfetto_event::begin);
  EXPECT_EQ(run->name, "running");
  EXPECT_EQ(run->track, t.track_named("工人 (#2)"));
}

TEST(ExportPerfetto, HasATrackForTheProcessTheThreadsAndTheCoroutines) {
  const perfetto_trace t(exported(trace_history(rich_text), "perfetto"));

  const std::uint64_t process = t.track_named("rich"), second = t.track_named("second");
  const std::uint64_t coroutines = t.track_named("coroutines");
  EXPECT_EQ(t.tracks.at(process).pid, 77u);
  EXPECT_EQ(t.tracks.at(second).tid, 78u);
  EXPECT_EQ(t.tracks.at(second).parent, 0u);
  EXPECT_EQ(t.tracks.at(coroutines).parent, process);
  EXPECT_EQ(t.tracks.at(coroutines).child_ordering, 3u);
  EXPECT_EQ(t.tracks.at(t.track_named("main (#1)")).parent, coroutines);
  EXPECT_TRUE(t.tracks.at(t.track_named("ready coroutines")).is_counter);
}

TEST(ExportPerfetto, AFailureAMarkAndACancellationAreInstants) {
  const perfetto_trace t(exported(trace_history(rich_text), "perfetto"));

  std::set<std::string> instants;
  std::string error;
  for (const perfetto_event& e : t.events) {
    if (e.type == perfetto_event::instant) instants.insert(e.name);
    if (e.annotations.count("error") != 0) error = e.annotations.at("error");
  }
  for (const char* const name : {"half", "failed", "cancelled"}) EXPECT_EQ(instants.count(name), 1u) << name;
  EXPECT_EQ(error, "std::runtime_error: lost");
}

// 501 coroutines, one after the other; all but 500 share a lane.
TEST(ExportPerfetto, CoroutinesBeyondFiveHundredShareTracks) {
  std::string text;
  for (int id = 1; id <= 503; ++id) {
    const std::string time = std::to_string(id) + ".0";
    text += time + " T0 spawn slot=1 id=" + std::to_string(id) + "\n" + time + " T0 enter to=1\n" + std::to_string(id) +
            "." + std::to_string(id) + " T0 finish to=0 status=done\n";
  }
  const diary::history trace = trace_history(text);
  const perfetto_trace shared(exported(trace, "perfetto")), all(exported(trace, "perfetto", true));

  expect_kept_rules(shared);
  EXPECT_NE(shared.track_named("others 1"), 0u);
  EXPECT_EQ(shared.track_named("others 2"), 0u) << "their lives do not overlap";
  EXPECT_EQ(shared.tracks.size() + 2, all.tracks.size());
}

TEST(ExportPerfetto, ProtocReadsIt) {
  if (shell("protoc --version").status != 0) GTEST_SKIP() << "no protoc here";
  const test_folder folder;
  const std::string file = folder.with("rich.pftrace", exported(trace_history(rich_text), "perfetto"));

  const outcome decoded = shell("protoc --decode_raw < " + file);

  EXPECT_EQ(decoded.status, 0) << decoded.out;
  EXPECT_THAT(decoded.out, StartsWith("1 {\n  8: 0\n  10: 1\n  13: 3\n"));
}

TEST(ExportChrome, KeepsTheRulesOfTheFormat) {
  expect_kept_rules(json::parse(exported(sample_history(), "chrome")));
  expect_kept_rules(json::parse(exported(trace_history(rich_text), "chrome")));
}

TEST(ExportChrome, KeepsThemForTracesThatKeepNone) {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    expect_kept_rules(json::parse(exported(nonsense(seed), "chrome")));
    if (HasFailure()) return;
  }
}

TEST(ExportChrome, TimesAreMicrosecondsWithThreeDecimals) {
  const std::string text = exported(sample_history(), "chrome");

  EXPECT_THAT(text, HasSubstr("\"ts\":1.300,"));
  EXPECT_THAT(text, HasSubstr("\"ts\":51.400,"));
  EXPECT_EQ(text.find("e+"), std::string::npos);
}

TEST(ExportChrome, NamesAreAscii) {
  const std::string text = exported(sample_history(), "chrome");

  EXPECT_TRUE(std::all_of(text.begin(), text.end(), [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); }));
  EXPECT_THAT(text, HasSubstr("\"\\u5de5\\u4eba (#2)\""));
}

// The rows of a CSV text, cells unquoted, as RFC 4180 has it.
std::vector<std::vector<std::string>> rows_of(const std::string& text) {
  std::vector<std::vector<std::string>> rows(1, {""});
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    std::string& cell = rows.back().back();
    if (quoted) {
      if (c != '"') {
        cell += c;
      } else if (i + 1 < text.size() && text[i + 1] == '"') {
        cell += text[++i];
      } else {
        quoted = false;
      }
    } else if (c == '"') {
      quoted = true;
    } else if (c == ',') {
      rows.back().emplace_back();
    } else if (c == '\n') {
      rows.emplace_back(1, "");
    } else {
      cell += c;
    }
  }
  rows.pop_back();
  return rows;
}

TEST(ExportCsv, EveryRowHasTheCellsOfTheTitle) {
  for (const diary::history& trace : {sample_history(), trace_history(rich_text), nonsense(5)}) {
    const auto rows = rows_of(exported(trace, "csv"));
    ASSERT_GT(rows.size(), 1u);
    for (const auto& row : rows) EXPECT_EQ(row.size(), rows[0].size());
  }
}

TEST(ExportCsv, ARowIsAStateOfACoroutine) {
  const auto rows = rows_of(exported(sample_history(), "csv"));

  const auto waits = std::find_if(rows.begin(), rows.end(), [](const auto& row) { return row[5] == "mutex"; });

  ASSERT_NE(waits, rows.end());
  EXPECT_THAT(*waits, ElementsAre("2", "工人", "shop.cpp:42", "0", "blocked", "mutex", "mutex “till”", "3", "", "1900",
                                  "5000", "3100", "19", ""));
}

TEST(ExportCsv, NamesAreQuotedAndNoFormulas) {
  const auto rows = rows_of(exported(trace_history(rich_text), "csv"));

  std::set<std::string> names;
  for (const auto& row : rows) names.insert(row[1]);
  EXPECT_EQ(names.count("'=worker, \"the\" 工人"), 1u);
}

TEST(ExportCsv, TheDurationsAddUpToEachLife) {
  const diary::history trace = sample_history();
  std::map<std::string, std::int64_t> sums;
  for (const auto& row : rows_of(exported(trace, "csv"))) {
    if (row[0] != "id") sums[row[0]] += std::stoll(row[11]);
  }

  for (const diary::coroutine_record& c : trace.coroutines()) {
    EXPECT_EQ(sums[std::to_string(c.id)], c.run_ns + c.ready_ns + c.blocked_ns) << c.id;
  }
}

TEST(Export, IsTheSameEveryTime) {
  for (const char* const to : {"perfetto", "chrome", "csv"}) {
    EXPECT_EQ(exported(trace_history(rich_text), to), exported(trace_history(rich_text), to)) << to;
  }
}

TEST(Export, WritesAFileOrStandardOutput) {
  const test_folder folder;
  const std::string file = folder.with("sample.weft", sample_schedule().bytes()), out = folder.path("out.csv");

  EXPECT_EQ(run_weft({"export", file, "--to", "csv", "-o", out}).status, 0);

  EXPECT_EQ(read_file(out), run_weft({"export", file, "--to", "csv", "-o", "-"}).out);
  EXPECT_THAT(read_file(out), StartsWith("id,name,"));
}

TEST(Export, DoesNotWriteOverTheTraceItReads) {
  const test_folder folder;
  const std::string file = folder.with("sample.weft", sample_schedule().bytes());

  const outcome result = run_weft({"export", file, "--to", "csv", "-o", file});

  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, HasSubstr("is the trace itself"));
  EXPECT_EQ(read_file(file), sample_schedule().bytes());
}

TEST(Export, WithoutAFormatIsWrongUse) {
  EXPECT_EQ(run_weft({"export", "x.weft", "-o", "-"}).status, 2);
  EXPECT_EQ(run_weft({"export", "x.weft", "--to", "excel", "-o", "-"}).status, 2);
}

TEST(Export, AFullDiskIsOneLine) {
  const test_folder folder;
  const std::string file = folder.with("sample.weft", sample_schedule().bytes());

  const outcome result = shell("\"$WEFT\" export " + file + " --to csv -o /dev/full");

  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(line_count(result.out), 1u) << result.out;
  EXPECT_THAT(result.out, HasSubstr("cannot write"));
}

}  // namespace
}  // namespace weft::tests
