// Checkpoints in the file: the state of a scheduler whose recording started in the middle.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/text_traces.hpp"

namespace weft::diary {
namespace {

using tests::trace_history;
using tests::violations_of;

// status_and_reason: status | reason << 4; ready 1, running 2, blocked 3, sleep 2, mutex 15, fd_readable 3.
constexpr const char* middle =
    "1.000 T0 string id=1 text=\"main\"\n"
    "1.000 T0 checkpoint_begin count=5 running=1\n"
    "1.000 T0 checkpoint_coroutine slot=1 id=10 called=1 status_and_reason=2\n"
    "1.000 T0 checkpoint_coroutine slot=2 id=11 parent=1 status_and_reason=243\n"
    "1.000 T0 checkpoint_wait object=9 owner=1\n"
    "1.000 T0 checkpoint_coroutine slot=3 id=12 status_and_reason=35\n"
    "1.000 T0 checkpoint_wait remaining_ns_plus_1=5001\n"
    "1.000 T0 checkpoint_coroutine slot=4 id=13 status_and_reason=51\n"
    "1.000 T0 checkpoint_wait fd_plus_1=8\n"
    "1.000 T0 checkpoint_coroutine slot=5 id=14 status_and_reason=1\n"
    "1.000 T0 checkpoint_ready slot=5\n"
    "1.000 T0 checkpoint_owner object=9 owner=1\n"
    "1.000 T0 checkpoint_end\n";
constexpr std::uint64_t middle_events = 13;

TEST(Checkpoint, SetsTheWholeState) {
  const history h = trace_history(middle);

  const scheduler_state s = h.state_after(middle_events);

  EXPECT_EQ(violations_of(h), std::vector<std::string>{});
  EXPECT_EQ(s.threads()[0].running_slot, 1u);
  EXPECT_EQ(s.threads()[0].ready.size(), 1u);
  EXPECT_EQ(s.threads()[0].ready.front(), 5u);
  EXPECT_EQ(s.by_id(11)->parent, 10u);
  EXPECT_EQ(s.by_id(11)->reason, wait_reason::mutex);
  EXPECT_EQ(s.by_id(11)->object, 9u);
  EXPECT_EQ(s.by_id(11)->owner_slot, 1u);
  EXPECT_EQ(s.by_id(12)->deadline_ns, 1'000'005'000);
  EXPECT_EQ(s.by_id(13)->fd, 7);
  EXPECT_EQ(s.objects().at(9).owner_slot, 1u);
  EXPECT_EQ(s.objects().at(9).waiters.front(), 2u);
}

TEST(Checkpoint, WhatFollowsGoesOnFromThere) {
  const history h = trace_history(std::string(middle) +
                                  "1.001 T0 lock_handed object=9 owner=2\n1.001 T0 wake slot=2 cause=granted object=9\n"
                                  "1.002 T0 sleep to=5 delay_ns=10\n1.003 T0 finish to=2 status=done\n"
                                  "1.004 T0 lock_released object=9\n1.004 T0 wake_fd slot=4 fd=7 ready=readable\n");

  EXPECT_EQ(violations_of(h), std::vector<std::string>{});
}

TEST(Checkpoint, ItsCoroutinesHaveRecords) {
  const history h = trace_history(middle);

  ASSERT_EQ(h.coroutines().size(), 5u);
  EXPECT_EQ(h.coroutine_label(10), "main");
  EXPECT_EQ(h.find_coroutine(11)->parent, 10u);
  EXPECT_EQ(h.id_of_slot(4, middle_events), 13u);
}

TEST(Checkpoint, OneThatAgreesWithTheEventsKeepsTheSums) {
  const history h = trace_history(
      "0.0 T0 spawn slot=1 id=1\n0.0 T0 spawn slot=2 id=2\n0.001 T0 enter to=1\n0.003 T0 yield to=2\n"
      "0.004 T0 checkpoint_begin count=2 running=2\n"
      "0.004 T0 checkpoint_coroutine slot=1 id=1 status_and_reason=1\n"
      "0.004 T0 checkpoint_coroutine slot=2 id=2 status_and_reason=2\n"
      "0.004 T0 checkpoint_ready slot=1\n0.004 T0 checkpoint_end\n0.005 T0 yield to=1\n");

  EXPECT_EQ(violations_of(h), std::vector<std::string>{});
  EXPECT_EQ(h.coroutines().size(), 2u);
  EXPECT_EQ(h.find_coroutine(1)->run_ns, 2'000'000);
  EXPECT_EQ(h.find_coroutine(1)->runs, 2u);
  EXPECT_EQ(h.find_coroutine(1)->ready_ns, 3'000'000);
}

TEST(Checkpoint, OneThatDisagreesIsReported) {
  const std::string before = "0.0 T0 spawn slot=1 id=1\n0.0 T0 spawn slot=2 id=2\n0.001 T0 enter to=1\n";
  const history h = trace_history(before +
                                  "0.004 T0 checkpoint_begin count=1 running=0\n"
                                  "0.004 T0 checkpoint_coroutine slot=1 id=1 status_and_reason=35\n"
                                  "0.004 T0 checkpoint_end\n");

  EXPECT_EQ(violations_of(h),
            (std::vector<std::string>{"#3 a checkpoint says that slot 0 runs, the events say 1",
                                      "#4 a checkpoint has coroutine 1 blocked in slot 1, the events have it running "
                                      "in slot 1",
                                      "#5 a checkpoint has 0 ready coroutines and a ready queue of 1"}));
}

TEST(Checkpoint, PartsOutOfPlaceAreReported) {
  const history h = trace_history(
      "0.0 T0 checkpoint_ready slot=1\n0.0 T0 checkpoint_begin count=2\n0.0 T0 checkpoint_begin count=1\n"
      "0.0 T0 checkpoint_ready slot=1\n0.0 T0 checkpoint_wait object=1\n0.0 T0 checkpoint_owner object=1 owner=4\n"
      "0.0 T0 checkpoint_end\n0.0 T0 checkpoint_begin\n0.0 T0 zone_end\n");

  EXPECT_EQ(violations_of(h),
            (std::vector<std::string>{
                "#0 part of a checkpoint that never began", "#2 a checkpoint begins inside a checkpoint",
                "#3 a checkpoint puts coroutine 0 (slot 1) into the ready queue, which is not ready",
                "#4 a checkpoint tells what coroutine 0 (slot 0) waits for, which is not blocked",
                "#5 a checkpoint gives object 1 to slot 4, which is free",
                "#6 a checkpoint has 0 coroutines and announced 1", "#8 zone_end inside a checkpoint"}));
}

TEST(Checkpoint, OtherThreadsKeepTheirState) {
  const history h = trace_history("0.0 T1 spawn slot=7 id=7\n0.0 T1 enter to=7\n" + std::string(middle));

  const scheduler_state s = h.state_after(h.source().event_count());

  EXPECT_EQ(s.threads()[1].running_slot, 7u);
  EXPECT_EQ(s.by_id(7)->status, coroutine_status::running);
  EXPECT_EQ(violations_of(h), std::vector<std::string>{});
}

}  // namespace
}  // namespace weft::diary
