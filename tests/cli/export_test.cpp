// The output of weft export, read back by other means.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>
#include <sstream>

#include "cli/export/exporters.hpp"
#include "run_weft.hpp"
#include "sample_trace.hpp"
#include "shell.hpp"
#include "support/output_rules.hpp"
#include "support/text_traces.hpp"
#include "trace/file/merge.hpp"

namespace weft::tests {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

// Two threads, a wake between them, an error, a cancelled coroutine, one that is ready at the end, open zones, a mark,
// a counter, states without length, a gap.
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

// The events of a Chrome JSON.
json events_of(const std::string& text) { return json::parse(text).at("traceEvents"); }

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

// A trace that breaks rules: random events with random slots and objects.
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

TEST(ExportPerfetto, KeepsTheRulesOfTheFormat) {
  EXPECT_EQ(broken_perfetto(exported(sample_history(), "perfetto")), "");
  EXPECT_EQ(broken_perfetto(exported(trace_history(rich_text), "perfetto")), "");
}

TEST(ExportPerfetto, KeepsThemForTracesThatKeepNone) {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    EXPECT_EQ(broken_perfetto(exported(nonsense(seed), "perfetto")), "");
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

// Coroutines that live one after the other: one shared lane is enough for those without their own.
TEST(ExportPerfetto, CoroutinesBeyondFiveHundredShareTracks) {
  std::string text;
  for (int id = 1; id <= 503; ++id) {
    const std::string time = std::to_string(id) + ".0";
    text += time + " T0 spawn slot=1 id=" + std::to_string(id) + "\n" + time + " T0 enter to=1\n" + std::to_string(id) +
            "." + std::to_string(id) + " T0 finish to=0 status=done\n";
  }
  const diary::history trace = trace_history(text);
  const std::string shared_bytes = exported(trace, "perfetto");
  const perfetto_trace shared(shared_bytes), all(exported(trace, "perfetto", true));

  EXPECT_EQ(broken_perfetto(shared_bytes), "");
  EXPECT_NE(shared.track_named("others 1"), 0u);
  EXPECT_EQ(shared.track_named("others 2"), 0u) << "their lives do not overlap";
  EXPECT_EQ(shared.tracks.size() + 3, all.tracks.size());
}

// All are alive at once, each with a zone and a wait: states of those without a lane are instants on the last lane.
std::string thousands_alive() {
  std::string text = "0.0 T0 thread_start tid=5 text=\"crowd\"\n0.0 T0 string id=1 text=\"work\"\n";
  for (int id = 1; id <= 900; ++id) {
    text += "0.0 T0 spawn slot=" + std::to_string(id) + " id=" + std::to_string(id) + "\n";
  }
  for (int id = 1; id <= 900; ++id) {
    const std::string at = std::to_string(id) + ".0 T0 ";
    text += at + "enter to=" + std::to_string(id) + "\n" + at + "zone_begin zone=1\n" + at +
            "wake slot=" + std::to_string(id - 1) + " cause=granted object=0\n" + at + "zone_end\n" + at +
            "sleep to=0 delay_ns=1000\n";
  }
  return text;
}

TEST(ExportPerfetto, HasAtMostFiveHundredTracksForThoseAliveAtOnce) {
  const diary::history trace = trace_history(thousands_alive());
  const std::string bytes = exported(trace, "perfetto");
  const perfetto_trace t(bytes);

  EXPECT_EQ(broken_perfetto(bytes), "");
  const std::uint64_t group = t.track_named("coroutines"), rest = t.track_named("the rest");
  const auto lanes =
      std::count_if(t.tracks.begin(), t.tracks.end(), [&](const auto& each) { return each.second.parent == group; });
  EXPECT_EQ(lanes, 500);
  std::set<std::string> told;
  for (const perfetto_event& e : t.on(rest)) told.insert(e.name);
  for (const char* const name : {"#899 running", "#899 blocked: sleep", "#899 begins work"}) {
    EXPECT_EQ(told.count(name), 1u) << name;
  }
}

TEST(ExportChrome, HasAtMostFiveHundredLanesForThoseAliveAtOnce) {
  const std::string text = exported(trace_history(thousands_alive()), "chrome");

  EXPECT_EQ(broken_chrome(text), "");
  std::size_t lanes = 0;
  for (const json& e : events_of(text)) {
    const std::string name = e.contains("args") ? e.at("args").value("name", "") : "";
    lanes += e.at("ph") == "M" && e.at("name") == "thread_name" && name.find("zones") == std::string::npos;
  }
  EXPECT_EQ(lanes, 500u + 1u) << "those of the coroutines, and the thread";
}

// A piece of a chunk was lost: only a packed checkpoint names the live coroutines.
TEST(Export, KnowsWhomOnlyAPackedCheckpointNames) {
  const diary::history trace =
      trace_history(read_file(std::string(WEFT_FUZZ_CORPUS) + "/answers/only_a_packed_checkpoint_names_them"));
  const perfetto_trace t(exported(trace, "perfetto"));

  EXPECT_EQ(t.track_named("the rest"), 0u);
  std::vector<std::string> states;
  for (const perfetto_event& e : t.on(t.track_named("#14"))) {
    if (e.type == perfetto_event::begin) states.push_back(e.name);
  }
  EXPECT_THAT(states, ElementsAre("ready", "running"));
  EXPECT_NE(t.track_named("#12"), 0u);
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
  EXPECT_EQ(broken_chrome(exported(sample_history(), "chrome")), "");
  EXPECT_EQ(broken_chrome(exported(trace_history(rich_text), "chrome")), "");
}

TEST(ExportChrome, KeepsThemForTracesThatKeepNone) {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    EXPECT_EQ(broken_chrome(exported(nonsense(seed), "chrome")), "");
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

// The names of the operating system, the program and weft are kept, and kept apart.
TEST(ExportChrome, ThreadsKeepTheirNamesAndNumbers) {
  const json events = json::parse(exported(trace_history(rich_text), "chrome")).at("traceEvents");

  std::map<std::uint64_t, std::string> names;
  for (const json& e : events) {
    if (e.at("ph") == "M" && e.at("name") == "thread_name") names[e.at("tid")] = e.at("args").at("name");
  }
  EXPECT_EQ(names[77], "first");
  EXPECT_EQ(names[78], "second");
}

TEST(ExportChrome, ThreadsOfTheSameNumberAreApart) {
  const json events = json::parse(exported(trace_history("0.1 T0 thread_start tid=7 text=\"a\"\n"
                                                         "0.1 T0 poll_begin timeout_ns_plus_1=0\n"
                                                         "0.2 T1 thread_start tid=7 text=\"b\"\n"
                                                         "0.2 T1 poll_begin timeout_ns_plus_1=0\n"),
                                           "chrome"))
                          .at("traceEvents");

  std::map<std::string, std::uint64_t> tids;
  for (const json& e : events) {
    if (e.at("ph") == "M" && e.at("name") == "thread_name") tids[e.at("args").at("name")] = e.at("tid");
  }
  EXPECT_EQ(tids["a"], 7u);
  EXPECT_NE(tids["b"], 7u);
}

TEST(ExportChrome, WhatHasNoNameSaysSo) {
  const std::string text = exported(trace_history("0.1 T0 string id=1 text=\"\"\n0.1 T0 zone_begin zone=1\n"
                                                  "0.2 T0 mark text=\"\"\n0.3 T0 zone_end\n"),
                                    "chrome");

  EXPECT_EQ(broken_chrome(text), "");
  std::vector<std::string> names;
  for (const json& e : events_of(text)) {
    if (e.at("ph") == "B" || e.at("ph") == "i") names.push_back(e.at("name"));
  }
  EXPECT_THAT(names, ElementsAre("(no name)", "(no name)"));
}

TEST(Export, ACounterOfTheProgramIsApartFromOurs) {
  const diary::history trace = trace_history(
      "0.1 T0 string id=1 text=\"ready coroutines\"\n0.1 T0 string id=2 text=\"jobs\"\n"
      "0.1 T0 string id=3 text=\"jobs\"\n0.1 T0 spawn slot=1 id=1\n"
      "0.2 T0 counter counter=1 value=42\n0.2 T0 counter counter=2 value=1\n0.2 T0 counter counter=3 value=2\n"
      "0.2 T0 counter counter=8 value=3\n0.2 T0 counter counter=9 value=4\n");

  std::map<std::string, int> told;
  for (const json& e : events_of(exported(trace, "chrome"))) told[e.value("name", "")] += e.at("ph") == "C";
  EXPECT_EQ(told["ready coroutines"], 1);
  EXPECT_EQ(told["ready coroutines (2)"], 1);
  EXPECT_EQ(told["jobs"], 2) << "strings of two threads may say the same";
  EXPECT_EQ(told["(no name)"], 1);
  EXPECT_EQ(told["(no name) (2)"], 1);
  const perfetto_trace t(exported(trace, "perfetto"));
  EXPECT_EQ(t.on(t.track_named("ready coroutines")).size(), 1u);
  EXPECT_EQ(t.on(t.track_named("ready coroutines (2)")).size(), 1u);
  EXPECT_EQ(t.on(t.track_named("jobs")).size(), 2u);
}

TEST(Export, EachProcessHasItsThreadsAndCoroutines) {
  const auto program = [](const char* name, int pid) {
    return "program \"" + std::string(name) + "\"\npid " + std::to_string(pid) +
           "\n0.1 T0 thread_start tid=" + std::to_string(pid) +
           " text=\"main\"\n0.1 T0 spawn slot=1 id=1\n0.2 T0 enter to=1\n0.3 T0 block_fd to=0 reason=fd_readable "
           "fd=5\n";
  };
  const std::vector<diary::reader> two = [&] {
    std::vector<diary::reader> readers;
    readers.push_back(trace_reader(program("shop", 11)));
    readers.push_back(trace_reader(program("till", 22)));
    return readers;
  }();
  const diary::history trace(diary::reader::from_bytes(diary::merged(two), "both"));
  const perfetto_trace t(exported(trace, "perfetto"));
  const std::string text = exported(trace, "chrome");

  EXPECT_EQ(broken_perfetto(exported(trace, "perfetto")), "");
  EXPECT_EQ(t.tracks.at(t.track_named("shop")).pid, 11u);
  EXPECT_EQ(t.tracks.at(t.track_named("till")).pid, 22u);
  const perfetto_track& lane = t.tracks.at(t.track_named("#2"));
  EXPECT_EQ(t.tracks.at(t.tracks.at(lane.parent).parent).pid, 22u);
  EXPECT_EQ(broken_chrome(text), "");
  std::map<std::uint64_t, std::string> processes;
  std::set<std::uint64_t> pids;
  for (const json& e : events_of(text)) {
    if (e.value("name", "") == "process_name") processes[e.at("pid")] = e.at("args").at("name");
    if (e.value("name", "") == "blocked: fd_readable") {
      pids.insert(e.at("pid").get<std::uint64_t>());
      EXPECT_EQ(e.at("args").at("fd"), 5);
    }
  }
  EXPECT_THAT(processes, ElementsAre(std::pair(11, "shop"), std::pair(22, "till")));
  EXPECT_THAT(pids, ElementsAre(11u, 22u));
}

// The rows of a CSV text, with unquoted cells, according to RFC 4180.
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

// Its times have no sign.
TEST(ExportPerfetto, TimesBeforeTheRecordingAreShiftedAndNoneIsNegative) {
  const test_folder folder;
  const std::string file = folder.path("early.weft"), out = folder.path("early.pftrace");
  const outcome loaded = run_weft({"load", "-", "-o", file},
                                  "# weft trace text 1\n"
                                  "-0.5 T0 thread_start tid=1 text=\"main\"\n"
                                  "-0.4 T0 spawn slot=1 id=1\n"
                                  "-0.3 T0 enter to=1\n"
                                  "0.1 T0 mark text=\"here\"\n"
                                  "0.2 T0 finish to=0 status=done\n");
  ASSERT_EQ(loaded.status, 0) << loaded.err;

  const outcome result = run_weft({"export", file, "--to", "perfetto", "-o", out});

  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.err, HasSubstr("perfetto has no times before 0"));
  EXPECT_EQ(broken_perfetto(read_file(out)), "");
  const perfetto_trace t(read_file(out));
  std::map<std::string, std::int64_t> told;
  for (const perfetto_event& e : t.events) {
    EXPECT_GE(static_cast<std::int64_t>(e.t_ns), 0) << e.name;
    told.emplace(e.name, static_cast<std::int64_t>(e.t_ns));
  }
  EXPECT_EQ(told.at("here"), 600'000'000) << "0.1 s, and all are half a second later";
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
