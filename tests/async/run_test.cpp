// run(): main, left-over coroutines, deadlocks, and reports of unread errors.
#include "weft/run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <type_traits>
#include <vector>

#include "async/unhandled_errors.hpp"
#include "support/expected_leaks.hpp"
#include "support/recorded.hpp"
#include "weft/event.hpp"
#include "weft/mutex.hpp"
#include "weft/queue.hpp"
#include "weft/task.hpp"
#include "weft/this_coroutine.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;
using support::simulation;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using tests::unhandled_errors;

class Run : public testing::Test {
 protected:
  simulation sim;
};

TEST_F(Run, OptionsAreAnAggregateInTheOrderOfTheContract) {
  static_assert(std::is_aggregate_v<run_options>);
  const run_options o{.name = "n",
                      .threads = 1,
                      .stack_size = 64 * 1024,
                      .shuffle_seed = 7,
                      .detect_deadlock = false,
                      .offload_threads = 2};
  EXPECT_EQ(o.name, "n");
  EXPECT_TRUE(run_options{}.detect_deadlock);
  EXPECT_EQ(run_options{}.offload_threads, 0u);
}

TEST_F(Run, DecaysWhatMainReturns) {
  const std::string text = "text";
  static_assert(std::is_same_v<decltype(run([&]() -> const std::string& { return text; })), std::string>);
  EXPECT_EQ(sim.run([&]() -> const std::string& { return text; }), "text");
  EXPECT_EQ(*sim.run([] { return std::make_unique<int>(3); }), 3);
}

TEST_F(Run, MainHasTheNameOfTheOptions) {
  EXPECT_EQ(sim.run([] { return this_coroutine::name(); }), "main");
  EXPECT_EQ(sim.run([] { return this_coroutine::name(); }, {.name = "shop"}), "shop");
}

TEST_F(Run, InsideACoroutineIsALogicError) {
  sim.run([] { EXPECT_THROW(run([] {}), std::logic_error); });
}

TEST_F(Run, OneAfterTheOtherAndAtOnceOnSeveralThreads) {
  EXPECT_EQ(sim.run([] { return 1; }), 1);
  EXPECT_EQ(sim.run([] { return 2; }), 2);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([i] { EXPECT_EQ(run([i] { return spawn([i] { return i; }).get(); }), i); });
  }
  for (std::thread& t : threads) t.join();
}

TEST_F(Run, CancelsWhatIsLeftOverInTheOrderOfSpawnsAndWaitsForIt) {
  std::vector<std::string> order;
  sim.run([&] {
    for (const char* name : {"a", "b", "c"}) {
      spawn([&order, name] {
        try {
          sleep_for(1h);
        } catch (const cancelled&) {
          order.push_back(name);
          sleep_for(1ms);
          order.push_back(std::string(name) + " ends");
          throw;
        }
      });
    }
    yield();
    order.push_back("main ends");
  });
  EXPECT_THAT(order, ElementsAre("main ends", "a", "b", "c", "a ends", "b ends", "c ends"));
}

TEST_F(Run, RethrowsMainsErrorAfterTheLeftOversHaveEnded) {
  bool cleaned_up = false;
  EXPECT_THROW(sim.run([&] {
    spawn([&] {
      try {
        sleep_for(1h);
      } catch (const cancelled&) {
        sleep_for(5ms);
        cleaned_up = true;
      }
    });
    yield();
    throw std::out_of_range("main");
  }),
               std::out_of_range);
  EXPECT_TRUE(cleaned_up);
}

TEST_F(Run, AHopelessLeftOverIsADeadlock) {
  const support::expected_leaks given_up;
  event never;
  EXPECT_THROW(sim.run([&] {
    spawn([&] {
      try {
        never.wait();
      } catch (const cancelled&) {
        never.wait();
      }
    });
    yield();
  }),
               deadlock_error);
}

TEST_F(Run, AHopelessLeftOverDoesNotHideMainsError) {
  const unhandled_errors unhandled;
  event never;
  EXPECT_THROW(sim.run([&] {
    spawn([&] {
      const cancel_shield shield;
      never.wait();
    });
    yield();
    throw std::out_of_range("mains own");
  }),
               deadlock_error);
  EXPECT_THAT(unhandled.lines, ElementsAre(HasSubstr("mains own")));
}

class Deadlock : public Run {};

