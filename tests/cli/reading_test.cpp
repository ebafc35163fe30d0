// The commands that read a trace, on a schedule whose numbers were counted by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "run_weft.hpp"
#include "sample_trace.hpp"

namespace weft::tests {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class Reading : public ::testing::Test {
 protected:
  const test_folder folder_;
  const std::string file_ = folder_.with("sample.weft", sample_schedule().bytes());
};

std::vector<std::string> keys_of(const nlohmann::ordered_json& object) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : object.items()) keys.push_back(key);
  return keys;
}

bool has_keys(const json& object, std::initializer_list<const char*> keys) {
  return std::all_of(keys.begin(), keys.end(), [&](const char* key) { return object.contains(key); });
}

json coroutine_in(const json& state, std::uint64_t id) {
  for (const json& c : state.at("coroutines")) {
    if (c.at("id") == id) return c;
  }
  return nullptr;
}

using Info = Reading;

TEST_F(Info, JsonHasThePromisedKeys) {
  const outcome result = run_weft({"info", file_, "--json"});

  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.err, "");
  const json info = result.json();
  EXPECT_EQ(info.at("process"), "sample");
  EXPECT_EQ(info.at("pid"), 4711);
  EXPECT_EQ(info.at("threads"), 1);
  EXPECT_EQ(info.at("events"), 41);
  EXPECT_EQ(info.at("coroutines"), 4);
  EXPECT_EQ(info.at("lost"), 0);
  EXPECT_EQ(info.at("truncated"), false);
  EXPECT_EQ(info.at("duration_ns"), 51500);
}

TEST_F(Info, TextNamesProcessAndDuration) {
  const outcome result = run_weft({"info", file_});

  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, HasSubstr("sample, pid 4711"));
  EXPECT_THAT(result.out, HasSubstr("0.000051500 s"));
}

TEST_F(Info, ReadsStandardInput) {
  const outcome result = run_weft({"info", "-", "--json"}, read_file(file_));

  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.json().at("events"), 41);
}

using Stat = Reading;

TEST_F(Stat, JsonHasThePromisedKeysInOrder) {
  const outcome result = run_weft({"stat", file_, "--json"});

  EXPECT_EQ(result.status, 0);
  const auto stat = nlohmann::ordered_json::parse(result.out);
  EXPECT_THAT(keys_of(stat), ElementsAre("totals", "rows"));
  EXPECT_TRUE(has_keys(stat["totals"],
                       {"coroutines", "finished", "switches", "events", "duration_ns", "run_ns", "idle_ns", "lost"}));
  EXPECT_TRUE(
      has_keys(stat["rows"][0], {"name", "id", "runs", "switches", "run_ns", "ready_ns", "blocked_ns", "spawns"}));
}

TEST_F(Stat, TotalsCountTheSchedule) {
  const json totals = run_weft({"stat", file_, "--json"}).json().at("totals");

  EXPECT_EQ(totals.at("coroutines"), 4);
  EXPECT_EQ(totals.at("finished"), 4);
  EXPECT_EQ(totals.at("switches"), 9);
  EXPECT_EQ(totals.at("events"), 41);
  EXPECT_EQ(totals.at("run_ns"), 3300);
}

TEST_F(Stat, RowsAreByCoroutineIdByDefault) {
  const json rows = run_weft({"stat", file_, "--json"}).json().at("rows");

  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[0].at("name"), "main");
  EXPECT_EQ(rows[0].at("spawns"), 3);
  EXPECT_EQ(rows[1].at("id"), 2);
  EXPECT_EQ(rows[1].at("name"), "工人");
  EXPECT_EQ(rows[1].at("runs"), 3);
  EXPECT_EQ(rows[1].at("run_ns"), 500);
  EXPECT_EQ(rows[1].at("ready_ns"), 2200);
  EXPECT_EQ(rows[1].at("blocked_ns"), 3100);
}

TEST_F(Stat, SwitchesOfTheRowsAddUpToTheTotal) {
  const json stat = run_weft({"stat", file_, "--json"}).json();

  int sum = 0;
  for (const json& row : stat.at("rows")) sum += row.at("switches").get<int>();
  EXPECT_EQ(stat.at("totals").at("switches"), sum);
}

TEST_F(Stat, DelayIsFromReadyToRunning) {
  const json delay = run_weft({"stat", file_, "--json"}).json().at("rows")[1].at("delay");

  EXPECT_EQ(delay.at("count"), 3);
  EXPECT_EQ(delay.at("p50_ns"), 800);
  EXPECT_EQ(delay.at("max_ns"), 1100);
}

