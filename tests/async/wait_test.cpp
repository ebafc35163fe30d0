// wait and as_completed: the tests of asyncio.wait and asyncio.as_completed.
#include "weft/wait.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <ranges>
#include <stdexcept>
#include <thread>
#include <vector>

#include "async/unhandled_errors.hpp"
#include "support/recorded.hpp"
#include "weft/as_completed.hpp"
#include "weft/event.hpp"
#include "weft/join_all.hpp"
#include "weft/run.hpp"
#include "weft/this_coroutine.hpp"
#include "weft/timeout.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;
using support::simulation;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using tests::unhandled_errors;

class Wait : public testing::Test {
 protected:
  simulation sim;

  static task<int> later(std::chrono::milliseconds d, int value = 0) {
    return spawn([d, value] {
      sleep_for(d);
      return value;
    });
  }
  static task<int> failing(std::chrono::milliseconds d) {
    return spawn([d]() -> int {
      sleep_for(d);
      throw std::runtime_error("failed");
    });
  }
};

TEST_F(Wait, ForAllReturnsThemInTheOrderOfTheirEnds) {
  sim.run([] {
    const task<int> a = later(20ms), b = later(10ms);
    const wait_result<int> r = wait({a, b});
    EXPECT_THAT(r.done, ElementsAre(b, a));
    EXPECT_THAT(r.pending, IsEmpty());
  });
}

TEST_F(Wait, ForTheFirstThatCompletes) {
  sim.run([&] {
    const task<int> a = later(30ms), b = later(10ms), c = later(20ms);
    const auto [done, pending] = wait(std::vector{a, b, c}, wait_for_what::first_completed);
    EXPECT_THAT(done, ElementsAre(b));
    EXPECT_THAT(pending, ElementsAre(a, c));
    EXPECT_EQ(sim.clock.elapsed(), 10ms);
  });
}

TEST_F(Wait, ForTheFirstThatFails) {
  sim.run([&] {
    const task<int> a = later(30ms), b = later(10ms), c = failing(20ms);
    const auto [done, pending] = wait(std::vector{a, b, c}, wait_for_what::first_failed);
    EXPECT_THAT(done, ElementsAre(b, c));
    EXPECT_THAT(pending, ElementsAre(a));
    EXPECT_EQ(sim.clock.elapsed(), 20ms);
  });
}

TEST_F(Wait, ForTheFirstThatFailsIsForAllIfNoneDoes) {
  sim.run([&] {
    const task<int> cancelled_one = later(1h);
    cancelled_one.cancel();
    const auto [done, pending] = wait({cancelled_one, later(10ms)}, wait_for_what::first_failed);
    EXPECT_EQ(done.size(), 2u);
    EXPECT_THAT(pending, IsEmpty());
  });
}

TEST_F(Wait, WithALimitReturnsWhatThereIs) {
  sim.run([&] {
    const task<int> a = later(30ms), b = later(10ms);
    const auto [done, pending] = wait({a, b}, wait_for_what::all, 20ms);
    EXPECT_THAT(done, ElementsAre(b));
    EXPECT_THAT(pending, ElementsAre(a));
    EXPECT_EQ(sim.clock.elapsed(), 20ms);
    EXPECT_EQ(a.status(), task_status::running);
  });
}

TEST_F(Wait, WithALimitOfZeroNeverSuspends) {
  sim.run([&] {
    const auto [done, pending] = wait(std::vector{later(1ms)}, wait_for_what::all, 0s);
    EXPECT_THAT(done, IsEmpty());
    EXPECT_EQ(pending.size(), 1u);
    EXPECT_EQ(sim.clock.elapsed(), 0s);
  });
}

TEST_F(Wait, OfNothingIsAtOnce) {
  sim.run([] {
    for (const auto what : {wait_for_what::all, wait_for_what::first_completed, wait_for_what::first_failed}) {
      const auto [done, pending] = wait(std::vector<task<>>{}, what);
      EXPECT_THAT(done, IsEmpty());
      EXPECT_THAT(pending, IsEmpty());
    }
  });
}

TEST_F(Wait, ADuplicateHasTwoPlaces) {
  sim.run([] {
    const task<int> t = later(1ms);
    EXPECT_THAT(wait({t, t}).done, ElementsAre(t, t));
  });
}

TEST_F(Wait, ErrorsOfTheDoneOnesCountAsRead) {
  const unhandled_errors unhandled;
  sim.run([] {
    wait({failing(1ms)});
    wait({failing(1h)}, wait_for_what::all, 1ms);
  });
  EXPECT_THAT(unhandled.lines, IsEmpty());
}

TEST_F(Wait, CancellingItDoesNotTouchTheTasks) {
  sim.run([] {
    const task<int> worker = later(10ms, 3);
    const task<> waiter = spawn([&] { wait({worker}); });
    yield();
    waiter.kill();
    EXPECT_EQ(worker.get(), 3);
  });
}

TEST_F(Wait, HasItsOwnWaitReason) {
  const diary::history h = support::record(sim, [] {
    wait({spawn("a", [] {})});
    for (const task<>& t : as_completed({spawn("b", [] {})})) t.get();
  });
  EXPECT_THAT(support::decisions(h), HasSubstr("main: block wait_tasks -> a\n"));
  EXPECT_THAT(support::decisions(h), HasSubstr("main: block as_completed -> b\n"));
}

