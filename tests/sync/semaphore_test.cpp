#include "weft/semaphore.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <stdexcept>
#include <vector>

#include "sync/story.hpp"
#include "weft/errors.hpp"

namespace weft::tests {
namespace {

using namespace std::chrono_literals;

TEST(Semaphore, LetsSoManyInAtOnce) {
  simulation world;
  int most = 0;
  world.run([&] {
    semaphore s(2);
    int inside = 0;
    std::vector<task<void>> all;
    for (int i = 0; i < 20; ++i) {
      all.push_back(spawn([&] {
        s.acquire();
        most = std::max(most, ++inside);
        sleep_for(10ms);
        --inside;
        s.release();
      }));
    }
    for (const auto& t : all) t.join();
    EXPECT_EQ(s.value(), 2);
  });
  EXPECT_EQ(most, 2);
  EXPECT_EQ(world.clock.elapsed(), 100ms);
}

TEST(Semaphore, AReleasedPermitBelongsToTheFirstInLine) {
  story told;
  run_virtually([&] {
    semaphore s(0);
    auto waiter = [&](const char* name) {
      return [&, name] {
        s.acquire();
        told(name);
      };
    };
    const auto a = spawn(waiter("a")), b = spawn(waiter("b"));
    yield();
    s.release();
    told("try", s.try_acquire());
    told("value", s.value());
    yield();
    s.release();
    b.join();
  });
  EXPECT_EQ(told.text(), "try0 value0 a b");
}

TEST(Semaphore, ReleaseOfSeveralServesTheLineAndKeepsTheRest) {
  story told;
  run_virtually([&] {
    semaphore s{0, "seats"};
    auto waiter = [&] {
      s.acquire();
      told("in");
    };
    const auto a = spawn(waiter), b = spawn(waiter);
    yield();
    s.release(5);
    told("value", s.value());
    b.join();
    EXPECT_EQ(s.name(), "seats");
  });
  EXPECT_EQ(told.text(), "value3 in in");
}

TEST(Semaphore, TryAcquireForGivesUpWhenTheTimeIsOver) {
  simulation world;
  world.run([] {
    semaphore s(1);
    EXPECT_TRUE(s.try_acquire_for(10ms));
    EXPECT_FALSE(s.try_acquire_for(10ms));
    EXPECT_FALSE(s.try_acquire_for(0ms));
    s.release();
    EXPECT_EQ(s.value(), 1);
  });
  EXPECT_EQ(world.clock.elapsed(), 10ms);
}

TEST(Semaphore, OneCancelledAfterItGotAPermitPassesItOn) {
  story told;
  run_virtually([&] {
    semaphore s(0);
    const auto first = spawn([&] {
      s.acquire();
      told("first");
    });
    const auto second = spawn([&] {
      s.acquire();
      told("second");
    });
    yield();
    s.release();
    first.cancel();
    second.join();
  });
  EXPECT_EQ(told.text(), "second");
}

TEST(Semaphore, OneCancelledAfterItGotAPermitGivesItBackIfNobodyWaits) {
  run_virtually([] {
    bounded_semaphore s(1);
    s.acquire();
    const auto waiter = spawn([&] { s.acquire(); });
    yield();
    s.release();
    waiter.kill();
    EXPECT_EQ(s.value(), 1);
  });
}

TEST(Semaphore, NegativeNumbersAreRefused) {
  EXPECT_THROW(semaphore(-1), std::invalid_argument);
  semaphore s(1);
  EXPECT_THROW(s.release(-1), std::logic_error);
  EXPECT_EQ(s.value(), 1);
}

TEST(BoundedSemaphore, OneReleaseTooManyIsALogicErrorAndChangesNothing) {
  bounded_semaphore s(2);
  EXPECT_THROW(s.release(), std::logic_error);
  EXPECT_EQ(s.value(), 2);
  s.acquire();
  EXPECT_THROW(s.release(2), std::logic_error);
  EXPECT_EQ(s.value(), 1);
  s.release();
  EXPECT_EQ(s.value(), 2);
}

}  // namespace
}  // namespace weft::tests
