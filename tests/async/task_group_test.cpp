// task_group and with_task_group: the tests of asyncio.TaskGroup.
#include "weft/task_group.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <exception>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "async/unhandled_errors.hpp"
#include "support/recorded.hpp"
#include "weft/co_task.hpp"
#include "weft/event.hpp"
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

class TaskGroup : public testing::Test {
 protected:
  simulation sim;
  unhandled_errors unhandled;

  ~TaskGroup() override { EXPECT_THAT(unhandled.lines, IsEmpty()); }
};

[[noreturn]] void fail(const char* what) { throw std::runtime_error(what); }

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

std::string text(const std::exception_ptr& e) {
  return error_of([&] { std::rethrow_exception(e); });
}

TEST_F(TaskGroup, JoinWaitsForAllChildren) {
  sim.run([&] {
    task_group g;
    const task<int> a = g.spawn([] {
      sleep_for(10ms);
      return 1;
    });
    const task<std::string> b = g.spawn("named", [] { return std::string("x"); });
    g.spawn(spawn_options{.name = "optioned", .stack_size = 64 * 1024}, [] { sleep_for(20ms); });
    EXPECT_EQ(g.size(), 3u);
    EXPECT_EQ(b.name(), "named");
    g.join();
    EXPECT_EQ(sim.clock.elapsed(), 20ms);
    EXPECT_EQ(g.size(), 0u);
    EXPECT_EQ(a.get(), 1);
    EXPECT_EQ(b.get(), "x");
  });
}

TEST_F(TaskGroup, AnEmptyOneIsJoinedAtOnce) {
  sim.run([] {
    task_group g;
    g.join();
  });
}

TEST_F(TaskGroup, CanBeUsedAgainAfterAJoin) {
  sim.run([] {
    task_group g;
    g.spawn([] {});
    g.join();
    EXPECT_EQ(g.spawn([] { return 2; }).get(), 2);
    g.join();
  });
}

TEST_F(TaskGroup, AFailureCancelsTheSiblingsAndComesOutOfJoin) {
  sim.run([&] {
    task_group g;
    const task<> sibling = g.spawn([] { sleep_for(1h); });
    g.spawn([] {
      sleep_for(10ms);
      fail("child");
    });
    EXPECT_EQ(error_of([&] { g.join(); }), "child");
    EXPECT_EQ(sibling.status(), task_status::cancelled);
    EXPECT_EQ(sim.clock.elapsed(), 10ms);
  });
}

TEST_F(TaskGroup, SiblingsAreCancelledInTheOrderOfTheirSpawns) {
  std::vector<int> order;
  sim.run([&] {
    task_group g;
    for (int i = 0; i < 4; ++i) {
      g.spawn([&, i] {
        try {
          sleep_for(1h);
        } catch (const cancelled&) {
          order.push_back(i);
          throw;
        }
      });
    }
    g.spawn([] { fail("child"); });
    EXPECT_THROW(g.join(), std::runtime_error);
  });
  EXPECT_THAT(order, ElementsAre(0, 1, 2, 3));
}

TEST_F(TaskGroup, ASiblingThatHasNotBegunNeverDoes) {
  sim.run([&] {
    task_group g;
    g.spawn([] { fail("child"); });
    const task<> unstarted = g.spawn([] { ADD_FAILURE() << "ran"; });
    EXPECT_THROW(g.join(), std::runtime_error);
    EXPECT_EQ(unstarted.status(), task_status::cancelled);
  });
}

TEST_F(TaskGroup, ASiblingThatJoinsTheFailingOneIsCancelledToo) {
  sim.run([&] {
    task_group g;
    const task<> failing = g.spawn([] {
      yield();
      fail("child");
    });
    g.spawn([&] { failing.join(); });
    EXPECT_EQ(error_of([&] { g.join(); }), "child");
  });
}

TEST_F(TaskGroup, SpawnAfterAFailureIsALogicError) {
  sim.run([] {
    task_group g;
    g.spawn([] { fail("child"); });
    EXPECT_THROW(g.join(), std::runtime_error);
    EXPECT_THROW(g.spawn([] {}), std::logic_error);
    EXPECT_EQ(g.size(), 0u);
  });
}

TEST_F(TaskGroup, JoinRethrowsTheFirstFailureInTimeAndErrorsHasAll) {
  sim.run([] {
    task_group g;
    g.spawn([] {
      try {
        sleep_for(1h);
      } catch (const cancelled&) {
        fail("second, while it ended");
      }
    });
    g.spawn([] {
      sleep_for(1ms);
      fail("first");
    });
    EXPECT_EQ(error_of([&] { g.join(); }), "first");
    EXPECT_EQ(error_of([&] { g.join(); }), "first");  // and again
    std::vector<std::string> all;
    for (const std::exception_ptr& e : g.errors()) all.push_back(text(e));
    EXPECT_THAT(all, ElementsAre("first", "second, while it ended"));
  });
}