TEST_F(Stat, LongestRunNamesTheSwitchThatBeganIt) {
  const json holder = run_weft({"stat", file_, "--json"}).json().at("rows")[2];

  EXPECT_EQ(holder.at("longest_run_ns"), 1000);
  EXPECT_EQ(holder.at("longest_run_event"), 23);
}

TEST_F(Stat, BySiteSumsTheCoroutinesSpawnedThere) {
  const json rows = run_weft({"stat", file_, "--by", "site", "--json"}).json().at("rows");

  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[1].at("name"), "shop.cpp:42 serve");
  EXPECT_EQ(rows[1].at("coroutines"), 3);
  EXPECT_EQ(rows[1].at("runs"), 7);
  EXPECT_EQ(rows[1].at("run_ns"), 500 + 1200 + 300);
}

TEST_F(Stat, ByReasonSumsTheWaits) {
  const json rows = run_weft({"stat", file_, "--by", "reason", "--json"}).json().at("rows");

  ASSERT_EQ(rows.size(), 4U);
  EXPECT_EQ(rows[0].at("name"), "spawn or yield");
  EXPECT_EQ(rows[0].at("runs"), 5);
  EXPECT_EQ(rows[1].at("name"), "sleep");
  EXPECT_EQ(rows[1].at("blocked_ns"), 3100 + 50000);
  EXPECT_EQ(rows[2].at("name"), "fd_readable");
  EXPECT_EQ(rows[3].at("name"), "mutex");
  EXPECT_EQ(rows[3].at("ready_ns"), 800);
  EXPECT_EQ(rows[3].at("waited").at("max_ns"), 3100);
}

TEST_F(Stat, ByReasonHasTheSameSumsAsByCoroutine) {
  const auto sums = [&](const char* by) {
    std::array<std::int64_t, 4> sum{};
    const json table = run_weft({"stat", file_, "--by", by, "--json"}).json();
    for (const json& row : table.at("rows")) {
      sum[0] += row.at("runs").get<std::int64_t>();
      sum[1] += row.at("run_ns").get<std::int64_t>();
      sum[2] += row.at("ready_ns").get<std::int64_t>();
      sum[3] += row.at("blocked_ns").get<std::int64_t>();
    }
    return sum;
  };

  EXPECT_EQ(sums("reason"), sums("coroutine"));
  EXPECT_EQ(sums("site"), sums("coroutine"));
}

TEST_F(Stat, TableAlignsChineseNames) {
  const outcome result = run_weft({"stat", file_});

  EXPECT_THAT(result.out, HasSubstr("\n 1  main       "));
  EXPECT_THAT(result.out, HasSubstr("\n 2  工人       "));
}

TEST_F(Stat, UnknownGroupingIsWrongUse) { EXPECT_EQ(run_weft({"stat", file_, "--by", "colour"}).status, 2); }

using State = Reading;

TEST_F(State, JsonHasThePromisedKeys) {
  const json state = run_weft({"state", file_, "--at", "end", "--json"}).json();

  ASSERT_EQ(state.at("coroutines").size(), 4U);
  for (const json& c : state.at("coroutines")) {
    EXPECT_TRUE(has_keys(c, {"id", "name", "state", "reason", "object", "owner"})) << c;
  }
}

TEST_F(State, EndedOnesSayHow) {
  const json state = run_weft({"state", file_, "--json"}).json();

  EXPECT_EQ(coroutine_in(state, 1).at("state"), "done");
  EXPECT_EQ(coroutine_in(state, 4).at("state"), "failed");
  EXPECT_EQ(coroutine_in(state, 4).at("error"), "std::runtime_error: no more rows");
}

TEST_F(State, WaiterForAMutexNamesItAndItsOwner) {
  const json worker = coroutine_in(run_weft({"state", file_, "--at", all_wait, "--json"}).json(), 2);

  EXPECT_EQ(worker.at("state"), "blocked");
  EXPECT_EQ(worker.at("reason"), "mutex");
  EXPECT_THAT(worker.at("object"), HasSubstr("till"));
  EXPECT_EQ(worker.at("owner"), 3);
  EXPECT_EQ(worker.at("owner_name"), "holder");
}

TEST_F(State, WaiterForAFileDescriptorNamesIt) {
  const json reader = coroutine_in(run_weft({"state", file_, "--at", all_wait, "--json"}).json(), 4);

  EXPECT_EQ(reader.at("reason"), "fd_readable");
  EXPECT_EQ(reader.at("fd"), 7);
}

