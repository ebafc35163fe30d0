#include "weft/condition_variable.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <mutex>
#include <stdexcept>

#include "sync/story.hpp"
#include "weft/errors.hpp"
#include "weft/event.hpp"

namespace weft::tests {
namespace {

using namespace std::chrono_literals;

TEST(ConditionVariable, NotifyOneWakesTheFirst) {
  story told;
  run_virtually([&] {
    mutex m;
    condition_variable c;
    auto waiter = [&](const char* name) {
      return [&, name] {
        std::unique_lock guard(m);
        c.wait(guard);
        told(name);
        EXPECT_TRUE(guard.owns_lock());
      };
    };
    const auto a = spawn(waiter("a")), b = spawn(waiter("b"));
    yield();
    c.notify_one();
    a.join();
    told("then");
    c.notify_one();
    b.join();
  });
  EXPECT_EQ(told.text(), "a then b");
}

TEST(ConditionVariable, NotifyAllWakesAllInOrder) {
  story told;
  run_virtually([&] {
    mutex m;
    condition_variable c;
    auto waiter = [&](const char* name) {
      return [&, name] {
        std::unique_lock guard(m);
        c.wait(guard);
        told(name);
        yield();
      };
    };
    const auto w1 = spawn(waiter("a")), w2 = spawn(waiter("b")), w3 = spawn(waiter("c"));
    yield();
    {
      const std::lock_guard guard(m);
      c.notify_all();
      told("notified");
    }
    w3.join();
  });
  EXPECT_EQ(told.text(), "notified a b c");
}

TEST(ConditionVariable, ANotifyWithoutWaitersIsForgotten) {
  simulation world;
  world.run([] {
    mutex m;
    condition_variable c;
    c.notify_one();
    c.notify_all();
    std::unique_lock guard(m);
    EXPECT_EQ(c.wait_for(guard, 10ms), std::cv_status::timeout);
    EXPECT_TRUE(guard.owns_lock());
  });
  EXPECT_EQ(world.clock.elapsed(), 10ms);
}

TEST(ConditionVariable, ThePredicateDecides) {
  story told;
  run_virtually([&] {
    mutex m;
    condition_variable c;
    int ready = 0;
    const auto consumer = spawn([&] {
      std::unique_lock guard(m);
      c.wait(guard, [&] {
        told("asked", ready);
        return ready == 2;
      });
      told("ready");
    });
    for (int i = 1; i <= 2; ++i) {
      yield();
      const std::lock_guard guard(m);
      ready = i;
      c.notify_one();
    }
    consumer.join();
  });
  EXPECT_EQ(told.text(), "asked0 asked1 asked2 ready");
}

TEST(ConditionVariable, WaitForWithAPredicateCountsAllItsWaitsTogether) {
  simulation world;
  world.run([] {
    mutex m;
    condition_variable c;
    const auto noise = spawn([&] {
      for (;;) {
        sleep_for(4ms);
        c.notify_all();
      }
    });
    std::unique_lock guard(m);
    EXPECT_FALSE(c.wait_for(guard, 10ms, [] { return false; }));
    guard.unlock();
    noise.kill();
  });
  EXPECT_EQ(world.clock.elapsed(), 10ms);
}

TEST(ConditionVariable, WaitForZeroNeitherSuspendsNorUnlocks) {
  story told;
  run_virtually([&] {
    mutex m;
    condition_variable c;
    std::unique_lock guard(m);
    const auto other = spawn([&] { told("other", m.try_lock()); });
    told("timeout", c.wait_for(guard, 0ms) == std::cv_status::timeout);
    told("pred", c.wait_for(guard, 0ms, [] { return true; }));
    other.join();
  });
  EXPECT_EQ(told.text(), "timeout1 pred1 other0");
}

TEST(ConditionVariable, WaitWithoutTheLockIsALogicErrorAndChangesNothing) {
  run_virtually([] {
    mutex m;
    condition_variable c{"changed"};
    std::unique_lock not_locked(m, std::defer_lock);
    EXPECT_THROW(c.wait(not_locked), std::logic_error);
    EXPECT_FALSE(not_locked.owns_lock());
    std::unique_lock<mutex> empty;
    EXPECT_THROW(c.wait(empty), std::logic_error);
    std::unique_lock mine(m);
    spawn([&] { EXPECT_THROW(c.wait(mine), std::logic_error); }).join();
    EXPECT_FALSE(m.try_lock());
  });
}

TEST(ConditionVariable, ACancelledWaitHoldsTheMutexAgainBeforeItThrows) {
  story told;
  run_virtually([&] {
    mutex m;
    condition_variable c;
    const auto waiter = spawn([&] {
      std::unique_lock guard(m);
      try {
        c.wait(guard);
      } catch (const cancelled&) {
        told("locked", guard.owns_lock());
        told("free", spawn([&] { return m.try_lock(); }).get());
        throw;
      }
    });
    yield();
    m.lock();
    waiter.cancel();
    yield();
    told("unlock");
    m.unlock();
    waiter.join();
    EXPECT_EQ(waiter.status(), task_status::cancelled);
    EXPECT_TRUE(m.try_lock());
    m.unlock();
  });
  EXPECT_EQ(told.text(), "unlock locked1 free0");
}

TEST(ConditionVariable, ATimedOutWaitHoldsTheMutexAgainBeforeItReturns) {
  simulation world;
  world.run([] {
    mutex m;
    condition_variable c;
    const auto waiter = spawn([&] {
      std::unique_lock guard(m);
      EXPECT_EQ(c.wait_for(guard, 10ms), std::cv_status::timeout);
      EXPECT_TRUE(guard.owns_lock());
    });
    yield();
    m.lock();
    sleep_for(30ms);
    m.unlock();
    waiter.get();
  });
  EXPECT_EQ(world.clock.elapsed(), 30ms);
}

TEST(ConditionVariable, OneCancelledAfterItWasNotifiedPassesItOn) {
  story told;
  run_virtually([&] {
    mutex m;
    condition_variable c;
    auto waiter = [&](const char* name) {
      return [&, name] {
        std::unique_lock guard(m);
        c.wait(guard);
        told(name);
      };
    };
    const auto first = spawn(waiter("first")), second = spawn(waiter("second"));
    yield();
    c.notify_one();
    first.cancel();
    second.join();
    EXPECT_EQ(first.status(), task_status::cancelled);
  });
  EXPECT_EQ(told.text(), "second");
}

TEST(ConditionVariable, ANotifyAllIsNotPassedOnToALaterOne) {
  simulation world;
  world.run([] {
    mutex m;
    condition_variable c;
    const auto first = spawn([&] {
      std::unique_lock guard(m);
      c.wait(guard);
    });
    yield();
    c.notify_all();
    first.cancel();
    std::unique_lock guard(m);
    EXPECT_EQ(c.wait_for(guard, 10ms), std::cv_status::timeout);
  });
}

TEST(ConditionVariable, ACancellationWhileTheMutexIsLockedAgainComesLater) {
  story told;
  run_virtually([&] {
    mutex m;
    condition_variable c;
    const auto waiter = spawn([&] {
      std::unique_lock guard(m);
      c.wait(guard);
      told("returned", guard.owns_lock());
      guard.unlock();
      yield();
      told("never");
    });
    yield();
    m.lock();
    c.notify_one();
    yield();
    waiter.cancel();
    m.unlock();
    waiter.join();
    EXPECT_EQ(waiter.status(), task_status::cancelled);
  });
  EXPECT_EQ(told.text(), "returned1");
}

TEST(ConditionVariable, ADeadlockWhileItLocksAgainLeavesTheGuardEmpty) {
  run_virtually([] {
    mutex m;
    condition_variable c;
    event never;
    std::unique_lock guard(m);
    const auto thief = spawn([&] {
      const std::lock_guard mine(m);
      c.notify_one();
      never.wait();
    });
    EXPECT_THROW(c.wait(guard), deadlock_error);
    EXPECT_FALSE(guard.owns_lock());
    thief.kill();
  });
}

}  // namespace
}  // namespace weft::tests