TEST_F(TaskGroup, ACancelledChildIsNoFailure) {
  sim.run([] {
    task_group g;
    const task<> child = g.spawn([] { sleep_for(1h); });
    const task<int> sibling = g.spawn([] {
      sleep_for(1ms);
      return 4;
    });
    yield();
    child.cancel();
    g.join();
    EXPECT_EQ(sibling.get(), 4);
    EXPECT_THAT(g.errors(), IsEmpty());
  });
}

TEST_F(TaskGroup, CancelCancelsAllAndJoinDoesNotThrow) {
  sim.run([&] {
    task_group g;
    const task<> sleeping = g.spawn([] { sleep_for(1h); });
    g.spawn([] {
      try {
        sleep_for(1h);
      } catch (const cancelled&) {
        fail("at the end");
      }
    });
    yield();
    g.cancel();
    g.join();
    EXPECT_EQ(sleeping.status(), task_status::cancelled);
    EXPECT_EQ(g.errors().size(), 1u);
    EXPECT_EQ(sim.clock.elapsed(), 0s);
  });
}

TEST_F(TaskGroup, ASecondCancelIsDeliveredAgain) {
  sim.run([] {
    task_group g;
    const task<int> stubborn = g.spawn([] {
      int swallowed = 0;
      while (swallowed < 2) {
        try {
          sleep_for(1h);
        } catch (const cancelled&) {
          ++swallowed;
        }
      }
      return swallowed;
    });
    yield();
    g.cancel();
    yield();
    g.cancel();
    EXPECT_EQ(stubborn.get(), 2);
  });
}

TEST_F(TaskGroup, SpawnInACancelledGroupNeverRuns) {
  sim.run([] {
    task_group g;
    g.cancel();
    const task<> late = g.spawn([] { ADD_FAILURE() << "ran"; });
    g.join();
    EXPECT_EQ(late.status(), task_status::cancelled);
  });
}

TEST_F(TaskGroup, ACancelledJoinCancelsTheChildrenAndWaitsForThem) {
  sim.run([&] {
    bool cleaned_up = false;
    const task<> owner = spawn([&] {
      task_group g;
      g.spawn([&] {
        try {
          sleep_for(1h);
        } catch (const cancelled&) {
          const cancel_shield shield;
          sleep_for(5ms);
          cleaned_up = true;
          throw;
        }
      });
      try {
        g.join();
      } catch (const cancelled&) {
        EXPECT_TRUE(cleaned_up);
        throw;
      }
    });
    sleep_for(1ms);
    owner.kill();
    EXPECT_EQ(owner.status(), task_status::cancelled);
    EXPECT_TRUE(cleaned_up);
    EXPECT_EQ(sim.clock.elapsed(), 6ms);
  });
}

TEST_F(TaskGroup, ATimedOutJoinCancelsTheChildren) {
  sim.run([&] {
    task_group g;
    const task<> child = g.spawn([] { sleep_for(1h); });
    EXPECT_THROW(with_timeout(10ms, [&] { g.join(); }), timeout_error);
    EXPECT_EQ(child.status(), task_status::cancelled);
  });
}

TEST_F(TaskGroup, TheDestructorCancelsAndWaits) {
  sim.run([&] {
    task<> child;
    {
      task_group g;
      child = g.spawn([] {
        try {
          sleep_for(1h);
        } catch (const cancelled&) {
          const cancel_shield shield;
          sleep_for(5ms);
          throw;
        }
      });
      yield();
    }
    EXPECT_EQ(child.status(), task_status::cancelled);
    EXPECT_EQ(sim.clock.elapsed(), 5ms);
  });
}

TEST_F(TaskGroup, TheDestructorsWaitIsShielded) {
  sim.run([&] {
    task<> child;
    const task<> owner = spawn([&] {
      task_group g;
      child = g.spawn([] {
        const cancel_shield shield;
        sleep_for(10ms);
      });
      yield();
    });
    yield();
    yield();
    owner.cancel();
    owner.join();
    EXPECT_TRUE(child.finished());
    EXPECT_EQ(sim.clock.elapsed(), 10ms);
  });
}

TEST_F(TaskGroup, TheDestructorRunsWhileTheOwnerIsUnwound) {
  sim.run([&] {
    task<> child;
    const auto block = [&] {
      task_group g;
      child = g.spawn([] { sleep_for(1h); });
      yield();
      fail("body");
    };
    EXPECT_EQ(error_of(block), "body");
    EXPECT_EQ(child.status(), task_status::cancelled);
  });
}

