// The commands that answer questions: why, check, diff, tail.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/programs/chunk_tail.hpp"
#include "run_weft.hpp"
#include "sample_trace.hpp"
#include "shell.hpp"
#include "support/text_traces.hpp"

namespace weft::tests {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class Questions : public ::testing::Test {
 protected:
  std::string trace(const std::string& name, const std::string& text) const {
    const std::vector<std::uint8_t> bytes = trace_bytes(text);
    return folder_.with(name, std::string(bytes.begin(), bytes.end()));
  }

  const test_folder folder_;
  const std::string sample_ = folder_.with("sample.weft", sample_schedule().bytes());
};

// why

class Why : public Questions {
 protected:
  json asked(const std::string& file, const std::string& coroutine, const std::string& at) const {
    const outcome result = run_weft({"why", file, coroutine, "--at", at, "--json"});
    EXPECT_EQ(result.status, 0) << result.err;
    return result.json();
  }
  static std::vector<std::string> chain(const json& why) {
    std::vector<std::string> links;
    for (const json& link : why.at("links")) {
      links.push_back(link.at("because").get<std::string>() + " " + link.at("name").get<std::string>() + " " +
                      link.at("state").get<std::string>());
    }
    return links;
  }
};

TEST_F(Why, ABlockedOneLeadsToTheOwnerAndWhatThatWaitsFor) {
  const json why = asked(sample_, "工人", all_wait);

  EXPECT_THAT(chain(why), ElementsAre("asked 工人 blocked", "owner holder blocked"));
  EXPECT_EQ(why.at("end"), "timer");
  EXPECT_EQ(why.at("links")[0].at("object"), "mutex “till”");
  EXPECT_EQ(why.at("links")[0].at("owner"), 3);
  EXPECT_EQ(why.at("links")[1].at("deadline_ns"), 4600);
}

TEST_F(Why, AReadyOneStandsBehindWhoRuns) {
  const json why = asked(sample_, "2", "#25");

  EXPECT_THAT(chain(why), ElementsAre("asked 工人 ready", "runs holder running"));
  EXPECT_EQ(why.at("end"), "runs");
  EXPECT_EQ(why.at("links")[0].at("place"), 1);
  EXPECT_EQ(why.at("links")[0].at("woken_by"), 3);
  EXPECT_EQ(why.at("links")[0].at("woken_event"), 25);
}

TEST_F(Why, OneThatWaitsForAnFdEndsOutside) {
  const json why = asked(sample_, "reader", all_wait);

  EXPECT_EQ(why.at("end"), "outside");
  EXPECT_EQ(why.at("links")[0].at("fd"), 7);
  EXPECT_THAT(why.at("links")[0].at("text").get<std::string>(), HasSubstr("until fd 7 is readable"));
}

TEST_F(Why, ASleeperWhoseTimeHasComeIsLateBecauseOfWhoRuns) {
  const std::string file = trace("late.weft",
                                 "0.000 T0 spawn slot=1 id=1\n0.000 T0 spawn slot=2 id=2\n0.000 T0 enter to=1\n"
                                 "0.001 T0 sleep to=2 delay_ns=1000000\n0.009 T0 mark text=\"still\"\n");

  const json why = asked(file, "#1", "end");

  EXPECT_THAT(chain(why), ElementsAre("asked #1 blocked", "runs #2 running"));
  EXPECT_THAT(why.at("links")[0].at("text").get<std::string>(), HasSubstr("due 7.00 ms ago"));
}

TEST_F(Why, ACycleIsCalledOne) {
  const std::string file = trace(
      "cycle.weft",
      "0.0 T0 object id=1 kind=mutex text=\"x\"\n0.0 T0 object id=2 kind=mutex text=\"y\"\n0.0 T0 spawn slot=1 id=1\n"
      "0.0 T0 spawn slot=2 id=2\n0.0 T0 enter to=1\n0.0 T0 lock_acquired object=1\n0.0 T0 yield to=2\n"
      "0.0 T0 lock_acquired object=2\n0.0 T0 block to=1 reason=mutex object=1 owner=1\n"
      "0.0 T0 block to=0 reason=mutex object=2 owner=2\n");

  const json why = asked(file, "1", "end");

  EXPECT_EQ(why.at("end"), "cycle");
  EXPECT_THAT(chain(why), ElementsAre("asked #1 blocked", "owner #2 blocked"));
}

TEST_F(Why, WhereNobodyOwnsItTheLastGiverIsNext) {
  const std::string file =
      trace("queue.weft",
            "0.000 T0 object id=1 kind=queue text=\"jobs\"\n0.000 T0 spawn slot=1 id=1\n0.000 T0 spawn slot=2 id=2\n"
            "0.000 T0 enter to=1\n0.001 T0 block to=2 reason=queue_get object=1\n0.002 T0 queue_put object=1 depth=0\n"
            "0.002 T0 wake slot=1 cause=granted object=1\n0.003 T0 sleep to=1 delay_ns=1000000000\n"
            "0.004 T0 block to=0 reason=queue_get object=1\n");

  const json why = asked(file, "1", "end");

  EXPECT_THAT(chain(why), ElementsAre("asked #1 blocked", "last_waker #2 blocked"));
  EXPECT_EQ(why.at("end"), "timer");
}

TEST_F(Why, WhereSeveralGaveAllAreNamedAndNoneIsNext) {
  const std::string file =
      trace("givers.weft",
            "0.000 T0 object id=1 kind=queue text=\"jobs\"\n0.000 T0 spawn slot=1 id=1\n0.000 T0 spawn slot=2 id=2\n"
            "0.000 T0 spawn slot=3 id=3\n0.000 T0 enter to=1\n0.001 T0 block to=2 reason=queue_get object=1\n"
            "0.002 T0 wake slot=1 cause=granted object=1\n0.003 T0 sleep to=3 delay_ns=1000000000\n"
            "0.004 T0 queue_put object=1 depth=1\n0.005 T0 sleep to=1 delay_ns=1000000000\n"
            "0.006 T0 block to=0 reason=queue_get object=1\n");

  const json why = asked(file, "1", "end");

  EXPECT_THAT(chain(why), ElementsAre("asked #1 blocked"));
  EXPECT_EQ(why.at("end"), "unknown");
  const json& givers = why.at("links")[0].at("givers");
  ASSERT_EQ(givers.size(), 2u);
  EXPECT_EQ(givers[0].at("id"), 2);
  EXPECT_EQ(givers[1].at("id"), 3);
  EXPECT_EQ(why.at("links")[0].at("guess"), false);
}

TEST_F(Why, OneThatEndedSaysHow) {
  const json why = asked(sample_, "reader", "end");

  EXPECT_EQ(why.at("end"), "ended");
  EXPECT_THAT(why.at("links")[0].at("text").get<std::string>(), HasSubstr("no more rows"));
}

TEST_F(Why, OneThatIsToComeSaysWhen) { EXPECT_EQ(asked(sample_, "reader", "#10").at("end"), "unborn"); }

TEST_F(Why, TheTextIsAChain) {
  const outcome result = run_weft({"why", sample_, "工人", "--at", all_wait});

  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, HasSubstr("\n工人 (#2) is blocked, for 0 ns (event #19): mutex, mutex “till”; it is held by "
                                    "holder (#3).\n  └─ holder (#3) is blocked, for 300 ns (event #17): sleep"));
}

