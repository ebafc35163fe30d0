// The state after each event, on traces that are short enough to check by hand.
#include "trace/state/scheduler_state.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/text_traces.hpp"

namespace weft::diary {
namespace {

using tests::trace_history;
using tests::violations_of;

// For example "running 1, ready 2 3": the running and the ready coroutines of thread 0, by id.
std::string queue_of(const scheduler_state& s) {
  const thread_state& thread = s.threads().at(0);
  const auto id = [&](std::uint64_t slot) {
    const coroutine_state* c = s.by_slot(slot);
    return c != nullptr ? std::to_string(c->id) : "-";
  };
  std::string text = "running " + id(thread.running_slot) + ", ready";
  for (const std::uint64_t slot : thread.ready) text += " " + id(slot);
  return text;
}

constexpr const char* three_spawned =
    "0.000 T0 spawn slot=1 id=1\n0.000 T0 spawn slot=2 id=2 parent=1\n0.000 T0 spawn slot=3 id=3 parent=1\n"
    "0.001 T0 enter to=1\n";

TEST(SchedulerState, SpawnedCoroutinesStandInTheReadyQueueInOrder) {
  const history h = trace_history(three_spawned);

  EXPECT_EQ(queue_of(h.state_after(3)), "running -, ready 1 2 3");
  EXPECT_EQ(queue_of(h.state_after(4)), "running 1, ready 2 3");
  EXPECT_EQ(h.state_after(4).by_id(2)->parent, 1u);
  EXPECT_EQ(h.state_after(4).by_id(1)->spawns, 2u);
  EXPECT_EQ(violations_of(h), std::vector<std::string>{});
}

TEST(SchedulerState, YieldGoesToTheBackOfTheQueue) {
  const history h = trace_history(std::string(three_spawned) + "0.002 T0 yield to=2\n");

  EXPECT_EQ(queue_of(h.state_after(5)), "running 2, ready 3 1");
}

TEST(SchedulerState, YieldingAloneIsNoNewRun) {
  const history h = trace_history("0.000 T0 spawn slot=1 id=1\n0.000 T0 enter to=1\n0.002 T0 yield to=1\n");

  const scheduler_state s = h.state_after(3);
  EXPECT_EQ(s.by_id(1)->runs, 1u);
  EXPECT_EQ(s.by_id(1)->run_ns, 2'000'000);
  EXPECT_EQ(s.by_id(1)->status, coroutine_status::running);
  EXPECT_EQ(s.threads()[0].switches, 1u);
  EXPECT_EQ(violations_of(h), std::vector<std::string>{});
}

TEST(SchedulerState, GoingOnAfterTheSchedulerHadALookIsNoSwitch) {
  const history h = trace_history(
      "0.0 T0 spawn slot=1 id=1\n0.0 T0 spawn slot=2 id=2\n0.0 T0 enter to=1\n0.1 T0 sleep to=2\n"
      "0.2 T0 yield to=0\n0.3 T0 enter to=2\n0.4 T0 finish to=0 status=done\n"
      "0.5 T0 wake_timer slot=1 cause=granted\n0.6 T0 enter to=1\n");

  EXPECT_EQ(h.find_coroutine(1)->runs, 2u);
  EXPECT_EQ(h.find_coroutine(2)->runs, 1u);
  EXPECT_EQ(h.totals().switches, 3u);
}

TEST(SchedulerState, ASleeperHasADeadlineUntilItsTimerWakesIt) {
  const history h = trace_history(std::string(three_spawned) +
                                  "0.010 T0 sleep to=2 delay_ns=5000000\n"
                                  "0.016 T0 wake_timer slot=1 cause=granted lateness_ns=1000000\n");

  const coroutine_state asleep = *h.state_after(5).by_id(1);
  EXPECT_EQ(asleep.status, coroutine_status::blocked);
  EXPECT_EQ(asleep.reason, wait_reason::sleep);
  EXPECT_EQ(asleep.deadline_ns, 15'000'000);
  EXPECT_EQ(asleep.since_ns, 10'000'000);
  EXPECT_EQ(asleep.since_event, 4u);

  const scheduler_state after = h.state_after(6);
  EXPECT_EQ(queue_of(after), "running 2, ready 3 1");
  EXPECT_FALSE(after.by_id(1)->deadline_ns);
  EXPECT_EQ(after.by_id(1)->woken_cause, wake_cause::granted);
  EXPECT_EQ(after.by_id(1)->woken_by, 0u);
  EXPECT_EQ(after.by_id(1)->woken_event, 5u);
  EXPECT_EQ(after.by_id(1)->blocked_ns, 6'000'000);
}

TEST(SchedulerState, AWaiterForAnFdHasItUntilItIsWokenByIt) {
  const history h = trace_history(std::string(three_spawned) +
                                  "0.010 T0 block_fd to=2 reason=fd_readable fd=7\n"
                                  "0.011 T0 wake_fd slot=1 fd=7 ready=readable|error\n");

  EXPECT_EQ(h.state_after(5).by_id(1)->fd, 7);
  EXPECT_EQ(h.state_after(5).by_id(1)->reason, wait_reason::fd_readable);
  EXPECT_EQ(h.state_after(6).by_id(1)->fd, -1);
  EXPECT_EQ(h.state_after(6).by_id(1)->reason, wait_reason::fd_readable);
  EXPECT_EQ(h.state_after(6).by_id(1)->woken_by, 0u);
  EXPECT_EQ(violations_of(h), std::vector<std::string>{});
}

TEST(SchedulerState, ALockGoesFromOwnerToFirstWaiterByHandOver) {
  const history h = trace_history(std::string(three_spawned) +
                                  "0.002 T0 object id=9 kind=mutex text=\"m\"\n"
                                  "0.003 T0 lock_acquired object=9\n"
                                  "0.004 T0 yield to=2\n"
                                  "0.005 T0 block to=3 reason=mutex object=9 owner=1\n"
                                  "0.006 T0 block to=1 reason=mutex object=9 owner=1\n"
                                  "0.007 T0 lock_handed object=9 owner=2\n"
                                  "0.007 T0 wake slot=2 cause=granted object=9\n"
                                  "0.008 T0 yield to=2\n"
                                  "0.009 T0 lock_handed object=9 owner=3\n"
                                  "0.009 T0 wake slot=3 cause=granted object=9\n"
                                  "0.010 T0 yield to=1\n"
                                  "0.011 T0 yield to=3\n"
                                  "0.012 T0 lock_released object=9\n");
  const auto waiters = [&](std::uint64_t n) {
    std::vector<std::uint64_t> slots;
    const scheduler_state s = h.state_after(n);
    for (const std::uint64_t slot : s.objects().at(9).waiters) slots.push_back(slot);
    return slots;
  };

  EXPECT_EQ(h.state_after(6).objects().at(9).owner_slot, 1u);
  EXPECT_EQ(waiters(9), (std::vector<std::uint64_t>{2, 3}));
  EXPECT_EQ(h.state_after(9).by_id(3)->owner_slot, 1u);
  EXPECT_EQ(h.state_after(10).objects().at(9).owner_slot, 2u);
  EXPECT_EQ(waiters(11), (std::vector<std::uint64_t>{3}));
  EXPECT_EQ(h.state_after(11).by_id(2)->woken_by, 1u);
  EXPECT_EQ(h.state_after(13).objects().at(9).owner_slot, 3u);
  EXPECT_EQ(h.state_after(17).objects().count(9), 0u);
  EXPECT_EQ(violations_of(h), std::vector<std::string>{});
}

TEST(SchedulerState, AQueueShowsItsDepthAndAnEventWhetherItIsSet) {
  const history h = trace_history(std::string(three_spawned) +
                                  "0.002 T0 queue_put object=4 depth=1\n0.003 T0 queue_put object=4 depth=2\n"
                                  "0.004 T0 queue_get object=4 depth=1\n0.005 T0 event_set object=5\n"
                                  "0.006 T0 event_clear object=5\n");

  EXPECT_EQ(h.state_after(6).objects().at(4).depth, 2u);
  EXPECT_EQ(h.state_after(7).objects().at(4).depth, 1u);
  EXPECT_EQ(h.state_after(8).objects().at(5).is_set, true);
  EXPECT_EQ(h.state_after(9).objects().at(5).is_set, false);
}

TEST(SchedulerState, WhatFoundNobodyWaitingBreaksNoRule) {
  const history h = trace_history(std::string(three_spawned) +
                                  "0.002 T0 event_clear object=5\n0.003 T0 event_set object=5\n"
                                  "0.004 T0 event_set object=5\n0.005 T0 notify_unheard object=6\n"
                                  "0.006 T0 counted object=7 count=2\n");

  EXPECT_EQ(h.state_after(7).objects().at(5).is_set, true);
  EXPECT_EQ(violations_of(h), std::vector<std::string>{});
}

TEST(SchedulerState, ATimeLimitIsTheDeadlineOfTheNextBlockOnly) {
  const history h = trace_history(std::string(three_spawned) +
                                  "0.002 T0 time_limit delay_ns=1000\n0.003 T0 block to=2 reason=event object=5\n"
                                  "0.004 T0 block to=3 reason=event object=5\n");

  EXPECT_EQ(h.state_after(6).by_id(1)->deadline_ns, 2'001'000);
  EXPECT_FALSE(h.state_after(7).by_id(2)->deadline_ns);
}

TEST(SchedulerState, ADelayedStartIsBlockedUntilItsTimer) {
  const history h =
      trace_history("0.000 T0 spawn_after slot=1 id=1 delay_ns=2000\n0.000002500 T0 wake_timer slot=1 cause=started\n");

  EXPECT_EQ(h.state_after(1).by_id(1)->reason, wait_reason::start_timer);
  EXPECT_EQ(h.state_after(1).by_id(1)->deadline_ns, 2000);
  EXPECT_EQ(queue_of(h.state_after(2)), "running -, ready 1");
  EXPECT_EQ(h.state_after(2).by_id(1)->woken_cause, wake_cause::started);
}

TEST(SchedulerState, AnEndedCoroutineLeavesAndItsSlotIsFree) {
  const history h = trace_history(std::string(three_spawned) +
                                  "0.002 T0 finish to=2 status=failed\n0.003 T0 spawn slot=1 id=4 parent=2\n");

  scheduler_state s = h.state_after(4);
  s.apply(h.source().at(4));
  ASSERT_NE(s.just_ended(), nullptr);
  EXPECT_EQ(s.just_ended()->id, 1u);
  EXPECT_EQ(s.just_ended()->status, coroutine_status::failed);
  EXPECT_EQ(s.just_ended()->run_ns, 1'000'000);
  EXPECT_EQ(s.by_slot(1), nullptr);
  s.apply(h.source().at(5));
  EXPECT_EQ(s.just_ended(), nullptr);
  EXPECT_EQ(s.by_slot(1)->id, 4u);
  EXPECT_EQ(violations_of(h), std::vector<std::string>{});
}

TEST(SchedulerState, RunReadyAndBlockedTimeAddUpToTheLife) {
  const history h = trace_history(std::string(three_spawned) +
                                  "0.004 T0 sleep to=2 delay_ns=1000000\n0.007 T0 wake_timer slot=1 cause=granted\n"
                                  "0.009 T0 yield to=3\n0.011 T0 yield to=1\n0.016 T0 finish to=2 status=done\n");

  scheduler_state s = h.state_after(8);
  s.apply(h.source().at(8));
  const coroutine_state& ended = *s.just_ended();
  EXPECT_EQ(ended.run_ns, 8'000'000);
  EXPECT_EQ(ended.ready_ns, 5'000'000);
  EXPECT_EQ(ended.blocked_ns, 3'000'000);
  EXPECT_EQ(ended.run_ns + ended.ready_ns + ended.blocked_ns, ended.since_ns - ended.spawned_ns);
}

TEST(SchedulerState, AThreadKnowsItsNameItsPollsAndItsIdleTime) {
  const history h = trace_history(
      "0.000 T0 thread_start tid=77 text=\"main\"\n0.001 T0 spawn slot=1 id=1\n0.002 T0 enter to=1\n"
      "0.005 T0 sleep to=0 delay_ns=10\n0.006 T0 poll_begin timeout_ns_plus_1=11\n0.008 T0 poll_end ready_fds=0\n"
      "0.009 T0 wake_timer slot=1 cause=granted\n0.010 T0 enter to=1\n0.011 T0 finish to=0 status=done\n"
      "0.012 T0 thread_stop\n");

  EXPECT_TRUE(h.state_after(5).threads()[0].polling);
  const thread_state thread = h.state_after(10).threads()[0];
  EXPECT_EQ(thread.name, "main");
  EXPECT_EQ(thread.tid, 77u);
  EXPECT_TRUE(thread.started);
  EXPECT_TRUE(thread.stopped);
  EXPECT_FALSE(thread.polling);
  EXPECT_EQ(thread.polls, 1u);
  EXPECT_EQ(thread.switches, 1u);
  EXPECT_EQ(thread.run_ns, 4'000'000);
  EXPECT_EQ(thread.idle_ns, 8'000'000);
  EXPECT_EQ(violations_of(h), std::vector<std::string>{});
}

TEST(SchedulerState, AWakeFromAnotherThreadNamesWhoRanThereThen) {
  const history h = trace_history(
      "0.001 T0 spawn slot=1 id=1\n0.001 T0 enter to=1\n"
      "0.002 T1 spawn slot=2 id=2\n0.002 T1 enter to=2\n0.003 T1 block to=0 reason=queue_get object=5\n"
      "0.004 T0 queue_put object=5 depth=1\n0.005 T0 finish to=0 status=done\n"
      "0.006 T1 wake_remote slot=2 cause=granted object=5 waker_thread_plus_1=1 waker_ordinal=2\n");

  EXPECT_EQ(h.state_after(8).by_id(2)->woken_by, 1u);
  EXPECT_EQ(h.state_after(8).threads()[1].ready.front(), 2u);
  EXPECT_EQ(violations_of(h), std::vector<std::string>{});
}

TEST(SchedulerState, AnUnstartedCoroutineMayBeTakenOver) {
  const history h = trace_history(
      "0.001 T0 spawn slot=1 id=1\n0.001 T0 spawn slot=2 id=2\n0.002 T1 take_over slot=1 from_thread=0\n"
      "0.003 T1 enter to=1\n0.003 T0 enter to=2\n");

  EXPECT_EQ(queue_of(h.state_after(3)), "running -, ready 2");
  EXPECT_EQ(h.state_after(4).by_id(1)->thread, 1u);
  EXPECT_EQ(violations_of(h), std::vector<std::string>{});
}

TEST(SchedulerState, EventsOfUnknownTypesChangeNothing) {
  const history h = trace_history(std::string("schema 222 future args=1 text=0\n") + three_spawned +
                                  "0.002 T0 future arg0=1\n0.002 T0 yield to=2\n");

  EXPECT_EQ(queue_of(h.state_after(5)), "running 1, ready 2 3");
  EXPECT_EQ(violations_of(h), std::vector<std::string>{});
}

TEST(SchedulerState, CoroutinesAreListedBySpawnOrder) {
  const history h = trace_history("0.0 T0 spawn slot=9 id=1\n0.0 T0 spawn slot=3 id=2\n0.0 T0 spawn slot=5 id=3\n");

  std::vector<std::uint64_t> ids;
  const scheduler_state s = h.state_after(3);
  for (const coroutine_state* c : s.coroutines()) ids.push_back(c->id);

  EXPECT_EQ(ids, (std::vector<std::uint64_t>{1, 2, 3}));
  EXPECT_EQ(s.live_count(), 3u);
  EXPECT_EQ(s.applied(), 3u);
}

}  // namespace
}  // namespace weft::diary