TEST_F(TaskGroup, AFailureNobodyJoinedCountsAsRead) {
  sim.run([] {
    task_group g;
    g.spawn([] { fail("unread"); });
    yield();
  });
}

TEST_F(TaskGroup, TheBodyIsNotInterrupted) {
  sim.run([&] {
    task_group g;
    g.spawn([] { fail("child"); });
    sleep_for(10ms);
    EXPECT_EQ(g.errors().size(), 1u);
    EXPECT_THROW(g.join(), std::runtime_error);
  });
}

TEST_F(TaskGroup, JoinByAChildIsADeadlock) {
  sim.run([] {
    task_group g;
    g.spawn([&] { EXPECT_THROW(g.join(), deadlock_error); });
    g.join();
  });
}

TEST_F(TaskGroup, AChildMaySpawnSiblings) {
  sim.run([] {
    task_group g;
    int depth = 0;
    std::function<void()> deeper = [&] {
      if (++depth < 5) g.spawn([&] { deeper(); });
    };
    g.spawn([&] { deeper(); });
    g.join();
    EXPECT_EQ(depth, 5);
  });
}

TEST_F(TaskGroup, GroupsNest) {
  sim.run([&] {
    task_group outer;
    task<> innermost;
    outer.spawn([&] {
      task_group inner;
      innermost = inner.spawn([] { sleep_for(1h); });
      inner.join();
    });
    outer.spawn([] {
      sleep_for(1ms);
      fail("outer child");
    });
    EXPECT_EQ(error_of([&] { outer.join(); }), "outer child");
    EXPECT_EQ(innermost.status(), task_status::cancelled);
  });
}

TEST_F(TaskGroup, HasItsOwnWaitReasonAndName) {
  sim.run([] {
    task_group g("workers");
    event never;
    g.spawn("stuck", [&] { never.wait(); });
    try {
      g.join();
      ADD_FAILURE();
    } catch (const deadlock_error& e) {
      EXPECT_THAT(e.what(), HasSubstr("main: task_group on task_group \"workers\", owned by"));
    }
    EXPECT_EQ(g.size(), 0u);  // they have been cancelled and have ended
  });
}

TEST_F(TaskGroup, AChildMayBeACoTask) {
  sim.run([&] {
    task_group g;
    const task<int> awaiting = g.spawn([]() -> co_task<int> {
      co_await sleep(10ms);
      co_return 3;
    });
    const task<> sibling = g.spawn([]() -> co_task<void> { co_await sleep(1h); });
    EXPECT_EQ(awaiting.get(), 3);
    g.spawn([]() -> co_task<void> {
      co_await yielded();
      fail("awaited");
    });
    EXPECT_EQ(error_of([&] { g.join(); }), "awaited");
    EXPECT_EQ(sibling.status(), task_status::cancelled);
  });
}

TEST_F(TaskGroup, ThousandsOfChildren) {
  sim.run([] {
    task_group g;
    int ended = 0;
    for (int i = 0; i < 5000; ++i) {
      g.spawn([&] {
        yield();
        ++ended;
      });
    }
    g.join();
    EXPECT_EQ(ended, 5000);
  });
}

TEST_F(TaskGroup, JoinedAndCancelledFromAPlainThread) {
  for (int round = 0; round < 20; ++round) {
    event ready, over;
    std::unique_ptr<task_group> g;
    std::thread other([&] {
      ready.wait();
      g->cancel();
      g->join();
      over.set();
    });
    run([&] {
      g = std::make_unique<task_group>();
      for (int i = 0; i < 10; ++i) g->spawn([] { sleep_for(1h); });
      yield();
      ready.set();
      over.wait();
      EXPECT_EQ(g->size(), 0u);
      g.reset();
    });
    other.join();
  }
}

TEST_F(TaskGroup, ChildrenOfSeveralThreads) {
  for (int round = 0; round < 20; ++round) {
    task_group g;
    event spawned;
    std::vector<std::thread> others;
    for (int i = 0; i < 3; ++i) {
      others.emplace_back([&, i] {
        run([&] {
          std::vector<task<>> mine;
          try {
            for (int n = 0; n < 20; ++n) {
              mine.push_back(g.spawn([&, i, n] {
                if (i == 1 && n == 10) fail("one of them");
                sleep_for(1h);
              }));
            }
          } catch (const std::logic_error&) {
            // Meanwhile another thread's child has failed.
          }
          for (const task<>& t : mine) t.join();
          spawned.set();
        });
      });
    }
    spawned.wait();
    for (std::thread& t : others) t.join();
    EXPECT_EQ(error_of([&] { g.join(); }), "one of them");
  }
}

}  // namespace
}  // namespace weft
