#include "weft/mutex.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <mutex>

#include "sync/story.hpp"
#include "weft/errors.hpp"
#include "weft/event.hpp"

namespace weft::tests {
namespace {

using namespace std::chrono_literals;

TEST(Mutex, GoesToWaitersInOrderOfArrival) {
  story told;
  run_virtually([&] {
    mutex m;
    m.lock();
    auto wants_it = [&](const char* name) {
      return [&, name] {
        const std::lock_guard guard(m);
        told(name);
      };
    };
    const auto a = spawn(wants_it("a")), b = spawn(wants_it("b")), c = spawn(wants_it("c"));
    yield();
    told("unlock");
    m.unlock();
    c.join();
  });
  EXPECT_EQ(told.text(), "unlock a b c");
}

TEST(Mutex, CannotBeTakenFromTheOneItWasHandedTo) {
  story told;
  run_virtually([&] {
    mutex m;
    m.lock();
    const auto waiter = spawn([&] {
      const std::lock_guard guard(m);
      told("waiter");
    });
    yield();
    m.unlock();
    told("try", m.try_lock());
    m.lock();
    told("main");
    m.unlock();
  });
  EXPECT_EQ(told.text(), "try0 waiter main");
}

TEST(Mutex, LockWithoutContentionDoesNotSuspend) {
  story told;
  run_virtually([&] {
    mutex m;
    const auto other = spawn([&] { told("other"); });
    m.lock();
    m.unlock();
    told("main");
    other.join();
  });
  EXPECT_EQ(told.text(), "main other");
}

TEST(Mutex, LockByItsOwnerIsADeadlockErrorThatNamesIt) {
  run_virtually([] {
    mutex m{"accounts"};
    const std::lock_guard guard(m);
    try {
      m.lock();
      FAIL() << "locked twice";
    } catch (const deadlock_error& e) {
      EXPECT_THAT(e.what(), testing::HasSubstr("mutex 'accounts'"));
    }
    EXPECT_EQ(m.name(), "accounts");
  });
}

TEST(Mutex, TryLockByItsOwnerIsFalse) {
  run_virtually([] {
    mutex m;
    const std::lock_guard guard(m);
    EXPECT_FALSE(m.try_lock());
    EXPECT_FALSE(m.try_lock_for(1ms));
  });
}

TEST(Mutex, UnlockByAnotherCoroutineIsALogicErrorAndChangesNothing) {
  run_virtually([] {
    mutex m;
    m.lock();
    spawn([&] { EXPECT_THROW(m.unlock(), std::logic_error); }).join();
    EXPECT_FALSE(spawn([&] { return m.try_lock(); }).get());
    m.unlock();
    EXPECT_THROW(m.unlock(), std::logic_error);
  });
}

TEST(Mutex, TryLockForGivesUpWhenTheTimeIsOver) {
  simulation world;
  world.run([&] {
    mutex m;
    m.lock();
    EXPECT_FALSE(spawn([&] { return m.try_lock_for(30ms); }).get());
  });
  EXPECT_EQ(world.clock.elapsed(), 30ms);
}

TEST(Mutex, TryLockForZeroOrLessDoesNotSuspend) {
  story told;
  run_virtually([&] {
    mutex m;
    m.lock();
    const auto loser = spawn([&] {
      told("try", m.try_lock_for(0ms));
      told("try", m.try_lock_for(-1h));
    });
    const auto other = spawn([&] { told("other"); });
    other.join();
  });
  EXPECT_EQ(told.text(), "try0 try0 other");
}

TEST(Mutex, ATimedOutWaiterLeavesTheLine) {
  story told;
  run_virtually([&] {
    mutex m;
    m.lock();
    const auto impatient = spawn([&] { told("impatient", m.try_lock_for(1ms)); });
    const auto patient = spawn([&] {
      const std::lock_guard guard(m);
      told("patient");
    });
    sleep_for(5ms);
    m.unlock();
    patient.join();
    told("free", m.try_lock());
    m.unlock();
  });
  EXPECT_EQ(told.text(), "impatient0 patient free1");
}

TEST(Mutex, ATimeLimitLosesAgainstAHandOverThatCameFirst) {
  simulation world;
  const bool locked = world.run([&] {
    mutex m;
    m.lock();
    const auto waiter = spawn([&] {
      const bool mine = m.try_lock_for(10ms);
      if (mine) m.unlock();
      return mine;
    });
    yield();
    m.unlock();
    world.clock.advance(1s);
    return waiter.get();
  });
  EXPECT_TRUE(locked);
}

TEST(Mutex, ACancelledWaiterLeavesTheLine) {
  story told;
  run_virtually([&] {
    mutex m;
    m.lock();
    const auto first = spawn([&] {
      try {
        m.lock();
      } catch (const cancelled&) {
        told("cancelled");
        throw;
      }
    });
    const auto second = spawn([&] {
      const std::lock_guard guard(m);
      told("second");
    });
    yield();
    first.cancel();
    m.unlock();
    second.join();
    EXPECT_EQ(first.status(), task_status::cancelled);
  });
  EXPECT_EQ(told.text(), "cancelled second");
}

TEST(Mutex, OneCancelledAfterTheHandOverPassesItOn) {
  story told;
  run_virtually([&] {
    mutex m;
    m.lock();
    const auto first = spawn([&] {
      m.lock();
      told("first");
      m.unlock();
    });
    const auto second = spawn([&] {
      const std::lock_guard guard(m);
      told("second");
    });
    yield();
    m.unlock();
    first.cancel();
    told("try", m.try_lock());
    second.join();
    EXPECT_EQ(first.status(), task_status::cancelled);
  });
  EXPECT_EQ(told.text(), "try0 second");
}

TEST(Mutex, OneCancelledAfterTheHandOverFreesItIfNobodyElseWaits) {
  run_virtually([] {
    mutex m;
    m.lock();
    const auto waiter = spawn([&] { m.lock(); });
    yield();
    m.unlock();
    waiter.kill();
    EXPECT_TRUE(m.try_lock());
    m.unlock();
  });
}

TEST(Mutex, WorksWithTheStandardGuards) {
  run_virtually([] {
    mutex a, b;
    {
      const std::scoped_lock both(a, b);
      EXPECT_FALSE(a.try_lock());
      EXPECT_FALSE(b.try_lock());
    }
    std::unique_lock guard(a, 1ms);
    EXPECT_TRUE(guard.owns_lock());
    guard.unlock();
    EXPECT_TRUE(guard.try_lock_for(1ms));
  });
}

TEST(Mutex, KeepsAReadAndAWriteTogether) {
  const int sum = run_virtually([] {
    mutex m;
    int value = 0;
    std::vector<task<void>> adders;
    for (int i = 0; i < 10; ++i) {
      adders.push_back(spawn([&] {
        const std::lock_guard guard(m);
        const int read = value;
        yield();
        value = read + 1;
      }));
    }
    for (const auto& t : adders) t.join();
    return value;
  });
  EXPECT_EQ(sum, 10);
}

TEST(Mutex, ADeadlockReportNamesTheMutexAndItsOwner) {
  std::string report;
  run_virtually([&] {
    mutex m{"accounts"};
    event never{"never"};
    const auto holder = spawn("holder", [&] {
      const std::lock_guard guard(m);
      never.wait();
    });
    yield();
    try {
      m.lock();
    } catch (const deadlock_error& e) {
      report = e.what();
    }
    holder.kill();
  });
  EXPECT_THAT(report, testing::HasSubstr("accounts"));
  EXPECT_THAT(report, testing::HasSubstr("holder"));
  EXPECT_THAT(report, testing::HasSubstr("never"));
}

}  // namespace
}  // namespace weft::tests
