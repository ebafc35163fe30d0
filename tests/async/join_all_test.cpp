// join_all and join_all_for: gevent's joinall.
#include "weft/join_all.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <list>
#include <ranges>
#include <string>
#include <thread>
#include <vector>

#include "async/unhandled_errors.hpp"
#include "support/recorded.hpp"
#include "weft/event.hpp"
#include "weft/mutex.hpp"
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

class JoinAll : public testing::Test {
 protected:
  simulation sim;

  static task<int> sleeper(std::chrono::milliseconds d, int value = 0) {
    return spawn([d, value] {
      sleep_for(d);
      return value;
    });
  }
};

TEST_F(JoinAll, WaitsForTheLast) {
  sim.run([&] {
    join_all(std::vector{sleeper(20ms), sleeper(50ms), sleeper(10ms)});
    EXPECT_EQ(sim.clock.elapsed(), 50ms);
  });
}

TEST_F(JoinAll, TakesAnyRange) {
  sim.run([&] {
    const std::vector<task<int>> vector{sleeper(10ms)};
    join_all(vector);
    std::list<task<int>> list{sleeper(10ms)};
    join_all(list);
    std::array<task<int>, 2> array{sleeper(10ms), sleeper(10ms)};
    join_all(array);
    join_all(std::views::iota(0, 3) | std::views::transform([](int) { return sleeper(10ms); }));
    EXPECT_EQ(sim.clock.elapsed(), 40ms);
  });
}

TEST_F(JoinAll, TakesTasksOneByOneAlsoOfSeveralTypes) {
  sim.run([&] {
    const task<> nothing = spawn([] { sleep_for(30ms); });
    const task<std::string> text = spawn([] { return std::string("x"); });
    join_all(nothing, text, sleeper(10ms));
    join_all({nothing, task<>(text)});
    join_all({sleeper(10ms), sleeper(20ms)});
    EXPECT_EQ(sim.clock.elapsed(), 50ms);
  });
}

TEST_F(JoinAll, OfNothingIsAtOnce) {
  sim.run([&] {
    const auto before = stats().switches;
    join_all(std::vector<task<>>{});
    join_all({});
    EXPECT_EQ(stats().switches, before);
  });
}

TEST_F(JoinAll, OfEndedTasksNeedsNoSuspension) {
  sim.run([&] {
    const task<int> t = sleeper(1ms);
    t.join();
    const auto before = stats().switches;
    join_all({t, t});
    EXPECT_EQ(stats().switches, before);
  });
}

TEST_F(JoinAll, DuplicatesAreAllowed) {
  sim.run([&] {
    const task<int> t = sleeper(10ms);
    EXPECT_THAT(join_all_for({t, t}, 1s), ElementsAre(t, t));
    EXPECT_EQ(sim.clock.elapsed(), 10ms);
  });
}

TEST_F(JoinAll, ThrowsNoErrorAndReadsNone) {
  const unhandled_errors unhandled;
  sim.run([] { join_all({spawn([] { throw std::runtime_error("unread"); })}); });
  EXPECT_EQ(unhandled.lines.size(), 1u);
}

TEST_F(JoinAll, CancellingTheWaiterDoesNotTouchTheTasks) {
  sim.run([&] {
    const task<int> worker = sleeper(10ms, 4);
    const task<> joiner = spawn([&] { join_all({worker}); });
    yield();
    joiner.kill();
    EXPECT_EQ(joiner.status(), task_status::cancelled);
    EXPECT_EQ(worker.get(), 4);
  });
}

TEST_F(JoinAll, OneThatCannotHaveItsTurnAnyMoreIsForgotten) {
  sim.run([&] {
    const task<int> worker = sleeper(10ms);
    EXPECT_THROW(with_timeout(1ms, [&] { join_all({worker}); }), timeout_error);
    worker.join();
  });
}

TEST_F(JoinAll, OfOneselfIsADeadlock) {
  sim.run([] { EXPECT_THROW(join_all({this_coroutine::self()}), deadlock_error); });
}

TEST_F(JoinAll, OfAnEmptyTaskIsALogicError) {
  sim.run([] { EXPECT_THROW(join_all({task<>()}), std::logic_error); });
}

TEST_F(JoinAll, ForReturnsTheEndedOnesInTheOrderOfTheirEnds) {
  sim.run([&] {
    const task<int> a = sleeper(30ms), b = sleeper(10ms), c = sleeper(1s), d = sleeper(20ms);
    EXPECT_THAT(join_all_for(std::vector{a, b, c, d}, 100ms), ElementsAre(b, d, a));
    EXPECT_EQ(sim.clock.elapsed(), 100ms);
  });
}