TEST_F(Deadlock, NamesWhoWaitsForWhatAndWhoOwnsIt) {
  sim.run([] {
    mutex accounts("accounts");
    queue<int> orders;
    const task<> holder = spawn("holder", [&] {
      accounts.lock();
      orders.get();
    });
    const task<> waiter = spawn("waiter", [&] { accounts.lock(); });
    yield();
    try {
      waiter.join();
      ADD_FAILURE();
    } catch (const deadlock_error& e) {
      const std::string id = std::to_string(holder.id());
      EXPECT_THAT(e.what(), HasSubstr("waiter: mutex on mutex \"accounts\", owned by #" + id + " holder"));
      EXPECT_THAT(e.what(), HasSubstr("#" + id + " holder: queue_get on queue"));
      EXPECT_THAT(e.what(), HasSubstr("main: join on task, owned by #" + std::to_string(waiter.id()) + " waiter"));
    }
    holder.cancel();
    holder.join();
  });
}

TEST_F(Deadlock, IsThrownIntoMainAlsoIfOthersAreStuckOnly) {
  sim.run([] {
    event never;
    const task<> stuck = spawn([&] { never.wait(); });
    EXPECT_THROW(stuck.join(), deadlock_error);
    EXPECT_EQ(stuck.status(), task_status::running);
  });
}

TEST_F(Deadlock, EachFurtherHopelessWaitThrowsAgain) {
  sim.run([] {
    event never;
    for (int i = 0; i < 3; ++i) EXPECT_THROW(never.wait(), deadlock_error);
    yield();
    sleep_for(1ms);
  });
}

TEST_F(Deadlock, ASleeperIsHope) {
  sim.run([&] {
    event done;
    spawn([&] {
      sleep_for(1h);
      done.set();
    });
    done.wait();
    EXPECT_EQ(sim.clock.elapsed(), 1h);
  });
}

TEST_F(Deadlock, AThreadOutsideIsHope) {
  event from_outside;
  std::atomic<bool> over = false;
  std::thread other;
  sim.run([&] {
    other = std::thread([&] {
      // Not before the scheduler has checked several times whether a wake is possible.
      while (sim.poller.waits() < 3 && !over) std::this_thread::yield();
      from_outside.set();
    });
    EXPECT_NO_THROW(from_outside.wait());
    over = true;
  });
  other.join();
}

TEST_F(Deadlock, JoinAndGetOfOneselfThrowAtOnce) {
  sim.run([] {
    const task<> t = spawn("narcissus", [] {
      EXPECT_THROW(this_coroutine::self().join(), deadlock_error);
      EXPECT_THROW(this_coroutine::self().get(), deadlock_error);
      EXPECT_THROW(this_coroutine::self().get_for(1h), deadlock_error);
    });
    t.get();
  });
}

class UnhandledErrors : public Run {};

TEST_F(UnhandledErrors, TheDefaultWritesOneLineToStderr) {
  testing::internal::CaptureStderr();
  sim.run([] { spawn("payer", [] { throw std::runtime_error("no money"); }).join(); });
  const std::string line = testing::internal::GetCapturedStderr();
  EXPECT_THAT(line, HasSubstr("payer"));
  EXPECT_THAT(line, HasSubstr("no money"));
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
}

// For example: a server copies a client's text into its errors.
TEST_F(UnhandledErrors, ReachTheTerminalAsOneLineWithoutEscapeSequences) {
  testing::internal::CaptureStderr();
  sim.run([] {
    spawn("\x1b]0;title\x07", [] { throw std::runtime_error("red: \x1b[31m\nweft: forged \xc2\x9b 31m"); }).join();
  });
  const std::string line = testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
  EXPECT_EQ(line.find('\x1b'), std::string::npos);
  EXPECT_EQ(line.find('\x07'), std::string::npos);
  EXPECT_THAT(line, HasSubstr("\"\\x1b]0;title\\x07\""));
  EXPECT_THAT(line, HasSubstr("red: \\x1b[31m weft: forged \\x9b 31m"));
}

TEST_F(UnhandledErrors, AreSanitisedForEveryHandlerAndTheErrorIsNot) {
  std::string line, what;
  const unhandled_handler before =
      set_unhandled_handler([&](const std::exception_ptr& error, std::string_view what_and_who) {
        line = what_and_who;
        try {
          std::rethrow_exception(error);
        } catch (const std::exception& e) {
          what = e.what();
        }
      });
  sim.run([] { spawn("bad\x1b", [] { throw std::runtime_error("a\x1b[31m\nb"); }).join(); });
  set_unhandled_handler(before);
  EXPECT_THAT(line, testing::EndsWith("\"bad\\x1b\": std::runtime_error: a\\x1b[31m b"));
  EXPECT_EQ(what, "a\x1b[31m\nb");
}

TEST_F(UnhandledErrors, AreReportedWhenTheLastHandleGoes) {
  const unhandled_errors unhandled;
  sim.run([&] {
    task<> kept = spawn([] { throw std::runtime_error("x"); });
    kept.join();
    EXPECT_THAT(unhandled.lines, IsEmpty());
    kept = {};
    EXPECT_EQ(unhandled.lines.size(), 1u);
  });
}