TEST_F(Why, AnUnknownNameSuggestsTheClosest) {
  const outcome result = run_weft({"why", sample_, "holdr"});

  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.err, "weft: why: holdr: no such coroutine: did you mean holder?\n");
}

TEST_F(Why, ANameThatSeveralHaveAsksForANumber) {
  const std::string file = trace("same.weft",
                                 "0.0 T0 string id=1 text=\"w\"\n0.0 T0 spawn slot=1 id=1 called=1\n"
                                 "0.0 T0 spawn slot=2 id=2 called=1\n");

  const outcome result = run_weft({"why", file, "w"});

  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, HasSubstr("2 coroutines have this name: write the number of one of #1 #2"));
}

// check

class Check : public Questions {
 protected:
  const std::string held_ = trace("held.weft",
                                  "complete yes\n0.000 T0 string id=1 text=\"<hog>\"\n0.000 T0 spawn slot=1 id=1 "
                                  "called=1\n0.001 T0 enter to=1\n0.008 T0 finish to=0 status=done\n");
};

TEST_F(Check, AGoodTraceIsZero) {
  const outcome result = run_weft({"check", held_});

  EXPECT_EQ(result.status, 0) << result.out;
  EXPECT_THAT(result.out, HasSubstr("nothing found"));
}

TEST_F(Check, AFindingIsOne) {
  const outcome result = run_weft({"check", held_, "--max-run", "5ms"});

  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.out, StartsWith("held-thread: <hog> held the thread for 7.00 ms\n"));
}

