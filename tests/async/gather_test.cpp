// gather and gather_settled: the tests of asyncio.gather.
#include "weft/gather.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <tuple>
#include <vector>

#include "async/unhandled_errors.hpp"
#include "support/recorded.hpp"
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
using tests::unhandled_errors;

class Gather : public testing::Test {
 protected:
  simulation sim;

  template <class T>
  static auto later(std::chrono::milliseconds d, T value) {
    return spawn([d, v = std::move(value)]() mutable {
      sleep_for(d);
      return std::move(v);
    });
  }
  static task<int> failing(std::chrono::milliseconds d, const char* what) {
    return spawn([d, what]() -> int {
      sleep_for(d);
      throw std::runtime_error(what);
    });
  }
};

template <class F>
std::string error_of(F&& f) {
  try {
    f();
  } catch (const std::exception& e) {
    return e.what();
  } catch (const cancelled&) {
    return "cancelled";
  }
  return "none";
}

TEST_F(Gather, ReturnsATupleInTheOrderGiven) {
  sim.run([] {
    const auto [a, b, c] = gather(later(30ms, 1), later(10ms, std::string("two")), later(20ms, 3.0));
    EXPECT_EQ(a, 1);
    EXPECT_EQ(b, "two");
    EXPECT_EQ(c, 3.0);
  });
}

TEST_F(Gather, InATupleNothingIsMonostate) {
  sim.run([] {
    const auto both = gather(spawn([] {}), later(1ms, 2));
    static_assert(std::is_same_v<decltype(both), const std::tuple<std::monostate, int>>);
    EXPECT_EQ(std::get<1>(both), 2);
  });
}

TEST_F(Gather, ReturnsAVectorInTheOrderGiven) {
  sim.run([&] {
    EXPECT_THAT(gather(std::vector{later(30ms, 1), later(10ms, 2), later(20ms, 3)}), ElementsAre(1, 2, 3));
    EXPECT_EQ(sim.clock.elapsed(), 30ms);
    EXPECT_THAT(gather({later(30ms, 1), later(10ms, 2)}), ElementsAre(1, 2));
    EXPECT_THAT(gather(std::vector{later(1ms, true), later(1ms, false)}), ElementsAre(true, false));
  });
}

TEST_F(Gather, OfTasksWithoutAValueReturnsNothing) {
  sim.run([&] {
    const std::vector<task<>> tasks{spawn([] { sleep_for(10ms); }), spawn([] {})};
    static_assert(std::is_void_v<decltype(gather(tasks))>);
    gather(tasks);
    EXPECT_EQ(sim.clock.elapsed(), 10ms);
  });
}

TEST_F(Gather, OfNothingIsAtOnce) {
  sim.run([] {
    EXPECT_TRUE(gather(std::vector<task<int>>{}).empty());
    gather(std::vector<task<>>{});
    EXPECT_TRUE(gather_settled(std::vector<task<int>>{}).empty());
  });
}

TEST_F(Gather, MoveOnlyValuesAreMovedOut) {
  sim.run([] {
    const task<std::unique_ptr<int>> t = later(1ms, std::make_unique<int>(5));
    const auto values = gather(std::vector{t});
    EXPECT_EQ(*values[0], 5);
    EXPECT_THROW(t.get(), std::logic_error);
  });
}

TEST_F(Gather, DuplicatesAreAllowed) {
  sim.run([] {
    const task<int> t = later(1ms, 5);
    EXPECT_THAT(gather({t, t}), ElementsAre(5, 5));
    EXPECT_EQ(gather(t, t), std::tuple(5, 5));
  });
}

TEST_F(Gather, ThrowsAtTheFirstFailureAndLeavesTheOthersRunning) {
  sim.run([&] {
    const task<int> slow = later(30ms, 7);
    EXPECT_EQ(error_of([&] { gather({slow, failing(10ms, "bad")}); }), "bad");
    EXPECT_EQ(sim.clock.elapsed(), 10ms);
    EXPECT_EQ(slow.get(), 7);
  });
}

TEST_F(Gather, ThrowsTheFailureThatCameFirstInTimeNotInPlace) {
  const unhandled_errors unhandled;
  sim.run([&] {
    const std::vector tasks{failing(20ms, "later"), failing(10ms, "earlier")};
    sleep_for(1s);  // both have failed by now
    EXPECT_EQ(error_of([&] { gather(tasks); }), "earlier");
  });
  EXPECT_TRUE(unhandled.lines.empty());
}

TEST_F(Gather, TheOtherFailuresCountAsReadAlsoThoseToCome) {
  const unhandled_errors unhandled;
  sim.run([&] {
    EXPECT_EQ(error_of([&] { gather({failing(20ms, "later"), failing(10ms, "earlier")}); }), "earlier");
    sleep_for(1s);
  });
  EXPECT_TRUE(unhandled.lines.empty());
}

TEST_F(Gather, ACancelledTaskIsATaskCancelled) {
  sim.run([&] {
    const task<int> t = later(1h, 1);
    t.cancel();
    EXPECT_THROW(gather({t, later(1ms, 2)}), task_cancelled);
  });
}