TEST_F(UnhandledErrors, WithoutAHandleAreReportedAtTheEnd) {
  const unhandled_errors unhandled;
  sim.run([&] {
    spawn([] { throw std::runtime_error("x"); });
    yield();
    EXPECT_EQ(unhandled.lines.size(), 1u);
  });
  EXPECT_EQ(unhandled.lines.size(), 1u);
}

TEST_F(UnhandledErrors, ReadByGetOrExceptionAreNotReported) {
  const unhandled_errors unhandled;
  sim.run([] {
    EXPECT_THROW(spawn([] { throw std::runtime_error("x"); }).get(), std::runtime_error);
    const task<> t = spawn([] { throw std::runtime_error("y"); });
    t.join();
    static_cast<void>(t.exception());
  });
  EXPECT_THAT(unhandled.lines, IsEmpty());
}

TEST_F(UnhandledErrors, WhatIsNoStdExceptionIsReportedWithItsType) {
  const unhandled_errors unhandled;
  sim.run([] { spawn("thrower", [] { throw 42; }).join(); });
  EXPECT_THAT(unhandled.lines, ElementsAre(HasSubstr("int")));
}

TEST_F(UnhandledErrors, SettingNullRestoresTheDefaultAndReturnsTheOneBefore) {
  int calls = 0;
  const unhandled_handler original =
      set_unhandled_handler([&](const std::exception_ptr&, std::string_view) { ++calls; });
  const unhandled_handler mine = set_unhandled_handler(nullptr);
  mine(nullptr, "by hand");
  EXPECT_EQ(calls, 1);
  testing::internal::CaptureStderr();
  sim.run([] { spawn([] { throw std::runtime_error("to stderr"); }).join(); });
  EXPECT_THAT(testing::internal::GetCapturedStderr(), HasSubstr("to stderr"));
  set_unhandled_handler(original);
}

class PlainThread : public Run {};

TEST_F(PlainThread, HasNoIdAndNoName) {
  EXPECT_EQ(this_coroutine::id(), 0u);
  EXPECT_EQ(this_coroutine::name(), "");
  EXPECT_FALSE(this_coroutine::cancel_requested());
  EXPECT_THROW(this_coroutine::self(), std::logic_error);
  yield();
  sleep_for(1us);
}

TEST_F(PlainThread, BlocksInAJoin) {
  event spawned;
  task<int> t;
  std::thread joiner([&] {
    spawned.wait();
    EXPECT_EQ(t.get(), 9);
    EXPECT_TRUE(t.join_for(0s));
  });
  run([&] {
    t = spawn([] {
      sleep_for(2ms);
      return 9;
    });
    spawned.set();
    t.join();
  });
  joiner.join();
}

class TaskHandle : public Run {};

TEST_F(TaskHandle, EveryMemberOfAnEmptyOneThrows) {
  const task<int> none;
  EXPECT_FALSE(none);
  EXPECT_EQ(none, task<int>());
  EXPECT_THROW(static_cast<void>(none.id()), std::logic_error);
  EXPECT_THROW(static_cast<void>(none.name()), std::logic_error);
  EXPECT_THROW(static_cast<void>(none.status()), std::logic_error);
  EXPECT_THROW(static_cast<void>(none.finished()), std::logic_error);
  EXPECT_THROW(static_cast<void>(none.successful()), std::logic_error);
  EXPECT_THROW(static_cast<void>(none.exception()), std::logic_error);
  EXPECT_THROW(none.join(), std::logic_error);
  EXPECT_THROW(none.join_for(1s), std::logic_error);
  EXPECT_THROW(none.get(), std::logic_error);
  EXPECT_THROW(none.get_for(1s), std::logic_error);
  EXPECT_THROW(none.cancel(), std::logic_error);
  EXPECT_THROW(none.kill(), std::logic_error);
  EXPECT_THROW(none.kill_for(1s), std::logic_error);
  EXPECT_THROW(none.throw_in(std::make_exception_ptr(1)), std::logic_error);
  EXPECT_THROW(none.on_done([] {}), std::logic_error);
  EXPECT_THROW(none.remove_callback({}), std::logic_error);
}

TEST_F(TaskHandle, IdsAreNeverReused) {
  sim.run([] {
    std::uint64_t last = this_coroutine::id();
    for (int i = 0; i < 100; ++i) {
      const task<> t = spawn([] {});
      EXPECT_GT(t.id(), last);
      last = t.id();
      t.join();
    }
  });
}

