// For each kind of finding: a trace that has it, and one that almost has it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string_view>

#include "trace_story.hpp"

namespace weft::tests {
namespace {

using ::testing::HasSubstr;
using viz::finding;
using viz::finding_kind;

// held-thread

trace_story held_for(std::int64_t us) {
  trace_story s;
  s.names({"hog", "patient"}).spawn(1).spawn(2).event("enter to=1").pass(us).event("yield to=2");
  return s.pass(1).event("finish to=1 status=done").pass(1).event("finish to=0 status=done");
}

TEST(HeldThread, IsARunOfTenMilliseconds) {
  expect_one(held_for(10'000), finding_kind::held_thread, "hog held the thread for 10.0 ms", 1);
  EXPECT_THAT(found_in(held_for(10'000).text(), finding_kind::held_thread)[0].detail,
              HasSubstr("1 coroutine stood ready meanwhile, the longest for 10.0 ms (patient)."));
}

TEST(HeldThread, IsNoRunThatIsShorter) { expect_none(held_for(9'999), finding_kind::held_thread); }

TEST(HeldThread, IsNotSaidOfARunWithAGapInIt) {
  trace_story s;
  s.names({"hog"}).spawn(1).event("enter to=1").lose(3).pass(20'000).event("mark text=\"x\"");
  s.pass(1).event("finish to=0 status=done");

  expect_none(s, finding_kind::held_thread);
}

// never-yielded

trace_story ran_through_for(std::int64_t us, bool yields) {
  trace_story s;
  s.names({"worker"}).spawn(1).event("enter to=1");
  if (yields) s.pass(1).event("yield to=1");
  return s.pass(us).event("finish to=0 status=done");
}

TEST(NeverYielded, IsAWholeLifeInOneLongRun) {
  expect_one(ran_through_for(100'000, false), finding_kind::never_yielded,
             "worker never gave up the thread: it ran for 100 ms from its start to its end", 1);
}

TEST(NeverYielded, IsNoShorterLife) { expect_none(ran_through_for(99'999, false), finding_kind::never_yielded); }

TEST(NeverYielded, IsNobodyWhoYieldedOnce) { expect_none(ran_through_for(200'000, true), finding_kind::never_yielded); }

TEST(NeverYielded, IsALoopThatStillRunsAtTheEnd) {
  trace_story s;
  s.names({"looper"}).spawn(1).event("enter to=1").pass(150'000).event("mark text=\"still here\"");

  expect_one(s, finding_kind::never_yielded,
             "looper never gave up the thread: it ran for 150 ms from its start to the end of the trace", 1);
}

// wait-cycle

trace_story two_locks(bool in_the_same_order) {
  trace_story s;
  s.names({"a", "b"}).event("object id=1 kind=mutex text=\"x\"").event("object id=2 kind=mutex text=\"y\"");
  s.spawn(1).spawn(2).event("enter to=1").pass(1).event("lock_acquired object=1").pass(1).event("yield to=2");
  if (in_the_same_order) {
    s.pass(1).event("block to=1 reason=mutex object=1 owner=1");
    s.pass(1).event("lock_acquired object=2").event("lock_released object=2");
    s.event("lock_handed object=1 owner=2").event("wake slot=2 cause=granted object=1");
    return s.pass(1).event("finish to=2 status=done").pass(1).event("finish to=0 status=done");
  }
  s.pass(1).event("lock_acquired object=2").pass(1).event("block to=1 reason=mutex object=1 owner=1");
  return s.pass(1).event("block to=0 reason=mutex object=2 owner=2").pass(5).event("mark text=\"the end\"");
}

TEST(WaitCycle, IsTwoWhoWantEachOthersLock) {
  expect_one(two_locks(false), finding_kind::wait_cycle, "a and b wait for each other", 1);
  EXPECT_EQ(
      found_in(two_locks(false).text(), finding_kind::wait_cycle)[0].detail,
      "a waits for mutex \u201cy\u201d, held by b. b waits for mutex \u201cx\u201d, held by a. It lasts to the end "
      "of the trace.");
}

TEST(WaitCycle, IsNobodyWhoWaitsForSomebodyThatGoesOn) { expect_none(two_locks(true), finding_kind::wait_cycle); }

TEST(WaitCycle, ThatDeadlockErrorEndsIsSaidToHaveDoneSo) {
  trace_story s;
  s.names({"main", "a"}).event("object id=1 kind=mutex text=\"x\"").event("object id=2 kind=task text=\"\"");
  s.spawn(1).spawn(2, 1).event("enter to=1").event("lock_acquired object=1").pass(1);
  s.event("block to=2 reason=join object=2 owner=2").pass(1).event("block to=0 reason=mutex object=1 owner=1").pass(50);
  s.event("wake slot=1 cause=deadlock object=2").event("enter to=1").event("cancel_delivered").pass(1);
  s.event("finish to=0 status=failed");

  EXPECT_THAT(found_in(s.text(), finding_kind::wait_cycle)[0].detail,
              HasSubstr("It ended with deadlock_error, after 50.0 µs."));
  expect_none(s, finding_kind::blocked_at_end);
}

TEST(WaitCycle, ThatATimeLimitEndsIsSaidToHaveEnded) {
  trace_story s = two_locks(false);
  s.pass(94).event("wake_timer slot=1 cause=timed_out lateness_ns=0").pass(1).event("enter to=1");

  const std::vector<finding> found = found_in(s.text(), finding_kind::wait_cycle);

  ASSERT_EQ(found.size(), 1u);
  EXPECT_THAT(found[0].detail, HasSubstr("It ended after 99.0 µs."));
}

// blocked-at-end

trace_story waits_for_good(bool is_woken) {
  trace_story s;
  s.names({"waiter", "setter"}).event("object id=1 kind=event text=\"go\"").spawn(1).spawn(2).event("enter to=1");
  s.pass(1).event("block to=2 reason=event object=1").pass(1);
  if (is_woken) s.event("event_set object=1").event("wake slot=1 cause=granted object=1");
  s.event(is_woken ? "finish to=1 status=done" : "finish to=0 status=done");
  if (is_woken) s.pass(1).event("finish to=0 status=done");
  return s;
}

TEST(BlockedAtEnd, IsWhoeverStillWaits) {
  expect_one(waits_for_good(false), finding_kind::blocked_at_end,
             "waiter is blocked at the end of the trace: event \u201cgo\u201d (event)", 1);
}

TEST(BlockedAtEnd, IsNobodyWhoWasWoken) { expect_none(waits_for_good(true), finding_kind::blocked_at_end); }

TEST(BlockedAtEnd, IsNobodyWhoseWakeMayBeLost) {
  trace_story s = waits_for_good(false);
  s.lose(5).pass(10).event("mark text=\"later\"");

  expect_none(s, finding_kind::blocked_at_end);
}

// A consumer waits for a queue, and meanwhile a producer sleeps: neither of them waits for good.
std::string healthy(const std::string& how_it_ends, bool is_complete) {
  trace_story s;
  s.names({"consumer", "producer"}).event("object id=1 kind=queue text=\"orders\"").spawn(1).spawn(2);
  s.event("enter to=1").pass(1).event("block to=2 reason=queue_get object=1");
  s.pass(1).event("sleep to=0 delay_ns=2000000");
  if (!how_it_ends.empty()) s.pass(1).event(how_it_ends);
  return is_complete ? s.text() : s.text().substr(s.text().find('\n') + 1);
}

TEST(BlockedAtEnd, IsNobodyInATraceThatWasCutOffWhileSomethingCouldStillHappen) {
  EXPECT_TRUE(found_in(healthy("", false), finding_kind::blocked_at_end).empty());
  EXPECT_TRUE(found_in(healthy("mark text=\"weft: paused\"", false), finding_kind::blocked_at_end).empty());
}

TEST(BlockedAtEnd, IsNobodyWhereOnlyTheRecordingEnded) {
  EXPECT_TRUE(found_in(healthy("", true), finding_kind::blocked_at_end).empty());
}

TEST(BlockedAtEnd, IsWhoeverWaitsWhenTheThreadsSchedulerHasEnded) {
  EXPECT_EQ(found_in(healthy("thread_stop", true), finding_kind::blocked_at_end).size(), 1u);
}

TEST(BlockedAtEnd, IsAHopelessWaitAlsoInATraceThatWasCutOff) {
  const std::string text = waits_for_good(false).text();
  EXPECT_EQ(found_in(text.substr(text.find('\n') + 1), finding_kind::blocked_at_end).size(), 1u);
}

TEST(BlockedAtEnd, IsWhoWasBlockedWhenDeadlockErrorCame) {
  trace_story s;
  s.names({"main", "worker"}).event("object id=1 kind=task text=\"\"").event("object id=2 kind=event text=\"go\"");
  s.event("object id=3 kind=other text=\"left-over coroutines\"").spawn(1).spawn(2, 1).event("enter to=1").pass(1);
  s.event("block to=2 reason=join object=1 owner=2").pass(1).event("block to=0 reason=event object=2").pass(1);
  s.event("wake slot=1 cause=deadlock object=1").event("enter to=1").event("cancel_delivered").pass(1);
  s.event("cancel slot=2").event("wake slot=2 cause=cancelled object=0");
  s.event("block to=2 reason=main_end object=3").event("cancel_delivered").pass(1);
  s.event("wake slot=1 cause=granted object=0").event("finish to=1 status=cancelled").pass(1);
  s.event("finish to=0 status=failed").event("thread_stop");

  expect_one(s, finding_kind::blocked_at_end,
             "deadlock_error: 2 coroutines were blocked, and nothing could wake anybody", 1);
  expect_none(s, finding_kind::never_joined);  // main was about to join them
}

// Main catches the error and returns; the trace may be cut while the left-overs end.
trace_story goes_on_after_a_deadlock(bool is_cut) {
  trace_story s;
  s.names({"main", "worker"}).event("object id=1 kind=task text=\"\"").event("object id=2 kind=event text=\"go\"");
  s.event("object id=3 kind=other text=\"left-over coroutines\"").spawn(1).spawn(2, 1).event("enter to=1").pass(1);
  s.event("block to=2 reason=join object=1 owner=2").pass(1).event("block to=0 reason=event object=2").pass(1);
  s.event("wake slot=1 cause=deadlock object=1").event("enter to=1").event("cancel_delivered").pass(1);
  s.event("sleep to=0 delay_ns=1000").pass(1).event("wake_timer slot=1 cause=granted lateness_ns=0");
  s.event("enter to=1").pass(1);
  if (is_cut) return s.event("block to=0 reason=main_end object=3");
  s.event("cancel slot=2").event("wake slot=2 cause=cancelled object=0");
  s.event("block to=2 reason=main_end object=3").event("cancel_delivered").pass(1);
  s.event("wake slot=1 cause=granted object=0").event("finish to=1 status=cancelled").pass(1);
  return s.event("finish to=0 status=done").event("thread_stop");
}

TEST(BlockedAtEnd, IsSaidOnceOfADeadlockHoweverItGoesOn) {
  for (const bool is_cut : {false, true}) {
    const trace_story s = goes_on_after_a_deadlock(is_cut);
    expect_one(s, finding_kind::blocked_at_end,
               "deadlock_error: 2 coroutines were blocked, and nothing could wake anybody", 1);
    expect_none(s, finding_kind::never_joined);
  }
}

// starved

// Two coroutines run in turns while the last one is ready.
trace_story many_turns(std::int64_t us_each, int turns) {
  trace_story s;
  s.names({"first", "second", "last"}).spawn(1).spawn(2).event("enter to=1");
  s.pass(1).event("spawn slot=3 id=3 parent=0 called=3");
  // In a shuffled order the next coroutine need not be at the front of the ready queue.
  for (int i = 0; i < turns; ++i) s.pass(us_each).event(i % 2 == 0 ? "yield to=2" : "yield to=1");
  return s.pass(us_each).event("yield to=3");
}

TEST(Starved, IsWhoStoodReadyForLongWhileOthersHadTheirTurns) {
  const std::vector<finding> found = found_in(shuffled(many_turns(5'000, 20)), finding_kind::starved);

  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].title, "last stood ready for 105 ms");
  EXPECT_EQ(found[0].coroutine, 3u);
}

TEST(Starved, IsNobodyWhoWaitedLess) {
  EXPECT_TRUE(found_in(shuffled(many_turns(5'000, 18)), finding_kind::starved).empty());
}

TEST(Starved, IsNobodyBehindOneWhoHeldTheThread) {
  EXPECT_TRUE(found_in(shuffled(many_turns(60'000, 2)), finding_kind::starved).empty());
}

TEST(Starved, IsNobodyWhileTheProgramIsPaused) {
  trace_story s;
  s.names({"a", "b"}).spawn(1).spawn(2).event("enter to=1").pass(1).event("yield to=0").pass(1);
  s.event("mark text=\"weft: paused\"").pass(500'000).event("mark text=\"weft: resumed\"").pass(1);
  s.event("enter to=2").pass(1).event("finish to=1 status=done").pass(1).event("finish to=0 status=done");

  expect_none(s, finding_kind::starved);
}

TEST(LateTimer, IsNoneThatThePauseMadeLate) {
  trace_story s;
  s.names({"sleeper"}).spawn(1).event("enter to=1").pass(1).event("sleep to=0 delay_ns=1000000").pass(500);
  s.event("mark text=\"weft: paused\"").pass(500'000).event("mark text=\"weft: resumed\"").pass(1);
  s.event("wake_timer slot=1 cause=granted lateness_ns=499501000").event("enter to=1").pass(1);
  s.event("finish to=0 status=done");

  expect_none(s, finding_kind::late_timer);
}

// late-timer

trace_story fires_late_by(std::int64_t ns) {
  trace_story s;
  s.names({"sleeper", "busy"}).spawn(1).spawn(2).event("enter to=1").pass(1).event("sleep to=2 delay_ns=1000000");
  s.pass(1'000 + ns / 1000 - 5).event("finish to=0 status=done").pass(5);
  s.event("wake_timer slot=1 cause=granted lateness_ns=" + std::to_string(ns)).pass(1).event("enter to=1");
  return s.pass(1).event("finish to=0 status=done");
}

TEST(LateTimer, IsTenMillisecondsAfterItsTime) {
  expect_one(fires_late_by(10'000'000), finding_kind::late_timer, "sleeper's timer fired 10.0 ms late", 1);
  EXPECT_THAT(found_in(fires_late_by(10'000'000).text(), finding_kind::late_timer)[0].detail,
              HasSubstr("busy had the thread for 10.0 ms of that time."));
}

TEST(LateTimer, IsNothingBelow) { expect_none(fires_late_by(9'999'000), finding_kind::late_timer); }

// blocking-call

trace_story calls_for(std::int64_t us, bool waits) {
  trace_story s;
  s.names({"caller", "other"}).spawn(1).spawn(2).event("enter to=1").pass(1);
  if (waits) {
    s.event("block_fd to=2 reason=fd_readable fd=7").pass(1).event("finish to=0 status=done").pass(us);
    s.event("wake_fd slot=1 fd=7 ready=readable").pass(1).event("enter to=1").pass(1);
  } else {
    s.pass(us);
  }
  s.event("libc_call fd_plus_1=8 result=100 errno=0 text=\"read\"").pass(1);
  return s.event(waits ? "finish to=0 status=done" : "finish to=2 status=done");
}

TEST(BlockingCall, IsOneThatKeptTheThread) {
  expect_one(calls_for(12'000, false), finding_kind::blocking_call, "read blocked the thread for up to 12.0 ms", 1);
}

TEST(BlockingCall, IsNoneThatSuspendedItsCoroutine) {
  expect_none(calls_for(12'000, true), finding_kind::blocking_call);
}

TEST(BlockingCall, IsNoneThatCameBackSooner) { expect_none(calls_for(9'000, false), finding_kind::blocking_call); }

// growing-queue

trace_story puts_and_gets(int count, int get_every) {
  trace_story s;
  s.names({"producer"}).event("object id=9 kind=queue text=\"jobs\"").spawn(1).event("enter to=1");
  int depth = 0;
  for (int i = 1; i <= count; ++i) {
    s.pass(1).event("queue_put object=9 depth=" + std::to_string(++depth));
    if (i % get_every == 0) s.pass(1).event("queue_get object=9 depth=" + std::to_string(--depth));
  }
  return s.pass(1).event("finish to=0 status=done");
}

TEST(GrowingQueue, GetsLongerAndLonger) {
  expect_one(puts_and_gets(100, 3), finding_kind::growing_queue,
             "queue \u201cjobs\u201d only grows: it holds 67 in the end", 1);
}

TEST(GrowingQueue, IsNoneThatIsShort) { expect_none(puts_and_gets(90, 3), finding_kind::growing_queue); }

TEST(GrowingQueue, IsNoneThatWasEmptiedInBetween) {
  trace_story s;
  s.names({"producer"}).event("object id=9 kind=queue text=\"jobs\"").spawn(1).event("enter to=1");
  for (int round = 0; round < 2; ++round) {
    for (int i = 1; i <= 70; ++i) s.pass(1).event("queue_put object=9 depth=" + std::to_string(i));
    for (int i = 69; i >= 0 && round == 0; --i) s.pass(1).event("queue_get object=9 depth=" + std::to_string(i));
  }
  s.pass(1).event("finish to=0 status=done");

  expect_none(s, finding_kind::growing_queue);
}

// never-joined

trace_story main_ends(bool joins) {
  trace_story s;
  s.names({"main", "left behind", "src/app.cpp"}).event("site id=1 file=3 line=12 function=0");
  s.event("object id=1 kind=task text=\"\"").event("object id=2 kind=other text=\"left-over coroutines\"").spawn(1);
  s.event("enter to=1").event("spawn slot=2 id=2 parent=1 called=2 site=1").pass(1);
  if (joins) {
    s.event("block to=2 reason=join object=1 owner=2").pass(1).event("wake slot=1 cause=granted object=1");
    return s.event("finish to=1 status=done").pass(1).event("finish to=0 status=done");
  }
  s.event("cancel slot=2").event("block to=2 reason=main_end object=2").pass(1);
  s.event("wake slot=1 cause=granted object=2").event("finish to=1 status=cancelled").pass(1);
  return s.event("finish to=0 status=done");
}

TEST(NeverJoined, IsWhoIsLeftOverWhenMainEnds) {
  expect_one(main_ends(false), finding_kind::never_joined, "left behind was never joined: spawned at app.cpp:12", 2);
}

TEST(NeverJoined, IsNobodyWhereMainFailed) {
  std::string text = main_ends(false).text();
  text.replace(text.rfind("status=done"), 11, "status=failed");

  EXPECT_TRUE(found_in(text, finding_kind::never_joined).empty());
}

TEST(NeverJoined, IsNobodyWhomMainWaitedFor) { expect_none(main_ends(true), finding_kind::never_joined); }

// two-waiters

trace_story two_wait_for(const char* second_wait) {
  trace_story s;
  s.names({"one", "two"}).spawn(1).spawn(2).event("enter to=1").pass(1);
  s.event("block_fd to=2 reason=fd_readable fd=7").pass(1).event(second_wait).pass(1);
  s.event("wake_fd slot=1 fd=7 ready=readable").pass(1);
  return s.event("enter to=1").pass(1).event("finish to=0 status=done");
}

TEST(TwoWaiters, WantTheSameFdInTheSameDirection) {
  expect_one(two_wait_for("block_fd to=0 reason=fd_readable fd=7"), finding_kind::two_waiters,
             "one and two wait for the same fd 7", 2);
}

TEST(TwoWaiters, AreNoneInDifferentDirections) {
  expect_none(two_wait_for("block_fd to=0 reason=fd_writable fd=7"), finding_kind::two_waiters);
}

TEST(TwoWaiters, AreNoneOneAfterTheOther) {
  trace_story s;
  s.names({"one", "two"}).spawn(1).spawn(2).event("enter to=1").pass(1);
  s.event("block_fd to=2 reason=fd_readable fd=7").pass(1).event("wake_fd slot=1 fd=7 ready=readable").pass(1);
  s.event("block_fd to=1 reason=fd_readable fd=7").pass(1).event("finish to=0 status=done");

  expect_none(s, finding_kind::two_waiters);
}

// stack-near-guard

trace_story used_of_stack(int bytes) {
  trace_story s;
  s.names({"deep"}).spawn(1).event("enter to=1").pass(1);
  s.event("stack_mark slot=1 used_bytes=" + std::to_string(bytes) + " reserved_bytes=262144");
  return s.pass(1).event("finish to=0 status=done");
}

TEST(StackNearGuard, IsOneOfWhichLittleIsLeft) {
  expect_one(used_of_stack(240'000), finding_kind::stack_near_guard, "deep used 234 of 256 KiB of its stack", 1);
}

TEST(StackNearGuard, IsNoneWithRoomLeft) { expect_none(used_of_stack(228'000), finding_kind::stack_near_guard); }

// lone-yields

trace_story yields_alone(int times, bool sleeps_in_the_middle) {
  trace_story s;
  s.names({"spinner"}).spawn(1).event("enter to=1");
  for (int i = 0; i < times; ++i) {
    if (sleeps_in_the_middle && i == times / 2) {
      s.pass(1).event("sleep to=0 delay_ns=1000").pass(1).event("wake_timer slot=1 cause=granted lateness_ns=0");
      s.event("enter to=1");
    }
    // From time to time the scheduler stays at the root.
    if (i % 64 == 63) {
      s.pass(1).event("yield to=0").event("enter to=1");
    } else {
      s.pass(1).event("yield to=1");
    }
  }
  return s.pass(1).event("finish to=0 status=done");
}

TEST(LoneYields, AreAThousandInARow) {
  expect_one(yields_alone(1000, false), finding_kind::lone_yields,
             "spinner yielded 1000 times in a row with nobody else ready", 1);
}

TEST(LoneYields, AreNotFewer) { expect_none(yields_alone(999, false), finding_kind::lone_yields); }

TEST(LoneYields, EndWithAWait) { expect_none(yields_alone(1500, true), finding_kind::lone_yields); }

TEST(LoneYields, AreNoneWhereTwoTakeTurns) {
  trace_story s;
  s.names({"ping", "pong"}).spawn(1).spawn(2).event("enter to=1");
  for (int i = 0; i < 1500; ++i) s.pass(1).event(i % 2 == 0 ? "yield to=2" : "yield to=1");

  expect_none(s, finding_kind::lone_yields);
}

// wake-without-effect

// A waiter that is notified `times` times. If it finds something, it releases the lock to work on it, as it should.
trace_story notified(int times, bool finds_something) {
  trace_story s;
  s.names({"waiter", "notifier"}).event("object id=1 kind=mutex text=\"m\"");
  s.event("object id=2 kind=condition_variable text=\"news\"").spawn(1).spawn(2).event("enter to=1");
  s.event("lock_acquired object=1").event("lock_released object=1");
  s.pass(1).event("block to=2 reason=condition_variable object=2");
  for (int i = 0; i < times; ++i) {
    s.pass(1).event("wake slot=1 cause=granted object=2").pass(1).event("yield to=1");
    s.pass(1).event("lock_acquired object=1").event("lock_released object=1");
    if (finds_something) s.pass(1).event("lock_acquired object=1").event("lock_released object=1");
    s.pass(1).event("block to=2 reason=condition_variable object=2");
  }
  return s;
}

TEST(WakeWithoutEffect, IsAWaiterThatGoesStraightBack) {
  expect_one(notified(8, false), finding_kind::wake_without_effect,
             "8 of 8 wakes of condition_variable \u201cnews\u201d had no effect", 1);
}

TEST(WakeWithoutEffect, IsNoWaiterThatDoesSomething) {
  expect_none(notified(20, true), finding_kind::wake_without_effect);
}

TEST(WakeWithoutEffect, IsNothingThatHappensNowAndThen) {
  expect_none(notified(7, false), finding_kind::wake_without_effect);
}

TEST(Findings, HaveAWordAndAMeaningForEachKind) {
  std::set<std::string_view> words;
  for (const viz::finding_kind_entry& k : viz::finding_kinds()) {
    EXPECT_EQ(to_text(k.kind), k.word);
    EXPECT_TRUE(words.insert(k.word).second) << k.word;
    EXPECT_FALSE(k.meaning.empty()) << k.word;
    EXPECT_GE(static_cast<int>(k.how_bad), 1) << k.word;
    EXPECT_LE(static_cast<int>(k.how_bad), 4) << k.word;
  }
}

}  // namespace
}  // namespace weft::tests
