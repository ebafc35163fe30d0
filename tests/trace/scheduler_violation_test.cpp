// For each rule: a trace that breaks it, and one that almost does.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/text_traces.hpp"

namespace weft::diary {
namespace {

struct rule {
  const char* name;
  const char* broken;   // follows `before`
  const char* message;  // of the one violation
  const char* kept;     // almost the same, without a violation
};

// 1 runs, 2 and 3 are ready, 4 waits for fd 7, 5 for an event, object 9 is free.
constexpr const char* before =
    "0.000 T0 spawn slot=4 id=4\n0.000 T0 spawn slot=5 id=5\n0.000 T0 enter to=4\n"
    "0.000 T0 block_fd to=5 reason=fd_readable fd=7\n0.000 T0 block to=0 reason=event object=8\n"
    "0.000 T0 spawn slot=1 id=1\n0.000 T0 spawn slot=2 id=2\n0.000 T0 spawn slot=3 id=3\n0.001 T0 enter to=1\n";

const rule rules[] = {
    {"SwitchWhileNobodyRuns", "0.002 T0 sleep to=0\n0.002 T0 yield to=2\n", "#10 yield recorded while nobody runs",
     "0.002 T0 sleep to=0\n0.002 T0 enter to=2\n"},
    {"EnterWhileSomebodyRuns", "0.002 T0 enter to=2\n", "#9 enter recorded while coroutine 1 (slot 1) runs",
     "0.002 T0 yield to=2\n"},
    {"WokenWithoutBeingBlocked", "0.002 T0 wake slot=2 cause=granted\n",
     "#9 coroutine 2 (slot 2) is woken while it is ready", "0.002 T0 wake slot=5 cause=granted\n"},
    {"WokenTwice", "0.002 T0 wake slot=5 cause=granted\n0.002 T0 wake slot=5 cause=granted\n",
     "#10 coroutine 5 (slot 5) is woken while it is ready",
     "0.002 T0 wake slot=5 cause=granted\n0.002 T0 wake slot=4 cause=cancelled\n"},
    {"WokenInAFreeSlot", "0.002 T0 wake slot=77 cause=granted\n", "#9 slot 77 is woken, which is free",
     "0.002 T0 wake slot=5 cause=granted\n"},
    {"EnteredWithoutBeingReady", "0.002 T0 block to=5 reason=event object=8\n",
     "#9 coroutine 5 (slot 5) goes from blocked to running", "0.002 T0 block to=2 reason=event object=8\n"},
    {"EnteredInAFreeSlot", "0.002 T0 yield to=6\n", "#9 slot 6 is entered, which is free", "0.002 T0 yield to=2\n"},
    {"EnteredFromBehind", "0.002 T0 yield to=3\n",
     "#9 ready queue order: coroutine 3 (slot 3) is entered, but coroutine 2 (slot 2) is in front",
     "0.002 T0 yield to=2\n0.003 T0 yield to=3\n"},
    {"YieldToItselfWhileOthersAreReady", "0.002 T0 yield to=1\n",
     "#9 ready queue order: coroutine 1 (slot 1) is entered, but coroutine 2 (slot 2) is in front",
     "0.002 T0 finish to=2 status=done\n0.002 T0 finish to=3 status=done\n0.002 T0 yield to=3\n"},
    {"SlotGivenAwayWhileInUse", "0.002 T0 spawn slot=5 id=6 parent=1\n",
     "#9 slot 5 is given to coroutine 6 while coroutine 5 (slot 5) lives in it",
     "0.002 T0 spawn slot=6 id=6 parent=1\n"},
    {"SpawnedByNobodyAlive", "0.002 T0 spawn slot=6 id=6 parent=66\n",
     "#9 coroutine 6 is spawned by slot 66, which is free", "0.002 T0 spawn slot=6 id=6\n"},
    {"SpawnedWithoutASlot", "0.002 T0 spawn slot=0 id=6\n", "#9 a coroutine is spawned with slot 0 and id 6",
     "0.002 T0 spawn slot=6 id=6\n"},
    {"IdUsedAgain", "0.002 T0 finish to=2 status=done\n0.003 T0 spawn slot=1 id=1\n",
     "#10 coroutine 1 is spawned twice", "0.002 T0 finish to=2 status=done\n0.003 T0 spawn slot=1 id=6\n"},
    {"FinishedWithoutAnEnd", "0.002 T0 finish to=2 status=ready\n", "#9 coroutine 1 (slot 1) finishes with status 1",
     "0.002 T0 finish to=2 status=cancelled\n"},
    {"BlockedWithoutAReason", "0.002 T0 block to=2 object=8\n", "#9 coroutine 1 (slot 1) blocks without a reason (0)",
     "0.002 T0 block to=2 reason=event object=8\n"},
    {"WokenByTheWrongFd", "0.002 T0 wake_fd slot=4 fd=8 ready=readable\n",
     "#9 coroutine 4 (slot 4) is woken by fd 8 but waits for fd 7", "0.002 T0 wake_fd slot=4 fd=7 ready=readable\n"},
    {"WokenByAnFdWithoutWaitingForOne", "0.002 T0 wake_fd slot=5 fd=7 ready=readable\n",
     "#9 coroutine 5 (slot 5) is woken by fd 7 but waits for no fd", "0.002 T0 wake_fd slot=4 fd=7 ready=error\n"},
    {"LockReleasedBySomebodyElse",
     "0.002 T0 lock_acquired object=9\n0.002 T0 yield to=2\n0.003 T0 lock_released object=9\n",
     "#11 coroutine 2 (slot 2) releases object 9, which coroutine 1 (slot 1) holds",
     "0.002 T0 lock_acquired object=9\n0.002 T0 lock_released object=9\n0.003 T0 yield to=2\n"},
    {"LockReleasedThatNobodyHolds", "0.002 T0 lock_released object=9\n", "#9 object 9 is released, but nobody holds it",
     "0.002 T0 lock_acquired object=9\n0.002 T0 lock_released object=9\n"},
    {"LockAcquiredThatIsHeld",
     "0.002 T0 lock_acquired object=9\n0.002 T0 yield to=2\n0.003 T0 lock_acquired object=9\n",
     "#11 coroutine 2 (slot 2) locks object 9, which coroutine 1 (slot 1) holds",
     "0.002 T0 object id=9 kind=shared_mutex text=\"\"\n0.002 T0 lock_acquired object=9\n0.002 T0 yield to=2\n"
     "0.003 T0 lock_acquired object=9\n"},
    {"LockHandedBySomebodyElse",
     "0.002 T0 lock_acquired object=9\n0.002 T0 yield to=2\n0.003 T0 lock_handed object=9 owner=5\n",
     "#11 coroutine 2 (slot 2) releases object 9, which coroutine 1 (slot 1) holds",
     // The heir is cancelled before it runs: it passes the lock on although another coroutine runs.
     "0.002 T0 lock_acquired object=9\n0.002 T0 lock_handed object=9 owner=5\n"
     "0.002 T0 wake slot=5 cause=granted object=9\n0.003 T0 lock_handed object=9 owner=4\n"},
    {"LockHandedToNobody", "0.002 T0 lock_acquired object=9\n0.002 T0 lock_handed object=9 owner=66\n",
     "#10 object 9 is handed to slot 66, which is free",
     "0.002 T0 lock_acquired object=9\n0.002 T0 lock_handed object=9 owner=5\n"},
    {"CancelOfNobody", "0.002 T0 cancel slot=66\n", "#9 cancels slot 66, which is free", "0.002 T0 cancel slot=4\n"},
    {"CancelDeliveredToNobody", "0.002 T0 sleep to=0\n0.002 T0 cancel_delivered\n",
     "#10 cancel_delivered recorded while nobody runs", "0.002 T0 cancel_delivered\n"},
    {"SelectOfNobodyInterrupted", "0.002 T0 sleep to=0\n0.002 T0 select_interrupted look=1\n",
     "#10 select_interrupted recorded while nobody runs", "0.002 T0 select_interrupted look=1\n"},
    {"PointOfNobodyPassed", "0.002 T0 sleep to=0\n0.002 T0 point_passed check=1\n",
     "#10 point_passed recorded while nobody runs", "0.002 T0 point_passed check=1\n"},
    {"ErrorOfNobody", "0.002 T0 sleep to=0\n0.002 T0 error text=\"e\"\n", "#10 error recorded while nobody runs",
     "0.002 T0 error text=\"e\"\n"},
    {"TimeGoesBack", "0.002 T0 yield to=2\n0.001999999 T0 yield to=3\n", "#10 time goes back by 1 ns within thread 0",
     "0.002 T0 yield to=2\n0.002 T0 yield to=3\n"},
    {"PollInsideAPoll", "0.002 T0 sleep to=0\n0.002 T0 poll_begin\n0.002 T0 poll_begin\n", "#11 polls inside a poll",
     "0.002 T0 sleep to=0\n0.002 T0 poll_begin\n0.002 T0 poll_end\n0.002 T0 poll_begin\n"},
    {"PollEndsWithoutBeginning", "0.002 T0 sleep to=0\n0.002 T0 poll_end\n", "#10 a poll ends that never began",
     "0.002 T0 sleep to=0\n0.002 T0 poll_begin\n0.002 T0 poll_end\n"},
    {"SwitchInsideAPoll", "0.002 T0 sleep to=0\n0.002 T0 poll_begin\n0.002 T0 enter to=2\n",
     "#11 enter recorded inside a poll",
     "0.002 T0 sleep to=0\n0.002 T0 poll_begin\n0.002 T0 poll_end\n0.002 T0 enter to=2\n"},
    {"ThreadStopsWhileSomebodyRuns", "0.002 T0 thread_stop\n", "#9 thread 0 stops while coroutine 1 (slot 1) runs",
     "0.002 T0 sleep to=0\n0.002 T0 thread_stop\n"},
    {"ThreadStartsTwice", "0.002 T0 thread_start text=\"a\"\n0.002 T0 thread_start text=\"b\"\n",
     "#10 thread 0 starts twice", "0.002 T0 thread_start text=\"a\"\n"},
    {"RenamedInAFreeSlot", "0.002 T0 rename slot=66 called=1\n", "#9 renames slot 66, which is free",
     "0.002 T0 rename slot=1 called=1\n"},
    {"WokenOnAnotherThread", "0.002 T1 wake slot=5 cause=granted\n",
     "#9 coroutine 5 (slot 5) of thread 0 is woken on thread 1",
     "0.002 T0 wake_remote slot=5 cause=granted waker_thread_plus_1=2\n"},
    {"EnteredOnAnotherThread", "0.002 T1 enter to=2\n", "#9 coroutine 2 (slot 2) of thread 0 is entered on thread 1",
     "0.002 T1 take_over slot=2 from_thread=0\n0.002 T1 enter to=2\n"},
    {"TakenOverAfterItsStart", "0.002 T0 yield to=2\n0.003 T1 take_over slot=1 from_thread=0\n",
     "#10 coroutine 1 (slot 1) is taken over after it has started",
     "0.002 T0 yield to=2\n0.003 T1 take_over slot=3 from_thread=0\n"},
    {"TakenOverFromTheWrongThread", "0.003 T1 take_over slot=3 from_thread=2\n",
     "#9 coroutine 3 (slot 3) is taken over from thread 2 but belongs to thread 0",
     "0.003 T1 take_over slot=3 from_thread=0\n"},
};

class SchedulerViolation : public testing::TestWithParam<rule> {};

TEST_P(SchedulerViolation, IsReportedOnceAtItsEvent) {
  const history h = tests::trace_history(std::string(before) + GetParam().broken);

  EXPECT_EQ(tests::violations_of(h), std::vector<std::string>{GetParam().message});
}

TEST_P(SchedulerViolation, IsNotReportedWhereTheRuleIsKept) {
  const history h = tests::trace_history(std::string(before) + GetParam().kept);

  EXPECT_EQ(tests::violations_of(h), std::vector<std::string>{});
}

std::string rule_name(const testing::TestParamInfo<rule>& row) { return row.param.name; }

INSTANTIATE_TEST_SUITE_P(Rules, SchedulerViolation, testing::ValuesIn(rules), rule_name);

TEST(SchedulerViolation, AShuffledSchedulerMayEnterAnybodyWhoIsReady) {
  const history h = tests::trace_history("flags shuffled\n" + std::string(before) + "0.002 T0 yield to=3\n");

  EXPECT_EQ(tests::violations_of(h), std::vector<std::string>{});
}

TEST(SchedulerViolation, OneBrokenEventDoesNotBreakTheNext) {
  const history h =
      tests::trace_history(std::string(before) + "0.002 T0 yield to=3\n0.003 T0 yield to=2\n0.004 T0 yield to=1\n");

  EXPECT_EQ(h.violation_count(), 1u);
}

TEST(SchedulerViolation, ViolationsAreListedUpToALimitAndAllCounted) {
  std::string lines;
  for (int i = 0; i < 1500; ++i) lines += "0.0 T0 cancel slot=9\n";

  const history h = tests::trace_history(lines);

  EXPECT_EQ(h.violations().size(), history::violation_limit);
  EXPECT_EQ(h.violation_count(), 1500u);
}

}  // namespace
}  // namespace weft::diary
