// A task group that limits the number of its children.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/recorded.hpp"
#include "weft/co_task.hpp"
#include "weft/event.hpp"
#include "weft/run.hpp"
#include "weft/task_group.hpp"
#include "weft/this_coroutine.hpp"
#include "weft/timeout.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;
using support::simulation;
using testing::ElementsAre;
using testing::HasSubstr;

class TaskGroupPlaces : public testing::Test {
 protected:
  simulation sim;
};

TEST_F(TaskGroupPlaces, ASpawnWaitsForOne) {
  sim.run([&] {
    int inside = 0, most = 0;
    task_group g(2, "crawlers");
    for (int i = 0; i < 6; ++i) {
      g.spawn([&] {
        most = std::max(most, ++inside);
        sleep_for(10ms);
        --inside;
      });
    }
    g.join();
    EXPECT_EQ(most, 2);
    EXPECT_EQ(sim.clock.elapsed(), 30ms);
  });
}

TEST_F(TaskGroupPlaces, AreGivenFirstComeFirstServed) {
  std::vector<std::string> told;
  sim.run([&] {
    task_group g(1);
    event first_may_end;
    g.spawn([&] { first_may_end.wait(); });
    const auto spawner = [&](const char* name) {
      return [&, name] { g.spawn([&told, name] { told.emplace_back(name); }); };
    };
    const auto a = spawn(spawner("a")), b = spawn(spawner("b"));
    yield();
    first_may_end.set();
    yield();
    yield();
    g.spawn([&] { told.emplace_back("newcomer"); });
    a.get();
    b.get();
    g.join();
  });
  EXPECT_THAT(told, ElementsAre("a", "b", "newcomer"));
}

TEST_F(TaskGroupPlaces, NoneAreNeverFree) {
  sim.run([] {
    task_group g(0);
    EXPECT_THROW(with_timeout(1h, [&] { g.spawn([] { ADD_FAILURE() << "ran"; }); }), timeout_error);
    EXPECT_EQ(g.size(), 0U);
    g.join();
  });
}

TEST_F(TaskGroupPlaces, ACancelledSpawnHasSpawnedNothingAndPassesItsPlaceOn) {
  std::vector<std::string> told;
  sim.run([&] {
    task_group g(1);
    event first_may_end;
    g.spawn([&] { first_may_end.wait(); });
    const auto a = spawn([&] { g.spawn([] { ADD_FAILURE() << "ran"; }); });
    const auto b = spawn([&] { g.spawn([&] { told.emplace_back("b"); }); });
    yield();
    first_may_end.set();
    yield();  // the child ends, so the place belongs to a
    a.cancel();
    a.join();
    EXPECT_EQ(a.status(), task_status::cancelled);
    b.get();
    g.join();
  });
  EXPECT_THAT(told, ElementsAre("b"));
}

TEST_F(TaskGroupPlaces, JoinWaitsForWhatWasStillToBeSpawned) {
  std::vector<std::string> told;
  sim.run([&] {
    task_group g(1);
    g.spawn([] { sleep_for(1ms); });
    const auto later = spawn([&] {
      g.spawn([&] {
        sleep_for(1ms);
        told.emplace_back("second");
      });
    });
    yield();
    g.join();
    told.emplace_back("joined");
  });
  EXPECT_THAT(told, ElementsAre("second", "joined"));
}

TEST_F(TaskGroupPlaces, AFailureEndsTheWaitWithAnError) {
  sim.run([] {
    task_group g(1);
    g.spawn([] {
      yield();
      throw std::runtime_error("first");
    });
    EXPECT_THROW(g.spawn([] { ADD_FAILURE() << "ran"; }), std::logic_error);
    EXPECT_THROW(g.join(), std::runtime_error);
  });
}

TEST_F(TaskGroupPlaces, ACancelEndsTheWaitAndTheTaskNeverBegins) {
  sim.run([] {
    task_group g(0);
    const auto spawner = spawn([&] { return g.spawn([] { ADD_FAILURE() << "ran"; }); });
    yield();
    g.cancel();
    EXPECT_EQ(spawner.get().status(), task_status::cancelled);
    g.join();
    const task<> t = g.spawn([] { ADD_FAILURE() << "ran"; });
    t.join();
    EXPECT_EQ(t.status(), task_status::cancelled);
  });
}

TEST_F(TaskGroupPlaces, TheEndOfTheGroupLetsEverybodyGo) {
  sim.run([] {
    task<task<>> spawner;
    {
      task_group g(0);
      spawner = spawn([&] { return g.spawn([] { ADD_FAILURE() << "ran"; }); });
      yield();
    }
    EXPECT_EQ(spawner.get().status(), task_status::cancelled);
  });
}

TEST_F(TaskGroupPlaces, ADeadlockNamesTheGroupAndAChild) {
  std::string report;
  sim.run([&] {
    task_group g(1, "narrow");
    event never;
    g.spawn("stuck", [&] { never.wait(); });
    try {
      g.spawn([] {});
    } catch (const deadlock_error& e) {
      report = e.what();
    }
  });
  EXPECT_THAT(report, HasSubstr("main: task_group_place on task_group \"narrow\", owned by"));
  EXPECT_THAT(report, HasSubstr("stuck"));
}

TEST_F(TaskGroupPlaces, OfCoTasksAreLimitedToo) {
  sim.run([&] {
    task_group g(1);
    for (int i = 0; i < 3; ++i) g.spawn([]() -> co_task<> { co_await sleep(10ms); });
    g.join();
    EXPECT_EQ(sim.clock.elapsed(), 30ms);
  });
}

TEST_F(TaskGroupPlaces, AChildOfAnUnlimitedGroupNeverWaits) {
  sim.run([] {
    task_group g("wide");
    for (int i = 0; i < 100; ++i) g.spawn([] {});
    EXPECT_EQ(g.size(), 100U);
    g.join();
  });
}

}  // namespace
}  // namespace weft