TEST_F(Check, JsonNamesTheEvidence) {
  for (const std::vector<std::string>& how : {std::vector<std::string>{"--json"}, {"--format", "json"}}) {
    std::vector<std::string> words{"check", held_, "--max-run", "5ms"};
    words.insert(words.end(), how.begin(), how.end());
    const json found = run_weft(words).json().at("findings");

    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].at("kind"), "held-thread");
    EXPECT_EQ(found[0].at("event"), 2);
    EXPECT_EQ(found[0].at("coroutine"), 1);
    EXPECT_EQ(found[0].at("begin_ns"), 1'000'000);
    EXPECT_EQ(found[0].at("end_ns"), 8'000'000);
  }
}

TEST_F(Check, JUnitHasACaseForEachKindAndEscapesNames) {
  const outcome result = run_weft({"check", held_, "--max-run", "5ms", "--format", "junit"});

  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.out,
              StartsWith("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"18\" failures=\"1\">"));
  EXPECT_THAT(result.out, HasSubstr("name=\"wait-cycle\"/>"));
  EXPECT_THAT(result.out,
              HasSubstr("<failure message=\"&lt;hog&gt; held the thread for 7.00 ms\" type=\"held-thread\">"));
  EXPECT_EQ(result.out.find("<hog>"), std::string::npos);
}

TEST_F(Check, TheDelayIsLookedAtIfSomebodyAsks) {
  const outcome result = run_weft({"check", held_, "--p99-delay", "900us"});

  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.out,
              HasSubstr("queue-delay: 99 % of the delays from ready to running are up to 1.00 ms, not 900 us"));
  EXPECT_EQ(run_weft({"check", held_, "--p99-delay", "1ms"}).status, 0);
}

TEST_F(Check, KindsCanBeChosen) {
  EXPECT_EQ(run_weft({"check", held_, "--max-run", "5ms", "--without", "held-thread"}).status, 0);
  EXPECT_EQ(run_weft({"check", "--max-run", "5ms", "--only", "wait-cycle", "--only", "late-timer", held_}).status, 0);
  EXPECT_EQ(run_weft({"check", "--max-run", "5ms", "--only", "held-thread", held_}).status, 1);
}

TEST_F(Check, KindsAreListedWithoutAFile) {
  const outcome result = run_weft({"check", "--kinds"});

  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, HasSubstr("\nwait-cycle           1 coroutines wait for each other\n"));
  EXPECT_EQ(run_weft({"check", "--kinds", "--json"}).json().at("kinds").at(0).at("severity"), 2);
  EXPECT_EQ(run_weft({"check"}).status, 2);
}

TEST_F(Check, JsonCountsTheInstances) {
  const json found = run_weft({"check", held_, "--max-run", "5ms", "--json"}).json().at("findings").at(0);

  EXPECT_EQ(found.at("count"), 1);
  EXPECT_EQ(found.at("sum_ns"), 7'000'000);
  EXPECT_GT(found.at("share"), 0);
  EXPECT_EQ(found.at("severity"), 2);
  EXPECT_EQ(found.at("site"), "<hog>");
  EXPECT_EQ(found.at("instances").at(0).at("event"), 2);
  EXPECT_EQ(found.at("instances").at(0).at("name"), "<hog>");
}

TEST_F(Check, WrongValuesAreWrongUse) {
  EXPECT_EQ(run_weft({"check", held_, "--max-run", "soon"}).status, 2);
  EXPECT_EQ(run_weft({"check", held_, "--max-run", "0"}).status, 2);
  EXPECT_EQ(run_weft({"check", held_, "--p99-delay", "x"}).status, 2);
  EXPECT_EQ(run_weft({"check", held_, "--format", "xml"}).status, 2);
  EXPECT_THAT(run_weft({"check", held_, "--only", "held"}).err,
              HasSubstr("held: no such finding: write one of held-thread"));
}

// diff

