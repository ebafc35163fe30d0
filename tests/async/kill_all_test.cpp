// kill_all(): all are cancelled before the first wait. The tests of gevent's killall.
#include "weft/kill_all.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <list>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "async/unhandled_errors.hpp"
#include "support/recorded.hpp"
#include "weft/event.hpp"
#include "weft/run.hpp"
#include "weft/task.hpp"
#include "weft/this_coroutine.hpp"
#include "weft/timeout.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;
using support::simulation;
using testing::ElementsAre;

class KillAll : public testing::Test {
 protected:
  simulation sim;
  std::vector<std::string> told;

  // Sleeps for ever; its clean-up takes the given time.
  task<> sleeper(const std::string& name, std::chrono::nanoseconds cleanup) {
    return spawn(name, [this, name, cleanup] {
      try {
        sleep_for(24h);
      } catch (const cancelled&) {
        told.push_back(name + " cancelled");
        sleep_for(cleanup);
        told.push_back(name + " ends");
        throw;
      }
    });
  }
};

TEST_F(KillAll, CancelsAllBeforeItWaitsForTheFirst) {
  sim.run([&] {
    const std::vector<task<>> all{sleeper("a", 10ms), sleeper("b", 1ms)};
    yield();
    kill_all(all);
    for (const task<>& t : all) EXPECT_EQ(t.status(), task_status::cancelled);
    EXPECT_EQ(sim.clock.elapsed(), 10ms);
  });
  EXPECT_THAT(told, ElementsAre("a cancelled", "b cancelled", "b ends", "a ends"));
}

TEST_F(KillAll, TakesTasksOfSeveralTypesAndRangesOfAnyKind) {
  sim.run([] {
    const task<int> a = spawn([] {
      sleep_for(1h);
      return 1;
    });
    const task<std::string> b = spawn([] {
      sleep_for(1h);
      return std::string();
    });
    kill_all(a, b);
    EXPECT_EQ(a.status(), task_status::cancelled);
    EXPECT_EQ(b.status(), task_status::cancelled);
    const std::list<task<int>> listed{a, spawn([] { return 2; })};
    kill_all(listed);
    EXPECT_EQ(listed.back().status(), task_status::cancelled);
    kill_all({a, a});
    kill_all(std::vector<task<>>());
    kill_all(spawn([] {}));
  });
}

TEST_F(KillAll, FinishedAndUnstartedOnesAreFine) {
  sim.run([] {
    const task<> finished = spawn([] {});
    finished.join();
    const task<> unstarted = spawn([] { ADD_FAILURE() << "ran"; });
    kill_all(finished, unstarted, finished);
    EXPECT_EQ(finished.status(), task_status::done);
    EXPECT_EQ(unstarted.status(), task_status::cancelled);
  });
}

TEST_F(KillAll, AnEmptyTaskIsAnErrorAndNobodyIsCancelled) {
  sim.run([] {
    const task<> t = spawn([] {});
    EXPECT_THROW(kill_all(t, task<>()), std::logic_error);
    t.get();
  });
}

TEST_F(KillAll, ReadsNoErrors) {
  const tests::unhandled_errors unhandled;
  sim.run([] {
    kill_all(spawn([] {
      try {
        sleep_for(1h);
      } catch (const cancelled&) {
        throw std::runtime_error("in the clean-up");
      }
    }));
    const task<> t = spawn([] {
      try {
        sleep_for(1h);
      } catch (const cancelled&) {
        throw std::runtime_error("in the clean-up");
      }
    });
    yield();
    kill_all(t);
    EXPECT_EQ(t.status(), task_status::failed);
  });
  EXPECT_EQ(unhandled.lines.size(), 1U);
}

TEST_F(KillAll, TheCallerAmongThemIsCancelledLast) {
  sim.run([&] {
    std::vector<task<>> all;
    all.push_back(spawn("killer", [&] {
      try {
        kill_all(all);
        ADD_FAILURE() << "went on";
      } catch (const cancelled&) {
        told.emplace_back("killer cancelled");
        throw;
      }
    }));
    all.push_back(sleeper("a", 5ms));
    all.push_back(sleeper("b", 1ms));
    all.front().join();
    EXPECT_EQ(all.front().status(), task_status::cancelled);
    EXPECT_EQ(sim.clock.elapsed(), 0ms);  // a and b had not started
    told.clear();

    all.assign({sleeper("c", 5ms), task<>()});
    yield();
    all[1] = spawn("killer", [&] {
      const cancel_shield shield;  // does not protect a coroutine from itself
      try {
        kill_all(all);
        ADD_FAILURE() << "went on";
      } catch (const cancelled&) {
        told.emplace_back("killer cancelled");
      }
    });
    all[1].get();
  });
  EXPECT_THAT(told, ElementsAre("c cancelled", "c ends", "killer cancelled"));
}

TEST_F(KillAll, CancelledMeanwhileItWaitsOnAndThrowsThen) {
  sim.run([&] {
    const task<> victim = sleeper("victim", 10ms);
    yield();
    const task<> killer = spawn([&] {
      try {
        kill_all(victim);
        ADD_FAILURE() << "went on";
      } catch (const cancelled&) {
        told.emplace_back("killer cancelled");
        throw;
      }
    });
    sleep_for(1ms);
    killer.cancel();
    killer.join();
    EXPECT_EQ(killer.status(), task_status::cancelled);
  });
  EXPECT_THAT(told, ElementsAre("victim cancelled", "victim ends", "killer cancelled"));
}

TEST_F(KillAll, ATimeoutMeanwhileComesAfterwards) {
  sim.run([&] {
    const task<> victim = sleeper("victim", 10ms);
    yield();
    EXPECT_THROW(with_timeout(1ms, [&] { kill_all(victim); }), timeout_error);
    EXPECT_TRUE(victim.finished());
    EXPECT_EQ(sim.clock.elapsed(), 10ms);
  });
}

TEST(KillAllThreads, APlainThreadKillsTasksOfAScheduler) {
  std::vector<task<>> all;
  event ready;
  std::thread scheduler([&] {
    run([&] {
      for (int i = 0; i < 3; ++i) all.push_back(spawn([] { sleep_for(24h); }));
      yield();
      ready.set();
      for (const task<>& t : all) t.join();
    });
  });
  ready.wait();
  kill_all(all);
  for (const task<>& t : all) EXPECT_EQ(t.status(), task_status::cancelled);
  scheduler.join();
}

}  // namespace
}  // namespace weft