TEST_F(State, SleeperNamesItsDeadline) {
  const json main = coroutine_in(run_weft({"state", file_, "--at", all_wait, "--json"}).json(), 1);

  EXPECT_EQ(main.at("reason"), "sleep");
  EXPECT_EQ(main.at("deadline_ns"), 51300);
  EXPECT_EQ(main.at("owner"), nullptr);
}

TEST_F(State, ReadyQueueIsInOrder) {
  const json state = run_weft({"state", file_, "--at", "#13", "--json"}).json();

  EXPECT_EQ(state.at("threads")[0].at("running"), 1);
  EXPECT_EQ(state.at("threads")[0].at("ready"), json::array({2, 3, 4}));
}

TEST_F(State, ATimeMeansAfterTheLastEventUpToIt) {
  const json by_time = run_weft({"state", file_, "--at", "4750ns", "--json"}).json();

  EXPECT_EQ(by_time.at("event"), 22);
  EXPECT_EQ(by_time.at("coroutines"), run_weft({"state", file_, "--at", "#22", "--json"}).json().at("coroutines"));
}

TEST_F(State, DurationsCountUpToTheTimeAskedFor) {
  const std::string out = run_weft({"state", file_, "--at", "5.5us"}).out;

  EXPECT_THAT(out, HasSubstr("at 0.000005500 s, after event #25"));
  EXPECT_THAT(out, HasSubstr("runs holder (#3) for 700 ns"));
}

TEST_F(State, ATimeBehindTheEndIsTheEnd) {
  EXPECT_EQ(run_weft({"state", file_, "--at", "3", "--json"}).json().at("t_ns"), 51500);
  EXPECT_EQ(run_weft({"state", file_, "--at", "3", "--json"}).json().at("event"), 40);
}

TEST_F(State, OnlyThoseSpawnedByThenAreShown) {
  EXPECT_EQ(run_weft({"state", file_, "--at", "#11", "--json"}).json().at("coroutines").size(), 2U);
}

TEST_F(State, TextShowsSleepersByDeadline) {
  const std::string out = run_weft({"state", file_, "--at", all_wait}).out;

  EXPECT_THAT(out, HasSubstr("waits in the poller"));
  ASSERT_THAT(out, HasSubstr("sleeping, 2:"));
  EXPECT_LT(out.find("holder (#3)"), out.find("main (#1)"));
}

TEST_F(State, TextShowsOwnersAndWaiters) {
  const std::string out = run_weft({"state", file_, "--at", all_wait}).out;

  EXPECT_THAT(out, HasSubstr("held by holder (#3), waited for by 工人 (#2)"));
}

TEST_F(State, AnEventBehindTheEndIsWrongUse) {
  const outcome result = run_weft({"state", file_, "--at", "#41"});

  EXPECT_EQ(result.status, 2);
  EXPECT_THAT(result.err, HasSubstr("no event #41: the trace has 41 events"));
}

TEST_F(State, NonsenseAsPlaceIsWrongUse) {
  for (const char* const place : {"soon", "#", "#x", "", "1.s", "1e3", "99999999999999999999"}) {
    EXPECT_EQ(run_weft({"state", file_, "--at", place}).status, 2) << place;
  }
}

using Tree = Reading;

TEST_F(Tree, TextIndentsChildren) {
  const std::string out = run_weft({"tree", file_, "--at", all_wait}).out;

  EXPECT_THAT(out, HasSubstr("\nmain (#1)  blocked: sleep"));
  EXPECT_THAT(out, HasSubstr("\n├─ 工人 (#2)  blocked: mutex"));
  EXPECT_THAT(out, HasSubstr("\n└─ reader (#4)  blocked: fd_readable, fd 7"));
}

TEST_F(Tree, JsonListsParentsFirst) {
  const json tree = run_weft({"tree", file_, "--json"}).json();

  EXPECT_EQ(tree.at("coroutines")[0].at("children"), json::array({2, 3, 4}));
  EXPECT_EQ(tree.at("coroutines")[1].at("depth"), 1);
}

TEST_F(Tree, LiveLeavesOutWhatHadEnded) {
  const std::string out = run_weft({"tree", file_, "--at", "#28", "--live"}).out;

  EXPECT_THAT(out, HasSubstr("reader"));
  EXPECT_THAT(out, Not(HasSubstr("holder")));
}

TEST(DeepTree, NestsAsDeepAsTheTraceWithoutRecursion) {
  using t = diary::event_type;
  constexpr std::uint64_t depth = 20000;
  trace_builder b;
  b.text(t::thread_start, {1}, "");
  for (std::uint64_t i = 1; i <= depth; ++i) b.event(t::spawn, {i, i, i - 1, 0, 0});
  const test_folder folder;
  const std::string file = folder.with("deep.weft", b.bytes());

  const outcome result = run_weft({"tree", file});

  EXPECT_EQ(result.status, 0);
  EXPECT_THAT(result.out, HasSubstr("(depth 19999) #20000  ready\n"));
}

