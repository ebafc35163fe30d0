// Tasks: results, errors, cancellation, callbacks.
#include "weft/task.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <unordered_set>
#include <vector>

#include "async/unhandled_errors.hpp"
#include "support/recorded.hpp"
#include "weft/event.hpp"
#include "weft/this_coroutine.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;
using support::simulation;
using testing::ElementsAre;
using testing::HasSubstr;
using tests::unhandled_errors;

class Task : public testing::Test {
 protected:
  simulation sim;
};

TEST_F(Task, RunReturnsWhatMainReturns) {
  EXPECT_EQ(sim.run([] { return 42; }), 42);
}

TEST_F(Task, RunRethrowsWhatMainThrows) {
  EXPECT_THROW(sim.run([]() -> int { throw std::out_of_range("x"); }), std::out_of_range);
}

TEST_F(Task, CancelledLeavingMainComesOutAsTaskCancelled) {
  EXPECT_THROW(sim.run([] { throw cancelled{}; }), task_cancelled);
}

TEST_F(Task, GetReturnsTheValueToMany) {
  sim.run([] {
    const task<std::string> t = spawn([] { return std::string("value"); });
    EXPECT_EQ(t.get(), "value");
    EXPECT_EQ(t.get(), "value");
  });
}

TEST_F(Task, AMoveOnlyValueIsGotOnce) {
  sim.run([] {
    const auto t = spawn([] { return std::make_unique<int>(3); });
    EXPECT_EQ(*t.get(), 3);
    EXPECT_THROW(t.get(), std::logic_error);
  });
}

TEST_F(Task, GetRethrowsTheSameExceptionObjectEachTime) {
  sim.run([] {
    const task<> t = spawn([] { throw std::runtime_error("once"); });
    const std::exception* first = nullptr;
    const std::exception* second = nullptr;
    try {
      t.get();
    } catch (const std::exception& e) {
      first = &e;
    }
    try {
      t.get();
    } catch (const std::exception& e) {
      second = &e;
    }
    EXPECT_NE(first, nullptr);
    EXPECT_EQ(first, second);
  });
}

TEST_F(Task, JoinNeverThrowsTheTasksError) {
  const unhandled_errors unhandled;
  sim.run([] {
    const task<> t = spawn([] { throw std::runtime_error("x"); });
    EXPECT_NO_THROW(t.join());
    EXPECT_EQ(t.status(), task_status::failed);
  });
}

TEST_F(Task, AnErrorNobodyReadIsReportedOnceWithTheTasksName) {
  const unhandled_errors unhandled;
  sim.run([] {
    const task<> t = spawn("payer", [] { throw std::runtime_error("no money"); });
    t.join();
  });
  ASSERT_EQ(unhandled.lines.size(), 1u);
  EXPECT_THAT(unhandled.lines[0], HasSubstr("\"payer\": std::runtime_error: no money"));
}

TEST_F(Task, AnErrorThatWasReadIsNotReported) {
  const unhandled_errors unhandled;
  sim.run([] {
    const task<> t = spawn([] { throw std::runtime_error("x"); });
    t.join();
    EXPECT_NE(t.exception(), nullptr);
  });
  EXPECT_TRUE(unhandled.lines.empty());
}

TEST_F(Task, ACancelledSleeperEndsAtOnce) {
  sim.run([&] {
    const task<> t = spawn([] { sleep_for(1h); });
    yield();
    EXPECT_TRUE(t.cancel());
    t.join();
    EXPECT_EQ(t.status(), task_status::cancelled);
    EXPECT_EQ(sim.clock.elapsed(), 0s);
  });
}

TEST_F(Task, CancelBeforeTheStartKeepsTheBodyFromRunning) {
  bool ran = false;
  sim.run([&] {
    const task<> t = spawn([&] { ran = true; });
    t.cancel();
    t.join();
    EXPECT_EQ(t.status(), task_status::cancelled);
  });
  EXPECT_FALSE(ran);
}

