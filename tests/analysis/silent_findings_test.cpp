// Findings about what did not happen: wake-ups that came to nothing, a poller that nobody asked, zones that nobody
// ended, coroutines that do not end.
#include <gtest/gtest.h>

#include "trace_story.hpp"

namespace weft::tests {
namespace {

// lost-wakeup

trace_story event_is_set(bool is_cleared_at_once) {
  trace_story s;
  s.names({"waiter", "setter"}).event("object id=1 kind=event text=\"go\"").spawn(1).spawn(2).event("enter to=1");
  s.pass(1).event("block to=2 reason=event object=1").pass(1).event("event_set object=1");
  s.event("wake slot=1 cause=granted object=1").pass(5);
  if (is_cleared_at_once)
    return s.event("event_clear object=1").event("finish to=1 status=done").pass(1).event("finish to=0 status=done");
  s.event("yield to=1").pass(1).event("finish to=2 status=done").event("event_clear object=1").pass(1);
  return s.event("finish to=0 status=done");
}

TEST(LostWakeup, IsAnEventClearedBeforeItsWaiterRan) {
  expect_one(event_is_set(true), finding_kind::lost_wakeup,
             "event \u201cgo\u201d was cleared before waiter ran, which it had woken", 1);
}

TEST(LostWakeup, IsNoneWhereTheWaiterRanBefore) { expect_none(event_is_set(false), finding_kind::lost_wakeup); }

// Notified while nobody waits; the waiter looked before that, or (with a second look) after it.
trace_story notified_too_soon(bool looks_again, bool is_notified_again) {
  trace_story s;
  s.names({"customer", "barista"}).event("object id=1 kind=mutex text=\"counter\"");
  s.event("object id=2 kind=condition_variable text=\"bell\"").spawn(1).spawn(2).event("enter to=1");
  s.event("lock_acquired object=1").event("lock_released object=1").event("yield to=2").pass(1);
  s.event("lock_acquired object=1")
      .event("notify_unheard object=2")
      .event("lock_released object=1")
      .event("yield to=1");
  if (looks_again) s.pass(1).event("lock_acquired object=1").event("lock_released object=1");
  s.pass(1).event("lock_acquired object=1").event("lock_released object=1").event("time_limit delay_ns=40000000");
  s.event("block to=2 reason=condition_variable object=2");
  if (is_notified_again) {
    s.pass(1).event("wake slot=1 cause=granted object=2").event("finish to=1 status=done").pass(1);
    return s.event("finish to=0 status=done");
  }
  s.event("finish to=0 status=done").pass(40'000).event("wake_timer slot=1 cause=timed_out lateness_ns=0");
  return s.event("enter to=1").pass(1).event("finish to=0 status=done");
}

TEST(LostWakeup, IsANotificationBeforeItsWaiterWaited) {
  expect_one(notified_too_soon(false, false), finding_kind::lost_wakeup,
             "condition_variable \u201cbell\u201d was notified before customer waited, which then waited for 40.0 ms",
             1);
}

TEST(LostWakeup, IsNoneWhereTheWaiterHadALookInBetween) {
  expect_none(notified_too_soon(true, false), finding_kind::lost_wakeup);
}

TEST(LostWakeup, IsNoneWhereAnotherNotificationCame) {
  expect_none(notified_too_soon(false, true), finding_kind::lost_wakeup);
}

// not-polled

trace_story turns_without_a_look(int turns, bool somebody_waits) {
  trace_story s;
  s.names({"a", "b", "sleeper"}).spawn(1).spawn(2).spawn(3).event("enter to=1").pass(1).event("yield to=2").pass(1);
  s.event("yield to=3").pass(1).event(somebody_waits ? "sleep to=0 delay_ns=1000000" : "finish to=0 status=done");
  s.event("poll_begin timeout_ns_plus_1=1").event("poll_end ready_fds=0").event("enter to=1");
  for (int i = 0; i < turns; ++i) s.pass(5'000).event(i % 2 == 0 ? "yield to=2" : "yield to=1");
  return s.event("yield to=0").event("poll_begin timeout_ns_plus_1=1").event("poll_end ready_fds=0");
}

TEST(NotPolled, IsAThreadWithManyShortRuns) {
  const std::vector<finding> found = found_in(turns_without_a_look(4, true).text(), finding_kind::not_polled);

  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].title, "nobody asked the poller for 20.0 ms");
}

TEST(NotPolled, IsNoneThatAskedSooner) { expect_none(turns_without_a_look(3, true), finding_kind::not_polled); }

TEST(NotPolled, IsNoneWhereNobodyWaits) { expect_none(turns_without_a_look(4, false), finding_kind::not_polled); }

// spawn-grows

trace_story population(int spawned, int end_every, int us_each) {
  trace_story s;
  s.names({"main", "conn", "src/app.cpp"}).event("site id=1 file=3 line=12 function=0").spawn(1).event("enter to=1");
  for (int n = 2; n < spawned + 2; ++n) {
    s.pass(us_each).event("spawn slot=" + std::to_string(n) + " id=" + std::to_string(n) + " parent=1 called=2 site=1");
    if (end_every != 0 && n % end_every == 0) {
      s.event("yield to=" + std::to_string(n));
      s.event("finish to=1 status=done");
    }
  }
  return s.pass(us_each);
}

TEST(SpawnGrows, IsAPopulationThatGrowsAllTheTime) {
  std::string text = shuffled(population(200, 3, 1000));

  const std::vector<finding> found = found_in(text, finding_kind::spawn_grows);

  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].site, "app.cpp:12");
  EXPECT_EQ(found[0].size, 133);
}

