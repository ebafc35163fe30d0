// permit: owns a semaphore's permit and releases it.
#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <stdexcept>
#include <thread>
#include <type_traits>
#include <utility>

#include "sync/story.hpp"
#include "weft/errors.hpp"
#include "weft/semaphore.hpp"

namespace weft::tests {
namespace {

using namespace std::chrono_literals;

static_assert(std::is_nothrow_default_constructible_v<permit> && std::is_nothrow_move_constructible_v<permit> &&
              std::is_nothrow_move_assignable_v<permit> && !std::is_copy_constructible_v<permit> &&
              !std::is_convertible_v<permit, bool>);

TEST(Permit, IsGivenBackAtTheEndOfTheBlock) {
  run_virtually([] {
    semaphore s(1);
    {
      const permit mine = s.acquire_guard();
      EXPECT_TRUE(mine);
      EXPECT_EQ(s.value(), 0);
    }
    EXPECT_EQ(s.value(), 1);
  });
}

TEST(Permit, IsGivenBackWhenAnErrorLeavesTheBlock) {
  run_virtually([] {
    semaphore s(1);
    try {
      const permit mine = s.acquire_guard();
      throw std::runtime_error("x");
    } catch (const std::runtime_error&) {
    }
    EXPECT_EQ(s.value(), 1);
  });
}

TEST(Permit, GoesToTheFirstInLine) {
  story told;
  run_virtually([&] {
    semaphore s(0);
    const auto a = spawn([&] {
      const permit mine = s.acquire_guard();
      told("a");
    });
    const auto b = spawn([&] {
      const permit mine = s.acquire_guard();
      told("b");
    });
    yield();
    s.release();
    b.join();
    a.join();
    told("value", s.value());
  });
  EXPECT_EQ(told.text(), "a b value1");
}

TEST(Permit, ADefaultOneIsEmpty) {
  permit none;
  EXPECT_FALSE(none);
  none.release();
}

TEST(Permit, OfATryIsEmptyIfThereIsNone) {
  run_virtually([] {
    semaphore s(1);
    permit first = s.try_acquire_guard();
    EXPECT_TRUE(first);
    EXPECT_FALSE(s.try_acquire_guard());
    first.release();
    EXPECT_FALSE(first);
    EXPECT_TRUE(s.try_acquire_guard());
    EXPECT_EQ(s.value(), 1);
  });
}

TEST(Permit, IsEmptyWhenTheTimeRanOut) {
  simulation world;
  world.run([&] {
    semaphore s(0);
    EXPECT_FALSE(s.acquire_guard_for(5ms));
    EXPECT_EQ(world.clock.elapsed(), 5ms);
    EXPECT_FALSE(s.acquire_guard_for(0ms));
    EXPECT_FALSE(s.acquire_guard_for(-1s));
    EXPECT_FALSE(s.acquire_guard_until(std::chrono::steady_clock::now() - 1s));
    const auto giver = spawn([&] {
      sleep_for(1ms);
      s.release();
    });
    EXPECT_TRUE(s.acquire_guard_for(1h));
    EXPECT_EQ(s.value(), 1);
    giver.join();
  });
}

TEST(Permit, MovesAndIsGivenBackOnce) {
  run_virtually([] {
    semaphore s(2);
    permit a = s.acquire_guard();
    permit b = std::move(a);
    EXPECT_FALSE(a);  // NOLINT: what a moved-from one is, is promised
    EXPECT_TRUE(b);
    EXPECT_EQ(s.value(), 1);
    permit c = s.acquire_guard();
    b = std::move(c);  // releases the old permit of b
    EXPECT_EQ(s.value(), 1);
    b = permit();
    EXPECT_EQ(s.value(), 2);
    b.release();
    EXPECT_EQ(s.value(), 2);
  });
}

TEST(Permit, AssignedToItselfStays) {
  semaphore s(1);
  permit a = s.acquire_guard();
  permit& same = a;
  a = std::move(same);
  EXPECT_TRUE(a);
  EXPECT_EQ(s.value(), 0);
}

TEST(Permit, ACancelledWaiterHasNone) {
  run_virtually([] {
    semaphore s(0);
    const auto t = spawn([&] { const permit mine = s.acquire_guard(); });
    yield();
    s.release();  // has been granted when the cancellation comes
    t.cancel();
    t.join();
    EXPECT_EQ(s.value(), 1);
  });
}

TEST(Permit, OfABoundedSemaphore) {
  run_virtually([] {
    bounded_semaphore s(1);
    {
      const permit mine = s.acquire_guard();
      EXPECT_THROW(s.release(2), std::logic_error);
      s.release();  // another coroutine releases it: then nothing is left to release
    }
    EXPECT_EQ(s.value(), 1);
  });
}

TEST(Permit, OnPlainThreads) {
  semaphore s(0);
  std::thread other([&] { const permit mine = s.acquire_guard(); });
  s.release();
  other.join();
  EXPECT_EQ(s.value(), 1);
}

}  // namespace
}  // namespace weft::tests