TEST_F(Task, CancelIsDeliveredOnceAndMayBeSwallowed) {
  sim.run([] {
    const task<int> t = spawn([] {
      try {
        sleep_for(1h);
      } catch (const cancelled&) {
      }
      sleep_for(1ms);  // not cancelled again
      return 7;
    });
    yield();
    t.cancel();
    EXPECT_EQ(t.get(), 7);
  });
}

TEST_F(Task, CancelIsDeliveredAtAYield) {
  sim.run([] {
    int rounds = 0;
    const task<> t = spawn([&] {
      for (;; ++rounds) yield();
    });
    yield();
    yield();
    t.cancel();
    t.join();
    EXPECT_EQ(t.status(), task_status::cancelled);
    EXPECT_EQ(rounds, 1);
  });
}

TEST_F(Task, CancelOfOneselfIsDeliveredAtTheNextSuspension) {
  sim.run([] {
    bool went_on = false;
    const task<> t = spawn([&] {
      this_coroutine::self().cancel();
      went_on = true;
      yield();
      ADD_FAILURE() << "not cancelled";
    });
    t.join();
    EXPECT_TRUE(went_on);
    EXPECT_EQ(t.status(), task_status::cancelled);
  });
}

TEST_F(Task, OneThatReturnsWithAnUndeliveredCancelIsCancelled) {
  sim.run([] {
    const task<> t = spawn([] { this_coroutine::self().cancel(); });
    t.join();
    EXPECT_EQ(t.status(), task_status::cancelled);
  });
}

TEST_F(Task, CancelOfAFinishedTaskIsFalse) {
  sim.run([] {
    const task<> t = spawn([] {});
    t.join();
    EXPECT_FALSE(t.cancel());
  });
}

TEST_F(Task, CancellingTheJoinerDoesNotTouchTheTask) {
  sim.run([] {
    const task<> worker = spawn([] { sleep_for(1ms); });
    const task<> joiner = spawn([&] { worker.join(); });
    yield();
    joiner.cancel();
    joiner.join();
    EXPECT_EQ(joiner.status(), task_status::cancelled);
    worker.join();
    EXPECT_EQ(worker.status(), task_status::done);
  });
}

TEST_F(Task, ThrowInFailsWithExactlyThatError) {
  sim.run([] {
    const task<> t = spawn([] { sleep_for(1h); });
    yield();
    t.throw_in(std::make_exception_ptr(std::domain_error("mine")));
    EXPECT_THROW(t.get(), std::domain_error);
  });
}

TEST_F(Task, KillWaitsForTheEnd) {
  sim.run([&] {
    const task<> t = spawn([] {
      try {
        sleep_for(1h);
      } catch (const cancelled&) {
        const cancel_shield cleanup;
        sleep_for(2ms);
        throw;
      }
    });
    yield();
    EXPECT_TRUE(t.kill());
    EXPECT_TRUE(t.finished());
    EXPECT_EQ(sim.clock.elapsed(), 2ms);
  });
}

TEST_F(Task, KillOfOneselfThrowsFromTheCall) {
  sim.run([] {
    const task<> t = spawn([] {
      this_coroutine::self().kill();
      ADD_FAILURE() << "went on";
    });
    t.join();
    EXPECT_EQ(t.status(), task_status::cancelled);
  });
}

TEST_F(Task, AShieldHoldsACancelBackUntilAfterIt) {
  sim.run([] {
    bool shielded_part_done = false;
    const task<> t = spawn([&] {
      {
        const cancel_shield shield;
        sleep_for(1ms);
        shielded_part_done = true;
      }
      sleep_for(1h);
    });
    yield();
    t.cancel();
    t.join();
    EXPECT_TRUE(shielded_part_done);
    EXPECT_EQ(t.status(), task_status::cancelled);
  });
}

