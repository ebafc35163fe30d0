// Cancelling, killing, throwing in, and shields: the tests of gevent's kill and asyncio's cancel.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "async/unhandled_errors.hpp"
#include "support/recorded.hpp"
#include "weft/event.hpp"
#include "weft/mutex.hpp"
#include "weft/queue.hpp"
#include "weft/run.hpp"
#include "weft/semaphore.hpp"
#include "weft/task.hpp"
#include "weft/this_coroutine.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;
using support::simulation;
using testing::ElementsAre;
using testing::IsEmpty;
using tests::unhandled_errors;

class Cancel : public testing::Test {
 protected:
  simulation sim;

  static std::exception_ptr error(const char* what) { return std::make_exception_ptr(std::domain_error(what)); }
};

std::string error_of(const task<>& t) {
  try {
    t.get();
  } catch (const task_cancelled&) {
    return "cancelled";
  } catch (const std::exception& e) {
    return e.what();
  }
  return "none";
}

TEST_F(Cancel, ASecondOneBeforeTheDeliveryChangesNothing) {
  sim.run([] {
    int delivered = 0;
    const task<> t = spawn([&] {
      for (int i = 0; i < 2; ++i) {
        try {
          sleep_for(1ms);
        } catch (const cancelled&) {
          ++delivered;
        }
      }
    });
    yield();
    EXPECT_TRUE(t.cancel());
    EXPECT_TRUE(t.cancel());
    t.join();
    EXPECT_EQ(delivered, 1);
    EXPECT_EQ(t.status(), task_status::done);
  });
}

TEST_F(Cancel, AfterTheDeliveryANewOneIsDeliveredAgain) {
  sim.run([] {
    int delivered = 0;
    const task<> t = spawn([&] {
      for (int i = 0; i < 2; ++i) {
        try {
          sleep_for(1h);
        } catch (const cancelled&) {
          ++delivered;
        }
      }
    });
    yield();
    t.cancel();
    yield();
    t.cancel();
    t.join();
    EXPECT_EQ(delivered, 2);
  });
}

TEST_F(Cancel, AThrowInAfterAnUndeliveredCancelChangesNothing) {
  sim.run([] {
    const task<> t = spawn([] { sleep_for(1h); });
    yield();
    t.cancel();
    t.throw_in(error("late"));
    EXPECT_EQ(error_of(t), "cancelled");
  });
}

TEST_F(Cancel, ACancelAfterAnUndeliveredThrowInChangesNothing) {
  sim.run([] {
    const task<> t = spawn([] { sleep_for(1h); });
    yield();
    t.throw_in(error("first"));
    t.cancel();
    EXPECT_EQ(error_of(t), "first");
  });
}

TEST_F(Cancel, ABodyThatCatchesItAndReturnsIsDoneWithItsValue) {
  sim.run([] {
    const task<int> t = spawn([] {
      try {
        sleep_for(1h);
      } catch (const cancelled&) {
        return 1;
      }
      return 0;
    });
    yield();
    t.cancel();
    EXPECT_EQ(t.get(), 1);
    EXPECT_EQ(t.status(), task_status::done);
  });
}

TEST_F(Cancel, CatchingStdExceptionsLetsItBy) {
  static_assert(!std::is_base_of_v<std::exception, cancelled>);
  sim.run([] {
    const task<> t = spawn([] {
      try {
        sleep_for(1h);
      } catch (const std::exception&) {
        ADD_FAILURE();
      }
    });
    yield();
    t.kill();
    EXPECT_EQ(t.status(), task_status::cancelled);
  });
}

TEST_F(Cancel, OneThatAProgramThrowsMeansTheSame) {
  const unhandled_errors unhandled;
  sim.run([] {
    const task<> t = spawn([] { throw cancelled{}; });
    t.join();
    EXPECT_EQ(t.status(), task_status::cancelled);
    EXPECT_THROW(t.get(), task_cancelled);
    EXPECT_THROW(std::rethrow_exception(t.exception()), task_cancelled);
  });
  EXPECT_THAT(unhandled.lines, IsEmpty());
}

TEST_F(Cancel, OneThatReturnsWithAnUndeliveredThrowInFails) {
  sim.run([] {
    const task<int> t = spawn([] {
      this_coroutine::self().throw_in(error("undelivered"));
      return 1;
    });
    EXPECT_EQ(error_of(t), "undelivered");
    EXPECT_EQ(t.status(), task_status::failed);
  });
}

TEST_F(Cancel, OneThatReturnsInsideAShieldWithAnUndeliveredCancelIsCancelled) {
  sim.run([] {
    const task<> t = spawn([] {
      const cancel_shield shield;
      yield();
    });
    yield();
    t.cancel();
    t.join();
    EXPECT_EQ(t.status(), task_status::cancelled);
  });
}

