// The effect of packed checkpoints on the state: the same as that of plain ones, and none if they cannot be decoded.
#include <gtest/gtest.h>

#include <cstdio>
#include <string>
#include <vector>

#include "support/text_traces.hpp"
#include "trace/file/packed_checkpoint.hpp"

namespace weft::diary {
namespace {

using tests::trace_history;
using tests::violations_of;

constexpr std::uint64_t ready = 1, running = 2, waits_for_mutex = 3 | 15 << 4, sleeps = 3 | 2 << 4;

checkpoint_row row(std::uint64_t slot, std::uint64_t id, std::uint64_t status_and_reason) {
  checkpoint_row r;
  r.slot = slot;
  r.id = id;
  r.status_and_reason = status_and_reason;
  return r;
}

std::string quoted(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) {
    char escape[8];
    std::snprintf(escape, sizeof escape, "\\x%02x", static_cast<unsigned>(static_cast<unsigned char>(byte)));
    text += escape;
  }
  return text;
}

std::string part(std::uint64_t flags, std::uint64_t count, std::uint64_t runs, const std::string& code,
                 std::uint64_t base_back = 0, std::uint64_t base_events = 0) {
  return "1.000 T0 checkpoint_part flags=" + std::to_string(flags) + " count=" + std::to_string(count) +
         " running=" + std::to_string(runs) + " ticks_ago=100 base_back=" + std::to_string(base_back) +
         " base_events=" + std::to_string(base_events) + " text=\"" + code + "\"\n";
}

// Slot 1 runs and owns object 9, 2 waits for it, 3 sleeps, 5 is ready.
std::string code_of_four() {
  checkpoint_packer code;
  code.begin(1'000'000'000, 1);
  code.ready(5, 40);
  code.row(row(1, 10, running));
  checkpoint_row waiter = row(2, 11, waits_for_mutex);
  waiter.parent = 1;
  waiter.object = 9;
  waiter.owner = 1;
  waiter.for_ticks = 700;
  code.row(waiter);
  checkpoint_row sleeper = row(3, 12, sleeps);
  sleeper.remaining_ns_plus_1 = 5'001;
  code.row(sleeper);
  code.row(row(5, 14, ready));
  code.end_rows();
  code.note(9, 1, 0, false);
  return quoted(code.take());
}

TEST(PackedState, IntroducesWhomNothingElseDoes) {
  const history h = trace_history("gap T0 7\n" + part(3, 4, 1, code_of_four()));

  ASSERT_EQ(h.coroutines().size(), 4u);
  for (const std::uint64_t id : {10, 11, 12, 14}) EXPECT_NE(h.find_coroutine(id), nullptr) << id;
  EXPECT_EQ(h.id_of_slot(5, 1), 14u);
  EXPECT_EQ(h.find_coroutine(11)->end_status, coroutine_status::none);
  const history quick(tests::trace_reader("gap T0 7\n" + part(3, 4, 1, code_of_four())), history::effort::on_demand);
  ASSERT_EQ(quick.lives().size(), 4u);
  EXPECT_EQ(quick.lives()[1].parent, 10u);
}

TEST(PackedState, SetsTheWholeStateWhereNothingIsKnown) {
  const history h = trace_history("gap T0 7\n" + part(3, 4, 1, code_of_four()));

  const scheduler_state s = h.state_after(1);

  EXPECT_EQ(violations_of(h), std::vector<std::string>{});
  EXPECT_EQ(s.live_count(), 4u);
  EXPECT_EQ(s.threads()[0].running_slot, 1u);
  ASSERT_EQ(s.threads()[0].ready.size(), 1u);
  EXPECT_EQ(s.threads()[0].ready.front(), 5u);
  EXPECT_EQ(s.by_id(14)->since_ns, 1'000'000'000 - 100 - 40);
  EXPECT_EQ(s.by_id(11)->since_ns, 1'000'000'000 - 100 - 700);
  EXPECT_EQ(s.by_id(11)->parent, 10u);
  EXPECT_EQ(s.by_id(11)->reason, wait_reason::mutex);
  EXPECT_EQ(s.by_id(12)->deadline_ns, 1'000'000'000 - 100 + 5'000);
  EXPECT_EQ(s.objects().at(9).owner_slot, 1u);
  EXPECT_EQ(s.objects().at(9).waiters.front(), 2u);
}

TEST(PackedState, WhatTheEventsSayOtherwiseIsReported) {
  const history h = trace_history(
      "0.0 T0 spawn slot=1 id=10\n0.0 T0 spawn slot=2 id=11\n0.1 T0 enter to=1\n"
      "0.2 T0 lock_acquired object=9\n" +
      part(3, 4, 1, code_of_four()));

  const std::vector<std::string> found = violations_of(h);

  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0], "#4 a checkpoint has coroutine 11 blocked in slot 2, the events have it ready in slot 2");
}

TEST(PackedState, AFirstPartWithoutALastLeavesTheStateUnfinished) {
  const history h = trace_history("gap T0 7\n" + part(1, 4, 1, code_of_four()));

  EXPECT_TRUE(h.state_after(1).is_inside_checkpoint());
  EXPECT_EQ(violations_of(h), std::vector<std::string>{});
}

TEST(PackedState, ChangesSinceABaseThatIsNotKnownSayNothing) {
  checkpoint_packer code;
  code.begin(1'000'000'000, 0);
  code.keep();
  code.end_rows();
  const history h = trace_history("gap T0 7\n" + part(1, 2, 0, quoted(code.take()), 3, 1) + part(2, 0, 0, "") +
                                  "1.001 T0 spawn slot=1 id=20\n");

  EXPECT_EQ(violations_of(h), std::vector<std::string>{});
  EXPECT_EQ(h.state_after(h.source().event_count()).live_count(), 1u);
}

TEST(PackedState, ChangesAreAppliedToTheBase) {
  checkpoint_packer code;
  code.begin(1'000'000'000, 0);
  code.drop();
  code.row(row(1, 10, running));
  code.keep();
  code.drop();  // 12 has ended
  code.drop();
  checkpoint_row waiter = row(5, 14, waits_for_mutex);
  waiter.object = 9;
  waiter.owner = 1;
  code.row(waiter);
  code.end_rows();
  code.note(9, 1, 0, false);
  const reader r =
      tests::trace_reader("gap T0 7\n" + part(3, 4, 1, code_of_four()) + part(3, 3, 1, quoted(code.take()), 1, 1));
  scheduler_state s;
  s.apply_base(r.at(0));

  EXPECT_FALSE(s.apply(r.at(1)));

  EXPECT_EQ(s.live_count(), 3u);
  EXPECT_EQ(s.by_id(12), nullptr);
  EXPECT_EQ(s.by_id(11)->since_ns, 1'000'000'000 - 100 - 700);
  EXPECT_EQ(s.objects().at(9).owner_slot, 1u);
  ASSERT_EQ(s.objects().at(9).waiters.size(), 2u);
  EXPECT_EQ(s.objects().at(9).waiters[0], 2u);
  EXPECT_EQ(s.objects().at(9).waiters[1], 5u);
  EXPECT_TRUE(s.threads()[0].ready.empty());
}

TEST(PackedState, CodeThatIsNoneIsReported) {
  const history h = trace_history("gap T0 7\n" + part(3, 4, 1, "\\xff\\xff"));

  EXPECT_EQ(violations_of(h), std::vector<std::string>{"#0 the code of a packed checkpoint cannot be read"});
}

TEST(PackedState, AnEmptyPartSaysNothingAndAnotherAloneIsReported) {
  const history h = trace_history(part(0, 0, 0, "") + part(2, 0, 0, ""));

  EXPECT_EQ(violations_of(h), std::vector<std::string>{"#1 part of a checkpoint that never began"});
}

}  // namespace
}  // namespace weft::diary