class AsCompleted : public Wait {};

TEST_F(AsCompleted, YieldsEachAsSoonAsItHasEnded) {
  sim.run([&] {
    std::vector<std::pair<int, std::chrono::nanoseconds>> seen;
    for (const task<int>& t : as_completed(std::vector{later(30ms, 1), later(10ms, 2), later(20ms, 3)})) {
      seen.emplace_back(t.get(), sim.clock.elapsed());
    }
    EXPECT_THAT(seen, ElementsAre(std::pair(2, 10ms), std::pair(3, 20ms), std::pair(1, 30ms)));
  });
}

TEST_F(AsCompleted, IsAnInputRangeToBeMoved) {
  using range = decltype(as_completed(std::vector<task<int>>{}));
  static_assert(std::ranges::input_range<range>);
  static_assert(std::is_same_v<std::ranges::range_value_t<range>, task<int>>);
  static_assert(!std::is_copy_constructible_v<range> && std::is_move_constructible_v<range>);
  sim.run([] {
    auto first = as_completed({later(1ms, 1), later(2ms, 2), later(3ms, 3)});
    auto moved = std::move(first);
    std::vector<int> got;
    for (const task<int>& t : std::move(moved) | std::views::take(2)) got.push_back(t.get());
    EXPECT_THAT(got, ElementsAre(1, 2));
  });
}

TEST_F(AsCompleted, ThoseThatEndedBeforeComeFirstInTheOrderOfTheirEnds) {
  sim.run([] {
    const task<int> a = later(20ms, 1), b = later(10ms, 2), c = later(1min, 3);
    sleep_for(1s);
    std::vector<int> got;
    for (const task<int>& t : as_completed({c, a, b})) got.push_back(t.get());
    EXPECT_THAT(got, ElementsAre(2, 1, 3));
  });
}

TEST_F(AsCompleted, OfNothingIsEmpty) {
  sim.run([] {
    for (const task<int>& t : as_completed(std::vector<task<int>>{})) {
      ADD_FAILURE() << t.id();
    }
  });
}

TEST_F(AsCompleted, ThrowsTimeoutErrorWhenTheTimeHasRunOut) {
  sim.run([&] {
    std::vector<int> got;
    const auto consume = [&] {
      for (const task<int>& t : as_completed({later(10ms, 1), later(1h, 2)}, 30ms)) {
        got.push_back(t.get());
        sleep_for(5ms);  // the limit counts from the call, not from each wait
      }
    };
    EXPECT_THROW(consume(), timeout_error);
    EXPECT_THAT(got, ElementsAre(1));
    EXPECT_EQ(sim.clock.elapsed(), 30ms);
  });
}

TEST_F(AsCompleted, WhatHasEndedIsYieldedAlsoAfterTheLimit) {
  sim.run([&] {
    auto all = as_completed({later(10ms, 1), later(20ms, 2), later(1h, 3)}, 30ms);
    sleep_for(1min);
    EXPECT_EQ(all.next()->get(), 1);
    EXPECT_EQ(all.next()->get(), 2);
    EXPECT_THROW(all.next(), timeout_error);
    sleep_for(1h);
    EXPECT_EQ(all.next()->get(), 3);
    EXPECT_EQ(all.next(), std::nullopt);
  });
}

TEST_F(AsCompleted, DroppingItTouchesNoTask) {
  sim.run([] {
    const task<int> a = later(1ms, 1), b = later(10ms, 2);
    for (const task<int>& t : as_completed({a, b})) {
      EXPECT_EQ(t.get(), 1);
      break;
    }
    EXPECT_EQ(b.get(), 2);
  });
}

TEST_F(AsCompleted, FailedAndCancelledTasksAreYieldedToo) {
  sim.run([] {
    const task<int> failed = failing(1ms), cancelled_one = later(1h);
    cancelled_one.cancel();
    std::vector<task_status> seen;
    for (const task<int>& t : as_completed({failed, cancelled_one})) seen.push_back(t.status());
    EXPECT_THAT(seen, ElementsAre(task_status::cancelled, task_status::failed));
    EXPECT_NE(failed.exception(), nullptr);
  });
}

TEST_F(AsCompleted, CancellingTheConsumerDoesNotTouchTheTasks) {
  sim.run([] {
    const task<int> worker = later(10ms, 3);
    const task<> consumer = spawn([&] {
      for (const task<int>& t : as_completed({worker})) t.get();
    });
    yield();
    consumer.kill();
    EXPECT_EQ(worker.get(), 3);
  });
}

TEST_F(AsCompleted, OfTasksOfAnotherThread) {
  event spawned;
  std::vector<task<int>> tasks;
  std::thread other([&] {
    run([&] {
      for (int i = 0; i < 100; ++i) {
        tasks.push_back(spawn([i] {
          for (int y = 0; y < i % 7; ++y) yield();
          return i;
        }));
      }
      spawned.set();
      join_all(tasks);
    });
  });
  run([&] {
    spawned.wait();
    int sum = 0;
    for (const task<int>& t : as_completed(tasks)) sum += t.get();
    EXPECT_EQ(sum, 4950);
  });
  int sum = 0;
  for (const task<int>& t : as_completed(tasks)) sum += t.get();  // on a plain thread
  EXPECT_EQ(sum, 4950);
  other.join();
}

}  // namespace
}  // namespace weft