TEST_F(Gather, CancelledItCancelsItsTasksAndWaitsForThem) {
  sim.run([&] {
    bool cleaned_up = false;
    const task<> slow_to_end = spawn([&] {
      try {
        sleep_for(1h);
      } catch (const cancelled&) {
        const cancel_shield shield;
        sleep_for(5ms);
        cleaned_up = true;
        throw;
      }
    });
    const task<> done = spawn([] {});
    const task<> gatherer = spawn([&] { gather(std::vector{slow_to_end, done}); });
    sleep_for(1ms);
    gatherer.cancel();
    gatherer.join();
    EXPECT_TRUE(cleaned_up);
    EXPECT_EQ(gatherer.status(), task_status::cancelled);
    EXPECT_EQ(slow_to_end.status(), task_status::cancelled);
    EXPECT_EQ(done.status(), task_status::done);
    EXPECT_EQ(sim.clock.elapsed(), 6ms);
  });
}

TEST_F(Gather, TimedOutItCancelsItsTasksAndWaitsForThem) {
  sim.run([&] {
    const task<int> slow = later(1h, 1);
    EXPECT_THROW(with_timeout(10ms, [&] { return gather({slow}); }), timeout_error);
    EXPECT_EQ(slow.status(), task_status::cancelled);
    EXPECT_EQ(sim.clock.elapsed(), 10ms);
  });
}

TEST_F(Gather, CancelledTwiceItStillWaits) {
  sim.run([&] {
    const task<> stubborn = spawn([&] {
      const cancel_shield shield;
      sleep_for(10ms);
    });
    const task<> gatherer = spawn([&] { gather(std::vector{stubborn}); });
    sleep_for(1ms);
    gatherer.cancel();
    yield();
    gatherer.cancel();
    gatherer.join();
    EXPECT_TRUE(stubborn.finished());
  });
}

TEST_F(Gather, ThrowInComesOutAsItIs) {
  sim.run([&] {
    const task<int> slow = later(1h, 1);
    const task<> gatherer = spawn([&] { gather({slow}); });
    yield();
    gatherer.throw_in(std::make_exception_ptr(std::domain_error("mine")));
    EXPECT_THROW(gatherer.get(), std::domain_error);
    EXPECT_EQ(slow.status(), task_status::cancelled);
  });
}

TEST_F(Gather, InADeadlockItsTasksAreCancelledAndTheErrorComesOut) {
  sim.run([&] {
    event never;
    const task<> stuck = spawn([&] { never.wait(); });
    EXPECT_THROW(gather(std::vector{stuck}), deadlock_error);
    EXPECT_EQ(stuck.status(), task_status::cancelled);
  });
}

TEST_F(Gather, OfOneselfIsADeadlock) {
  sim.run([] { EXPECT_THROW(gather(std::vector{this_coroutine::self()}), deadlock_error); });
}

TEST_F(Gather, HasItsOwnWaitReason) {
  const diary::history h = support::record(sim, [] { gather(spawn("a", [] { return 1; })); });
  EXPECT_THAT(support::decisions(h), testing::HasSubstr("main: block gather -> a\n"));
}

TEST_F(Gather, FromAPlainThread) {
  event spawned;
  std::vector<task<int>> tasks;
  std::thread gatherer([&] {
    spawned.wait();
    EXPECT_THAT(gather(tasks), ElementsAre(0, 1, 2));
  });
  run([&] {
    for (int i = 0; i < 3; ++i) tasks.push_back(later(1ms, i));
    spawned.set();
    join_all(tasks);
  });
  gatherer.join();
}

class GatherSettled : public Gather {};

TEST_F(GatherSettled, HasAValueOrAnErrorForEach) {
  const unhandled_errors unhandled;
  sim.run([&] {
    const task<int> cancelled_one = later(1h, 1);
    cancelled_one.cancel();
    auto all = gather_settled({later(20ms, 5), failing(10ms, "bad"), cancelled_one});
    ASSERT_EQ(all.size(), 3u);
    EXPECT_TRUE(all[0]);
    EXPECT_EQ(all[0].status, task_status::done);
    EXPECT_EQ(all[0].value(), 5);
    EXPECT_FALSE(all[1]);
    EXPECT_EQ(all[1].status, task_status::failed);
    EXPECT_EQ(error_of([&] { all[1].value(); }), "bad");
    EXPECT_FALSE(all[2]);
    EXPECT_EQ(all[2].status, task_status::cancelled);
    EXPECT_THROW(all[2].value(), task_cancelled);
    EXPECT_EQ(sim.clock.elapsed(), 20ms);
  });
  EXPECT_TRUE(unhandled.lines.empty());
}

TEST_F(GatherSettled, OfTasksWithoutAValue) {
  sim.run([&] {
    const std::vector<settled<void>> all =
        gather_settled(std::vector<task<>>{spawn([] {}), spawn([] { throw std::domain_error("x"); })});
    EXPECT_TRUE(all[0]);
    EXPECT_NO_THROW(all[0].value());
    EXPECT_THROW(all[1].value(), std::domain_error);
  });
}

TEST_F(GatherSettled, AMoveOnlyValueSomebodyElseHasTakenIsAnError) {
  sim.run([&] {
    const task<std::unique_ptr<int>> t = later(1ms, std::make_unique<int>(5));
    t.get();
    auto all = gather_settled({t});
    EXPECT_FALSE(all[0]);
    EXPECT_EQ(all[0].status, task_status::done);
    EXPECT_THROW(all[0].value(), std::logic_error);
  });
}

TEST_F(GatherSettled, CancelledItCancelsItsTasksAndWaitsForThem) {
  sim.run([&] {
    const task<int> slow = later(1h, 1);
    EXPECT_THROW(with_timeout(10ms, [&] { gather_settled({slow}); }), timeout_error);
    EXPECT_EQ(slow.status(), task_status::cancelled);
  });
}

}  // namespace
}  // namespace weft