using Dump = Reading;

TEST_F(Dump, LoadAndDumpAgainIsAFixedPoint) {
  const std::string first = run_weft({"dump", file_}).out;
  const std::string copy = folder_.path("copy.weft");

  ASSERT_EQ(run_weft({"load", "-", "-o", copy}, first).status, 0);

  EXPECT_EQ(run_weft({"dump", copy}).out, first);
  EXPECT_THAT(first, HasSubstr("工人"));
}

TEST_F(Dump, LoadWritesToStandardOutput) {
  const std::string text = run_weft({"dump", file_}).out;

  const outcome loaded = run_weft({"load", folder_.with("dump.txt", text), "-o", "-"});

  EXPECT_EQ(run_weft({"dump", "-"}, loaded.out).out, text);
}

TEST_F(Dump, JsonIsOneObjectALine) {
  const outcome result = run_weft({"dump", file_, "--json"});

  ASSERT_EQ(line_count(result.out), 41U);
  const json first = json::parse(result.out.substr(0, result.out.find('\n')));
  EXPECT_TRUE(has_keys(first, {"n", "t_ns", "thread", "type", "coroutine", "name"})) << first;
}

TEST_F(Dump, TimesChooseEvents) {
  const outcome result = run_weft({"dump", file_, "--json", "--from", "1.3us", "--to", "1.6us"});

  EXPECT_EQ(line_count(result.out), 4U) << result.out;
}

TEST_F(Dump, ACoroutineChoosesItsEvents) {
  const std::string out = run_weft({"dump", file_, "--json", "--coroutine", "4"}).out;

  EXPECT_THAT(out, HasSubstr("block_fd"));
  EXPECT_THAT(out, Not(HasSubstr("lock_acquired")));
}

TEST_F(Dump, ACoroutineIsNamedInEachWay) {
  const std::string by_number = run_weft({"dump", file_, "--coroutine", "3"}).out;

  EXPECT_FALSE(by_number.empty());
  EXPECT_EQ(run_weft({"dump", file_, "--coroutine", "#3"}).out, by_number);
  EXPECT_EQ(run_weft({"dump", file_, "--coroutine", "holder"}).out, by_number);
  EXPECT_EQ(run_weft({"dump", file_, "--coroutine", "nobody"}).status, 2);
}

TEST_F(Dump, PlacesChooseEvents) {
  const std::string all = run_weft({"dump", file_}).out;

  EXPECT_EQ(run_weft({"dump", file_, "--from", "0%", "--to", "100%"}).out, all);
  EXPECT_EQ(run_weft({"dump", file_, "--from", "-1us", "--to", "end"}).out, all);
  EXPECT_LT(run_weft({"dump", file_, "--from", "50%"}).out.size(), all.size());
}

TEST_F(Dump, OutputIsTheSameEveryTime) { EXPECT_EQ(run_weft({"dump", file_}).out, run_weft({"dump", file_}).out); }

using Validate = Reading;

TEST_F(Validate, SoundTraceIsGood) {
  const outcome result = run_weft({"validate", file_});

  EXPECT_EQ(result.status, 0) << result.out;
  EXPECT_THAT(result.out, HasSubstr("41 events, every rule kept"));
}

TEST_F(Validate, JsonSaysValid) {
  const json verdict = run_weft({"validate", file_, "--json"}).json();

  EXPECT_EQ(verdict.at("valid"), true);
  EXPECT_EQ(verdict.at("violation_count"), 0);
}

TEST_F(Validate, BrokenRuleNamesTheEventAndExitsWithOne) {
  trace_builder b = sample_schedule();
  b.event(diary::event_type::enter, {9});
  const std::string broken = folder_.with("broken.weft", b.bytes());

  const outcome result = run_weft({"validate", broken});

  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.out, HasSubstr("event #41: "));
}

TEST_F(Validate, ListsTwentyAndCountsTheRest) {
  trace_builder b = sample_schedule();
  for (int i = 0; i < 25; ++i) b.event(diary::event_type::wake, {50, 1, 0});
  const std::string broken = folder_.with("broken.weft", b.bytes());

  const outcome result = run_weft({"validate", broken});

  EXPECT_EQ(result.status, 1);
  EXPECT_THAT(result.out, HasSubstr("... and 5 more\n"));
}

}  // namespace
}  // namespace weft::tests