class Diff : public Questions {
 protected:
  // Two coroutines, with the given time unit, either one first, and with or without a stay at the root in between.
  std::string two(const std::string& name, const char* unit, bool second_first, bool looks_around,
                  const char* port = "80") const {
    const auto at = [&](int n) { return std::string("0.") + unit + std::to_string(n) + " T0 "; };
    std::string text = at(0) + "string id=1 text=\"conn 127.0.0.1:" + port + "\"\n";
    text += at(1) + "spawn slot=1 id=1 called=1\n" + at(1) + "spawn slot=2 id=2\n";
    text += at(2) + "enter to=1\n";
    if (looks_around) {
      text += at(3) + "yield to=0\n" + at(3) + "poll_begin timeout_ns_plus_1=1\n" + at(4) + "poll_end ready_fds=0\n" +
              at(4) + "enter to=2\n";
    } else {
      text += at(3) + "yield to=2\n";
    }
    text += second_first
                ? at(5) + "finish to=1 status=done\n" + at(6) + "finish to=0 status=done\n"
                : at(5) + "yield to=1\n" + at(6) + "finish to=2 status=done\n" + at(7) + "finish to=0 status=done\n";
    return trace(name, text);
  }
};

TEST_F(Diff, TheSameDecisionsAtOtherTimesAreZero) {
  const outcome result = run_weft({"diff", two("a", "0", true, false), two("b", "00", true, false)});

  EXPECT_EQ(result.status, 0) << result.out;
  EXPECT_THAT(result.out, HasSubstr("The scheduling decisions are the same."));
}

TEST_F(Diff, TheSchedulersOwnTurnIsNoDecision) {
  EXPECT_EQ(run_weft({"diff", two("a", "0", true, false), two("b", "0", true, true)}).status, 0);
}

TEST_F(Diff, APortInANameIsNoDecision) {
  EXPECT_EQ(run_weft({"diff", two("a", "0", true, false, "4711"), two("b", "0", true, false, "52")}).status, 0);
}

TEST_F(Diff, TheFirstDifferentDecisionIsOne) {
  const outcome result = run_weft({"diff", two("a", "0", true, false), two("b", "0", false, false), "--json"});

  EXPECT_EQ(result.status, 1);
  const json first = result.json().at("first_difference");
  EXPECT_FALSE(result.json().at("same"));
  EXPECT_EQ(first.at("decision"), 5);
  EXPECT_EQ(first.at("a").at("text"), "#2 ends: done");
  EXPECT_EQ(first.at("b").at("text"), "#2 yields");
  EXPECT_EQ(first.at("a").at("event"), 5);
  EXPECT_EQ(first.at("before").back().at("text"), "#2 runs");
}

TEST_F(Diff, OneThatStopsEarlierDiffers) {
  const std::string whole = two("a", "0", true, false);
  const std::string part = trace("b", "0.1 T0 spawn slot=1 id=1\n");

  const json first = run_weft({"diff", whole, part, "--json"}).json().at("first_difference");

  EXPECT_TRUE(first.at("b").is_object() || first.at("b").is_null());
  EXPECT_EQ(run_weft({"diff", whole, part}).status, 1);
  EXPECT_EQ(run_weft({"diff", part, whole}).status, 1);
}

TEST_F(Diff, StatisticsStandSideBySide) {
  const json totals =
      run_weft({"diff", two("a", "0", true, false), two("b", "0", false, false), "--json"}).json().at("totals");

  EXPECT_EQ(totals.at("a").at("switches"), 3);
  EXPECT_EQ(totals.at("b").at("switches"), 4);
  EXPECT_EQ(totals.at("a").at("coroutines"), 2);
}

TEST_F(Diff, ThreadsAreComparedEachByItself) {
  const auto text = [](const char* time_of_second) {
    return std::string("0.1 T0 spawn slot=1 id=1\n0.2 T0 enter to=1\n0.3 T0 finish to=0 status=done\n") +
           time_of_second + " T1 spawn slot=2 id=2\n" + time_of_second + " T1 enter to=2\n";
  };

  EXPECT_EQ(run_weft({"diff", trace("a", text("0.05")), trace("b", text("0.35"))}).status, 0);
}

// tail

TEST(ChunkTail, WhatItHandsOutIsATraceOfTheSameEvents) {
  const test_folder folder;
  const std::string file = folder.with("sample.weft", sample_schedule().bytes());
  viz::cli::chunk_tail tail(file);

  const std::string copy = folder.with("copy.weft", tail.header_bytes() + tail.new_chunks());

  const auto events = [](const std::string& dump) { return dump.substr(dump.find("       0 ")); };
  EXPECT_EQ(events(run_weft({"dump", copy}).out), events(run_weft({"dump", file}).out));
  EXPECT_EQ(run_weft({"validate", copy}).status, 0);
  EXPECT_EQ(tail.new_chunks(), "");
  EXPECT_TRUE(tail.is_complete());
}