TEST(SpawnGrows, IsNoneThatIsSmall) {
  EXPECT_TRUE(found_in(shuffled(population(60, 0, 1000)), finding_kind::spawn_grows).empty());
}

TEST(SpawnGrows, IsNoneThatIsSpawnedAtTheStart) {
  trace_story s = population(200, 0, 1);
  s.pass(100'000).event("mark text=\"later\"");

  EXPECT_TRUE(found_in(shuffled(s), finding_kind::spawn_grows).empty());
}

// zone-open

trace_story two_zones(bool ends_the_second) {
  trace_story s;
  s.names({"worker", "request", "reading"}).spawn(1).event("enter to=1");
  s.event("zone_begin zone=2").pass(1).event("zone_begin zone=3").pass(1);
  if (ends_the_second) s.event("zone_end");
  return s.event("zone_end").pass(1).event("finish to=0 status=done");
}

TEST(ZoneOpen, IsOneThatItsCoroutineLeftOpen) {
  expect_one(two_zones(false), finding_kind::zone_open, "worker left zone \u201crequest\u201d open", 1);
}

TEST(ZoneOpen, IsNoneThatWasEnded) { expect_none(two_zones(true), finding_kind::zone_open); }

TEST(ZoneOpen, IsOneThatAnotherEnded) {
  trace_story s;
  s.names({"one", "two"}).spawn(1).spawn(2).event("enter to=1").event("zone_begin zone=1").pass(1);
  s.event("yield to=2").pass(1).event("zone_end").event("finish to=1 status=done").pass(1);
  s.event("finish to=0 status=done");

  const std::vector<finding> found = found_in(s.text(), finding_kind::zone_open);

  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[1].title, "two ended a zone that it had not begun");
  EXPECT_EQ(found[0].title, "one left zone \u201cone\u201d open");
}

// idle-thread

// The first thread runs something short again and again; the second one has taken over a coroutine from it before.
trace_story idle_beside_ready(int us, bool has_taken_over) {
  trace_story s;
  s.event("thread_start tid=1").event("thread_start tid=2", 1).names({"main"}).spawn(1).spawn(9);
  if (has_taken_over) {
    s.event("take_over slot=9 from_thread=0", 1).event("enter to=9", 1).pass(1).event("finish to=0 status=done", 1);
  } else {
    s.event("spawn slot=10 id=10 parent=0 called=1 site=0", 1).event("enter to=10", 1).pass(1);
    s.event("finish to=0 status=done", 1);
  }
  s.event("enter to=1");
  for (int n = 2; n < 7; ++n) s.event("spawn slot=" + std::to_string(n) + " id=" + std::to_string(n) + " parent=1");
  s.event("spawn slot=11 id=11 parent=0 called=1 site=0", 1).event("enter to=11", 1);
  s.event("sleep to=0 delay_ns=1000", 1).pass(us).event("wake_timer slot=11 cause=granted lateness_ns=0", 1);
  return s.event("enter to=11", 1);
}

TEST(IdleThread, IsOneBesideCoroutinesThatItCouldHaveTaken) {
  const std::vector<finding> found = found_in(shuffled(idle_beside_ready(10'000, true)), finding_kind::idle_thread);

  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].title, "thread 2 was idle for 10.0 ms while 5 coroutines stood ready on another thread");
}

TEST(IdleThread, IsNoneForAShortTime) {
  EXPECT_TRUE(found_in(shuffled(idle_beside_ready(9'000, true)), finding_kind::idle_thread).empty());
}

TEST(IdleThread, IsNoneWhereThreadsDoNotShare) {
  EXPECT_TRUE(found_in(shuffled(idle_beside_ready(10'000, false)), finding_kind::idle_thread).empty());
}

}  // namespace
}  // namespace weft::tests