TEST_F(Task, JoinForTimesOut) {
  sim.run([&] {
    const task<> t = spawn([] { sleep_for(1s); });
    EXPECT_FALSE(t.join_for(10ms));
    EXPECT_EQ(sim.clock.elapsed(), 10ms);
    EXPECT_TRUE(t.join_for(2s));
    EXPECT_EQ(sim.clock.elapsed(), 1s);
  });
}

TEST_F(Task, JoinForZeroNeverSuspends) {
  sim.run([] {
    const task<> t = spawn([] {});
    EXPECT_FALSE(t.join_for(0s));
    EXPECT_EQ(t.status(), task_status::pending);
  });
}

TEST_F(Task, GetForThrowsTimeoutError) {
  sim.run([] {
    const task<int> t = spawn([] {
      sleep_for(1s);
      return 1;
    });
    EXPECT_THROW(t.get_for(1ms), timeout_error);
  });
}

TEST_F(Task, JoinOfOneselfIsADeadlock) {
  sim.run([] { EXPECT_THROW(this_coroutine::self().join(), deadlock_error); });
}

TEST_F(Task, AnEmptyTaskThrows) {
  const task<> none;
  EXPECT_FALSE(none);
  EXPECT_THROW(none.join(), std::logic_error);
  EXPECT_THROW(static_cast<void>(none.id()), std::logic_error);
}

TEST_F(Task, TasksOfAnyTypeGoIntoOneContainer) {
  sim.run([] {
    std::vector<task<>> all;
    all.push_back(spawn([] { return 1; }));
    all.push_back(spawn([] { return std::string("x"); }));
    for (const task<>& t : all) t.get();
    EXPECT_EQ(std::unordered_set<task<>>(all.begin(), all.end()).size(), 2u);
  });
}

TEST_F(Task, CallbacksRunInOrderBeforeJoinersWithTheFinalStatus) {
  std::vector<std::string> order;
  sim.run([&] {
    const task<int> t = spawn([] { return 5; });
    t.on_done([&](const task<int>& done) { order.push_back("first " + std::to_string(done.get())); });
    t.on_done([&] { order.push_back(t.status() == task_status::done ? "second done" : "second"); });
    t.join();
    order.push_back("joined");
  });
  EXPECT_THAT(order, ElementsAre("first 5", "second done", "joined"));
}

TEST_F(Task, ACallbackOnAFinishedTaskRunsAtOnce) {
  sim.run([] {
    const task<> t = spawn([] {});
    t.join();
    bool called = false;
    t.on_done([&] { called = true; });
    EXPECT_TRUE(called);
  });
}

TEST_F(Task, ARemovedCallbackIsNotCalled) {
  sim.run([] {
    bool called = false;
    const task<> t = spawn([] {});
    const callback_id id = t.on_done([&] { called = true; });
    EXPECT_TRUE(t.remove_callback(id));
    EXPECT_FALSE(t.remove_callback(id));
    t.join();
    EXPECT_FALSE(called);
  });
}

TEST_F(Task, AThrowingCallbackStopsNobody) {
  const unhandled_errors unhandled;
  bool second = false;
  sim.run([&] {
    const task<> t = spawn([] {});
    t.on_done([] { throw std::runtime_error("callback"); });
    t.on_done([&] { second = true; });
    t.get();
  });
  EXPECT_TRUE(second);
  ASSERT_EQ(unhandled.lines.size(), 1u);
  EXPECT_THAT(unhandled.lines[0], HasSubstr("callback"));
}

TEST_F(Task, ACallbackMustNotWait) {
  const unhandled_errors unhandled;
  sim.run([] {
    const task<> t = spawn([] {});
    t.on_done([] { yield(); });
    t.get();
  });
  ASSERT_EQ(unhandled.lines.size(), 1u);
  EXPECT_THAT(unhandled.lines[0], HasSubstr("must not wait"));
}