TEST_F(JoinAll, ForReturnsAtOnceWhenAllHaveEnded) {
  sim.run([&] {
    const task<int> a = sleeper(30ms);
    EXPECT_THAT(join_all_for({a}, 1h), ElementsAre(a));
    EXPECT_EQ(sim.clock.elapsed(), 30ms);
  });
}

TEST_F(JoinAll, ForZeroNeverSuspends) {
  sim.run([&] {
    const task<int> ended = sleeper(1ms), asleep = sleeper(1s);
    ended.join();
    EXPECT_THAT(join_all_for(std::vector{asleep, ended}, 0s), ElementsAre(ended));
    EXPECT_THAT(join_all_for(std::vector<task<>>{}, 0s), IsEmpty());
  });
}

TEST_F(JoinAll, ThoseThatEndedBeforeAreInTheOrderOfTheirEndsToo) {
  sim.run([&] {
    const task<int> a = sleeper(30ms), b = sleeper(10ms), c = sleeper(20ms);
    sleep_for(1s);
    EXPECT_THAT(join_all_for({a, b, c}, 0s), ElementsAre(b, c, a));
  });
}

TEST_F(JoinAll, CallbacksRunBeforeItGoesOn) {
  sim.run([&] {
    bool called = false;
    const task<int> t = sleeper(1ms);
    t.on_done([&] { called = true; });
    join_all(t);
    EXPECT_TRUE(called);
  });
}

TEST_F(JoinAll, WaitsInLineWithOtherJoiners) {
  sim.run([&] {
    std::vector<int> order;
    const task<int> t = sleeper(10ms);
    const std::vector<task<>> joiners{spawn([&] {
                                        t.join();
                                        order.push_back(1);
                                      }),
                                      spawn([&] {
                                        join_all(t);
                                        order.push_back(2);
                                      }),
                                      spawn([&] {
                                        t.join();
                                        order.push_back(3);
                                      })};
    join_all(joiners);
    EXPECT_THAT(order, ElementsAre(1, 2, 3));
  });
}

TEST_F(JoinAll, HasItsOwnWaitReason) {
  const diary::history h = support::record(sim, [] { join_all({spawn("a", [] {}), spawn("b", [] { yield(); })}); });
  EXPECT_EQ(support::decisions(h), R"(
nobody: spawn main
nobody: enter -> main
main: spawn a
main: spawn b
main: block join_all -> a
a: finish done -> b
b: yield -> b
b: wake main granted
b: finish done -> main
main: finish done -> nobody
)");
  EXPECT_EQ(h.violations().size(), 0u);
}

TEST_F(JoinAll, TheDeadlockReportNamesWhomItWaitsFor) {
  sim.run([] {
    const task<> ends = spawn("ends", [] {});
    const task<> stuck = spawn("stuck", [] { event("never").wait(); });
    try {
      join_all(ends, stuck);
      ADD_FAILURE();
    } catch (const deadlock_error& e) {
      EXPECT_THAT(e.what(), HasSubstr("main: join_all on tasks, owned by #" + std::to_string(stuck.id()) + " stuck"));
      EXPECT_THAT(e.what(), HasSubstr("stuck: event on event \"never\""));
    }
  });
}

TEST_F(JoinAll, FromAPlainThread) {
  event spawned;
  std::vector<task<>> tasks;
  std::thread joiner([&] {
    spawned.wait();
    join_all(tasks);
    for (const task<>& t : tasks) EXPECT_TRUE(t.finished());
    EXPECT_EQ(join_all_for(tasks, 0s).size(), 10u);
  });
  run([&] {
    for (int i = 0; i < 10; ++i) tasks.push_back(spawn([] { sleep_for(1ms); }));
    spawned.set();
    join_all(tasks);
  });
  joiner.join();
}

TEST_F(JoinAll, OfTasksOfOtherThreads) {
  constexpr int threads = 3, tasks_each = 50;
  mutex m;
  std::vector<task<int>> all;
  event filled;
  std::vector<std::thread> others;
  for (int i = 0; i < threads; ++i) {
    others.emplace_back([&, i] {
      run([&] {
        std::vector<task<int>> mine;
        for (int n = 0; n < tasks_each; ++n) {
          mine.push_back(spawn([n, i] {
            for (int y = 0; y < (n * 7 + i) % 13; ++y) yield();
            return n;
          }));
        }
        {
          const std::lock_guard guard(m);
          all.insert(all.end(), mine.begin(), mine.end());
          if (all.size() == threads * tasks_each) filled.set();
        }
        join_all(mine);
      });
    });
  }
  run([&] {
    filled.wait();
    join_all(all);
    for (const task<int>& t : all) EXPECT_EQ(t.status(), task_status::done);
    EXPECT_EQ(join_all_for(all, 0s).size(), all.size());
  });
  for (std::thread& t : others) t.join();
}

}  // namespace
}  // namespace weft