TEST_F(Cancel, ThrowInBeforeTheStartFailsWithoutRunning) {
  sim.run([] {
    const task<> t = spawn([] { ADD_FAILURE() << "ran"; });
    t.throw_in(error("mine"));
    EXPECT_EQ(error_of(t), "mine");
    EXPECT_EQ(t.status(), task_status::failed);
  });
}

TEST_F(Cancel, ThrowInMayBeCaught) {
  sim.run([] {
    const task<int> t = spawn([] {
      try {
        sleep_for(1h);
      } catch (const std::domain_error&) {
        return 5;
      }
      return 0;
    });
    yield();
    t.throw_in(error("mine"));
    EXPECT_EQ(t.get(), 5);
  });
}

TEST_F(Cancel, ThrowInOfNothingIsRefused) {
  sim.run([] {
    const task<> t = spawn([] {});
    EXPECT_THROW(t.throw_in(nullptr), std::invalid_argument);
    t.join();
    EXPECT_EQ(t.status(), task_status::done);
  });
}

TEST_F(Cancel, ThrowInOnAFinishedTaskDoesNothing) {
  sim.run([] {
    const task<int> t = spawn([] { return 1; });
    t.join();
    t.throw_in(error("late"));
    EXPECT_EQ(t.get(), 1);
  });
}

TEST_F(Cancel, ACallThatNeedNotWaitIsNoSuspension) {
  sim.run([] {
    queue<int> q;
    q.put(1);
    mutex m;
    semaphore s(1);
    const task<> ended = spawn([] {});
    ended.join();
    bool passed_all = false;
    const task<> t = spawn([&] {
      this_coroutine::self().cancel();
      EXPECT_EQ(q.get(), 1);
      q.put(2);
      m.lock();
      m.unlock();
      s.acquire();
      ended.get();
      ended.join_for(0s);
      EXPECT_TRUE(this_coroutine::cancel_requested());
      passed_all = true;
      sleep_for(0s);  // this is a yield
      ADD_FAILURE() << "not cancelled";
    });
    t.join();
    EXPECT_TRUE(passed_all);
    EXPECT_EQ(t.status(), task_status::cancelled);
  });
}

TEST_F(Cancel, TakesAWaiterOutOfLineAtOnce) {
  sim.run([] {
    semaphore s(0);
    const task<> waiter = spawn([&] { s.acquire(); });
    yield();
    waiter.cancel();
    s.release();
    EXPECT_EQ(s.value(), 1);  // nobody waits any more
    waiter.join();
    EXPECT_EQ(waiter.status(), task_status::cancelled);
  });
}

TEST_F(Cancel, OfOneAlreadyWokenThrowsAndPassesOnWhatItHadGot) {
  sim.run([] {
    semaphore s(0);
    std::vector<int> order;
    const task<> first = spawn([&] {
      s.acquire();
      order.push_back(1);
    });
    const task<> second = spawn([&] {
      s.acquire();
      order.push_back(2);
    });
    yield();
    s.release();     // the first is woken
    first.cancel();  // before it runs
    second.join();
    EXPECT_EQ(first.status(), task_status::cancelled);
    EXPECT_THAT(order, ElementsAre(2));
  });
}

TEST_F(Cancel, OfAJoinerAlreadyWokenThrows) {
  sim.run([] {
    event go;
    const task<> target = spawn([&] { go.wait(); });
    const task<> joiner = spawn([&] {
      target.join();
      ADD_FAILURE() << "went on";
    });
    yield();
    go.set();
    yield();  // the target ends and wakes the joiner, which becomes ready after this coroutine
    EXPECT_TRUE(target.finished());
    joiner.cancel();
    joiner.join();
    EXPECT_EQ(joiner.status(), task_status::cancelled);
  });
}

TEST_F(Cancel, APendingSpawnAfterNeverRunsAndItsTimerIsGone) {
  sim.run([&] {
    const task<> t = spawn_after(1h, "later", [] { ADD_FAILURE() << "ran"; });
    EXPECT_EQ(t.name(), "later");
    EXPECT_TRUE(t.cancel());
    t.join();
    EXPECT_EQ(t.status(), task_status::cancelled);
    EXPECT_EQ(sim.clock.elapsed(), 0s);
  });
}

TEST_F(Cancel, OfAnUnstartedOneDestroysItsFunctionBeforeJoinersGoOn) {
  std::vector<std::string> order;
  sim.run([&] {
    std::shared_ptr<void> captured(nullptr, [&](void*) { order.push_back("captures gone"); });
    const task<> t = spawn([held = std::move(captured)] {});
    t.on_done([&] { order.push_back("callback"); });
    t.cancel();
    t.join();
    order.push_back("joined");
  });
  EXPECT_THAT(order, ElementsAre("captures gone", "callback", "joined"));
}

}  // namespace
}  // namespace weft