TEST_F(Task, TheFunctionIsDestroyedBeforeCallbacksAndJoiners) {
  std::vector<std::string> order;
  sim.run([&] {
    std::shared_ptr<void> captured(nullptr, [&](void*) { order.push_back("captures gone"); });
    const task<> t = spawn([held = std::move(captured)] {});
    t.on_done([&] { order.push_back("callback"); });
    t.join();
    order.push_back("joined");
  });
  EXPECT_THAT(order, ElementsAre("captures gone", "callback", "joined"));
}

TEST_F(Task, SpawnAfterStartsLater) {
  sim.run([&] {
    const task<> t = spawn_after(5ms, [&] { EXPECT_EQ(sim.clock.elapsed(), 5ms); });
    EXPECT_EQ(t.status(), task_status::pending);
    t.get();
  });
}

TEST_F(Task, APendingSpawnAfterDoesNotKeepRunAlive) {
  bool ran = false;
  sim.run([&] { spawn_after(1h, [&] { ran = true; }); });
  EXPECT_FALSE(ran);
  EXPECT_EQ(sim.clock.elapsed(), 0s);
}

TEST_F(Task, ATaskWithoutANameIsCalledAfterItsSpawnSite) {
  sim.run([] {
    EXPECT_THAT(spawn([] {}).name(), testing::MatchesRegex("task_test\\.cpp:[0-9]+"));
    EXPECT_EQ(spawn("given", [] {}).name(), "given");
  });
}

TEST_F(Task, SetNameRenamesTheRunningTask) {
  sim.run([] {
    const task<> t = spawn("before", [] { this_coroutine::set_name("after"); });
    t.join();
    EXPECT_EQ(t.name(), "after");
  });
}

TEST_F(Task, SpawnOutsideOfACoroutineIsRefused) {
  EXPECT_THROW(spawn([] {}), std::logic_error);
}

TEST_F(Task, AThreadCancelsATaskOfAnother) {
  event started;
  task<> victim;
  std::thread killer([&] {
    started.wait();
    victim.cancel();
  });
  run([&] {
    victim = spawn([] { sleep_for(1h); });
    yield();
    started.set();
    victim.join();
    EXPECT_EQ(victim.status(), task_status::cancelled);
  });
  killer.join();
}

TEST_F(Task, StatsCountSpawnsEndsAndSwitches) {
  sim.run([] {
    spawn([] {}).join();
    const unhandled_errors ignored;
    spawn([] { throw std::runtime_error("x"); }).join();
    spawn([] { sleep_for(1h); }).cancel();
    yield();
    const run_stats s = stats();
    EXPECT_EQ(s.spawned, 3u);
    EXPECT_EQ(s.finished, 3u);
    EXPECT_EQ(s.failed, 1u);
    EXPECT_EQ(s.cancelled, 1u);
    EXPECT_EQ(s.switches, 7u);
  });
  EXPECT_EQ(stats().switches, 0u);
}

TEST_F(Task, GetIsOfTheTaskThatTheHandleReferredTo) {
  sim.run([] {
    task<int> t = spawn([] {
      sleep_for(2ms);
      return 1;
    });
    const auto reader = spawn([&t] { return t.get(); });
    const auto patient = spawn([&t] { return t.get_for(1s); });
    yield();
    t = spawn([] { return 2; });
    EXPECT_EQ(reader.get(), 1);
    EXPECT_EQ(patient.get(), 1);
  });
}

TEST_F(Task, AHandleMayBeDestroyedUnderItsWaiters) {
  sim.run([] {
    auto t = std::make_unique<task<std::string>>(spawn([] {
      sleep_for(2ms);
      return std::string(100, 'x');
    }));
    const auto joiner = spawn([p = t.get()] { p->join(); });
    const auto reader = spawn([p = t.get()] { return p->get(); });
    const auto killer = spawn([p = t.get()] { return p->kill_for(0s); });
    yield();
    t.reset();
    joiner.get();
    EXPECT_THROW(reader.get(), task_cancelled);
    EXPECT_FALSE(killer.get());
  });
}

}  // namespace
}  // namespace weft