// The file grows by a few bytes at a time, like that of a slow program.
TEST(ChunkTail, PiecesOfAGrowingFileFitTogether) {
  const test_folder folder;
  const std::string whole = sample_schedule(false).bytes();
  const std::size_t committed_at = diary::file_header_bytes + offsetof(diary::chunk_header, committed);
  std::uint32_t committed = 0;
  std::memcpy(&committed, whole.data() + committed_at, sizeof committed);
  std::vector<std::uint32_t> ends;  // ends of events
  const diary::reader reader = diary::reader::open(folder.with("whole.weft", whole));
  for (std::uint32_t part = 0; part <= committed; ++part) {
    std::string cut = whole;
    std::memcpy(cut.data() + committed_at, &part, sizeof part);
    std::vector<std::uint8_t> bytes(cut.begin(), cut.end());
    if (diary::reader::from_bytes(std::move(bytes), "cut").info().damage.empty()) ends.push_back(part);
  }
  ASSERT_EQ(ends.size(), reader.event_count() + 1);

  const std::string file = folder.with("growing.weft", whole.substr(0, diary::file_header_bytes));
  viz::cli::chunk_tail tail(file);
  std::string copy = tail.header_bytes();
  for (std::size_t i = 0; i < ends.size(); i += 7) {
    std::string now = whole;
    const std::uint32_t part = i + 7 < ends.size() ? ends[i] : ends.back();
    std::memcpy(now.data() + committed_at, &part, sizeof part);
    write_file(file, now);
    copy += tail.new_chunks();
  }
  copy += tail.new_chunks();

  const std::string copied = folder.with("copy.weft", copy);
  EXPECT_EQ(run_weft({"dump", copied}).out, run_weft({"dump", folder.path("whole.weft")}).out);
  EXPECT_FALSE(tail.is_complete());
}

TEST(Tail, FollowsARunningProgramToItsEnd) {
  const outcome result = shell(
      "export XDG_RUNTIME_DIR=$(mktemp -d); T=$XDG_RUNTIME_DIR/t.weft; WEFT_TRACE=$T \"$WEFT\" demo --seconds 0.5 "
      "--no-window & for i in $(seq 100); do [ -n \"$(\"$WEFT\" ps | sed 1d)\" ] && break; sleep 0.02; done\n"
      "\"$WEFT\" tail $! > $XDG_RUNTIME_DIR/copy.weft; echo status $?; wait\n"
      "\"$WEFT\" dump $T | grep -E '^ +[0-9]' > $XDG_RUNTIME_DIR/a; \"$WEFT\" dump $XDG_RUNTIME_DIR/copy.weft "
      "2>/dev/null"
      " | grep -E '^ +[0-9]' > $XDG_RUNTIME_DIR/b; cmp $XDG_RUNTIME_DIR/a $XDG_RUNTIME_DIR/b && wc -l < "
      "$XDG_RUNTIME_DIR/b\n"
      "rm -r $XDG_RUNTIME_DIR");

  EXPECT_THAT(result.out, StartsWith("status 0\n"));
  EXPECT_GT(std::atoi(result.out.substr(9).c_str()), 100) << result.out;
}

TEST(Tail, ANumberThatIsNoProgramIsWrongUse) {
  const test_folder folder;
  const environment_variable where("XDG_RUNTIME_DIR", folder.path("nobody"));  // not the programs of this machine

  const outcome result = run_weft({"tail", "999999999"});

  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, StartsWith("weft: tail: no running program 999999999 in "));
}

TEST(Tail, AMissingFileIsUnreadable) { EXPECT_EQ(run_weft({"tail", "/no/such/file.weft"}).status, 3); }

TEST(Tail, AClosedPipeEndsIt) {
  const outcome result = shell(
      "export XDG_RUNTIME_DIR=$(mktemp -d); WEFT_TRACE=$XDG_RUNTIME_DIR/t.weft \"$WEFT\" demo --seconds 3 --no-window "
      "& "
      "for i in $(seq 100); do [ -n \"$(\"$WEFT\" ps | sed 1d)\" ] && break; sleep 0.02; done\n"
      "timeout 2 \"$WEFT\" tail $! | head -c 8 | wc -c; echo ${PIPESTATUS[0]}; kill $!; wait $! 2>/dev/null; rm -r "
      "$XDG_RUNTIME_DIR");

  EXPECT_EQ(result.out, "8\n0\n");
}

}  // namespace
}  // namespace weft::tests