TEST_F(TaskHandle, ASuspendedTaskIsRunning) {
  sim.run([] {
    const task<> t = spawn([] { sleep_for(1ms); });
    EXPECT_EQ(t.status(), task_status::pending);
    yield();
    EXPECT_EQ(t.status(), task_status::running);
    t.join();
    EXPECT_EQ(t.status(), task_status::done);
    EXPECT_TRUE(t.successful());
    EXPECT_EQ(t.exception(), nullptr);
  });
}

TEST_F(TaskHandle, AsATaskWithoutAValueItStillRethrows) {
  sim.run([] {
    const task<> t = spawn([]() -> int { throw std::domain_error("x"); });
    EXPECT_THROW(t.get(), std::domain_error);
    static_assert(!std::is_convertible_v<task<>, task<int>>);
  });
}

TEST_F(TaskHandle, DroppingItLetsTheTaskGoOn) {
  sim.run([] {
    bool ran = false;
    spawn([&] { ran = true; });
    yield();
    EXPECT_TRUE(ran);
  });
}

TEST_F(TaskHandle, TheFunctionIsCalledOnceAsAnRvalue) {
  struct once {
    std::unique_ptr<int> number;
    int operator()() && { return *number; }
  };
  sim.run([] { EXPECT_EQ(spawn(once{std::make_unique<int>(4)}).get(), 4); });
}

TEST_F(TaskHandle, NamesAreCopied) {
  sim.run([] {
    std::string name = "worker";
    const task<> t = spawn(name, [] {});
    name = "XXXXXX";
    EXPECT_EQ(t.name(), "worker");
  });
}

TEST_F(TaskHandle, SpawnOptionsGiveNameStackAndSite) {
  static_assert(std::is_aggregate_v<spawn_options>);
  sim.run([] {
    const task<std::size_t> t = spawn(spawn_options{.name = "big", .stack_size = 1024 * 1024}, [] {
      volatile char bytes[512 * 1024];
      for (std::size_t i = 0; i < sizeof bytes; i += 4096) bytes[i] = 1;
      return this_coroutine::stack_high_water();
    });
    EXPECT_GE(t.get(), 512u * 1024);
    EXPECT_EQ(t.name(), "big");
  });
}

TEST_F(TaskHandle, AStackThatCannotBeHadThrowsFromSpawnAndTheSchedulerGoesOn) {
  sim.run([] {
    EXPECT_THROW(spawn(spawn_options{.stack_size = std::size_t{1} << 60}, [] {}), std::bad_alloc);
    EXPECT_EQ(spawn([] { return 1; }).get(), 1);
  });
}

class OnDone : public Run {};

TEST_F(OnDone, ACallbackMayRemoveALaterOne) {
  sim.run([] {
    bool second_called = false;
    callback_id second;
    const task<> t = spawn([] {});
    t.on_done([&] { EXPECT_TRUE(t.remove_callback(second)); });
    second = t.on_done([&] { second_called = true; });
    t.join();
    EXPECT_FALSE(second_called);
    EXPECT_FALSE(t.remove_callback(second));
  });
}

TEST_F(OnDone, RunsOnTheEndingCoroutineAfterItsLocals) {
  sim.run([] {
    std::vector<std::string> order;
    std::uint64_t where = 0;
    const task<> t = spawn([&] {
      const std::shared_ptr<void> local(nullptr, [&](void*) { order.push_back("locals gone"); });
      yield();
    });
    t.on_done([&] {
      order.push_back("callback");
      where = this_coroutine::id();
    });
    t.join();
    EXPECT_THAT(order, ElementsAre("locals gone", "callback"));
    EXPECT_EQ(where, t.id());
  });
}

TEST_F(OnDone, OnAFinishedTaskAThrowingOneIsReportedNotThrown) {
  const unhandled_errors unhandled;
  sim.run([] {
    const task<> t = spawn([] {});
    t.join();
    EXPECT_NO_THROW(t.on_done([] { throw std::runtime_error("callback"); }));
  });
  EXPECT_THAT(unhandled.lines, ElementsAre(HasSubstr("callback")));
}

TEST_F(OnDone, MayGetTheTasksValue) {
  sim.run([] {
    int got = 0;
    const task<int> t = spawn([] { return 6; });
    t.on_done([&] { got = t.get(); });
    t.join();
    EXPECT_EQ(got, 6);
  });
}

TEST_F(OnDone, MaySpawnAndCancelOthers) {
  sim.run([] {
    const task<> sleeper = spawn([] { sleep_for(1h); });
    task<int> spawned;
    const task<> t = spawn([] {});
    t.on_done([&] {
      sleeper.cancel();
      spawned = spawn([] { return 8; });
    });
    t.join();
    EXPECT_EQ(spawned.get(), 8);
    sleeper.join();
    EXPECT_EQ(sleeper.status(), task_status::cancelled);
  });
}

}  // namespace
}  // namespace weft
