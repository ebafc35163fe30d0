// The reader of checkpoints by itself: when it compares, when it sets, and when it leaves a checkpoint unread.
#include "trace/state/checkpoint_reader.hpp"

#include <gtest/gtest.h>

#include <array>
#include <ostream>
#include <string>
#include <vector>

#include "trace/words/schema.hpp"

namespace weft::diary {
namespace {

constexpr std::uint64_t is_ready = 1, is_running = 2, is_blocked = 3 | 15 << 4;

struct told {
  event_type type;
  std::array<std::uint64_t, max_args> args{};
};

using t = event_type;
const told begin_one{t::checkpoint_begin, {1, 0}};
const told ready_one{t::checkpoint_coroutine, {5, 50, 0, 0, 0, is_ready}};
const told in_queue{t::checkpoint_ready, {5}};
const told end{t::checkpoint_end};

struct row {
  const char* name;
  thread_knowledge known;
  std::vector<told> events;
  bool is_open, is_setting;
  std::uint64_t live;
  const char* report = "";

  friend void PrintTo(const row& r, std::ostream* out) { *out << r.name; }
};

const std::vector<row> rows{
    {"SetsWhereThePastIsMissing", {true, false}, {begin_one, ready_one, in_queue, end}, false, false, 1},
    {"SetsAtTheBeginning", {false, true}, {begin_one, ready_one, in_queue, end}, false, false, 1},
    {"SetsWhileItIsOpen", {true, false}, {begin_one, ready_one}, true, true, 1},
    {"ComparesWhereThePastIsKnown",
     {true, true},
     {begin_one, ready_one},
     true,
     false,
     0,
     "a checkpoint has coroutine 50 in slot 5, the events have nobody there"},
    {"MissesTheAnnounced",
     {true, false},
     {begin_one, end},
     false,
     false,
     0,
     "a checkpoint has 0 coroutines and announced 1"},
    {"MissesTheRunning",
     {true, false},
     {{t::checkpoint_begin, {0, 5}}, end},
     false,
     false,
     0,
     "a checkpoint lacks slot 5, which runs"},
    {"RefusesARunningOneThatDoesNotRun",
     {true, false},
     {begin_one, {t::checkpoint_coroutine, {5, 50, 0, 0, 0, is_running}}},
     true,
     true,
     0,
     "a checkpoint has coroutine 50 in slot 5 with status 2 while slot 0 runs"},
    {"NeedsABegin", {true, false}, {ready_one}, false, false, 0, "part of a checkpoint that never began"},
    {"BeginsInsideAnother",
     {true, false},
     {begin_one, begin_one},
     true,
     true,
     0,
     "a checkpoint begins inside a checkpoint"},
    {"LeavesChangesSinceAnUnknownBase",
     {true, false},
     {{t::checkpoint_part, {checkpoint_part_first, 1, 0, 0, 3, 1}}},
     false,
     false,
     0},
    {"AndTheirOtherParts",
     {true, false},
     {{t::checkpoint_part, {checkpoint_part_first, 1, 0, 0, 3, 1}}, {t::checkpoint_part, {checkpoint_part_last}}},
     false,
     false,
     0},
};

// One thread's facts, and a reader of its checkpoints.
struct bench {
  scheduler_facts facts;
  thread_knowledge known;
  checkpoint_reader reader;
  std::uint64_t ordinal = 10;
  std::string report;  // the first one

  explicit bench(thread_knowledge k) : known(k) { facts.threads.resize(1); }

  void take(const told& what, bool is_base = false) {
    event e;
    e.n = e.ordinal = ordinal++;
    e.type = what.type;
    e.args = what.args;
    event_step s{e, facts, facts.threads[0], known, 1'000, std::nullopt};
    reader.take(s, is_base);
    if (s.broken && report.empty()) report = s.broken->text;
  }
};

class CheckpointReader : public testing::TestWithParam<row> {};

TEST_P(CheckpointReader, Reads) {
  bench b(GetParam().known);

  for (const told& e : GetParam().events) b.take(e);

  EXPECT_EQ(b.report, GetParam().report);
  EXPECT_EQ(b.reader.is_open(), GetParam().is_open);
  EXPECT_EQ(b.reader.is_setting(), GetParam().is_setting);
  EXPECT_EQ(b.facts.live.size(), GetParam().live);
}

INSTANTIATE_TEST_SUITE_P(Rows, CheckpointReader, testing::ValuesIn(rows), [](const auto& p) { return p.param.name; });

TEST(CheckpointReader, OneThatSetMakesThePastKnown) {
  bench b({true, false});

  for (const told& e : {begin_one, ready_one, in_queue, end}) b.take(e);

  EXPECT_TRUE(b.known.knows_past);
  EXPECT_TRUE(b.known.has_switched);
  EXPECT_TRUE(b.facts.has_unseen_past);
  EXPECT_EQ(b.facts.just_introduced, std::vector<std::uint64_t>{5});
}

TEST(CheckpointReader, ABaseLeavesThePastUnknownAndTellsNoOwners) {
  bench b({true, false});
  const told owner{t::checkpoint_owner, {9, 5}};

  for (const told& e : {begin_one, ready_one, in_queue, owner, end}) b.take(e, true);

  EXPECT_EQ(b.report, "");
  EXPECT_FALSE(b.known.knows_past);
  EXPECT_EQ(b.facts.objects.find(9), b.facts.objects.end());
}

TEST(CheckpointReader, WhoHasWaitedLongestStandsFirst) {
  bench b({true, false});
  b.take({t::checkpoint_begin, {2, 0}});
  b.take({t::checkpoint_coroutine, {5, 50, 0, 0, 0, is_blocked}});
  b.take({t::checkpoint_wait, {9, 0, 0, 0, 0, 3}});
  b.take({t::checkpoint_coroutine, {6, 60, 0, 0, 0, is_blocked}});
  b.take({t::checkpoint_wait, {9, 0, 0, 0, 0, 8}});

  b.take(end);

  ASSERT_EQ(b.report, "");
  EXPECT_EQ(b.facts.objects[9].waiters.front(), 6u);
}

TEST(CheckpointReader, AnAbandonedOneIsClosed) {
  bench b({true, false});
  b.take(begin_one);

  b.reader.abandon();

  EXPECT_FALSE(b.reader.is_open());
}

}  // namespace
}  // namespace weft::diary
