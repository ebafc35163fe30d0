#include "weft/recursive_mutex.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <mutex>
#include <stdexcept>

#include "sync/story.hpp"

namespace weft::tests {
namespace {

using namespace std::chrono_literals;

TEST(RecursiveMutex, IsFreeAfterAsManyUnlocksAsLocks) {
  story told;
  run_virtually([&] {
    recursive_mutex m{"tree"};
    m.lock();
    EXPECT_TRUE(m.try_lock());
    EXPECT_TRUE(m.try_lock_for(1ms));
    const auto other = spawn([&] {
      const std::lock_guard guard(m);
      told("other");
    });
    for (int i = 0; i < 3; ++i) {
      yield();
      told("unlock");
      m.unlock();
    }
    other.join();
    EXPECT_EQ(m.name(), "tree");
  });
  EXPECT_EQ(told.text(), "unlock unlock unlock other");
}

TEST(RecursiveMutex, BelongsToACoroutineAndNotToItsThread) {
  run_virtually([] {
    recursive_mutex m;
    const std::lock_guard guard(m);
    EXPECT_FALSE(spawn([&] { return m.try_lock(); }).get());
    spawn([&] { EXPECT_THROW(m.unlock(), std::logic_error); }).join();
  });
}

TEST(RecursiveMutex, OneTooManyUnlockIsALogicError) {
  recursive_mutex m;
  m.lock();
  m.lock();
  m.unlock();
  m.unlock();
  EXPECT_THROW(m.unlock(), std::logic_error);
}

TEST(RecursiveMutex, OneCancelledAfterTheHandOverPassesItOn) {
  story told;
  run_virtually([&] {
    recursive_mutex m;
    m.lock();
    const auto first = spawn([&] { m.lock(); });
    const auto second = spawn([&] {
      const std::lock_guard guard(m);
      told("second");
    });
    yield();
    m.unlock();
    first.cancel();
    second.join();
  });
  EXPECT_EQ(told.text(), "second");
}

TEST(RecursiveMutex, TryLockForGivesUpWhenTheTimeIsOver) {
  simulation world;
  world.run([] {
    recursive_mutex m;
    const std::lock_guard guard(m);
    EXPECT_FALSE(spawn([&] { return m.try_lock_for(10ms); }).get());
  });
  EXPECT_EQ(world.clock.elapsed(), 10ms);
}

}  // namespace
}  // namespace weft::tests
