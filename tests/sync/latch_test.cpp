#include "weft/latch.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>

#include "sync/story.hpp"
#include "weft/errors.hpp"

namespace weft::tests {
namespace {

using namespace std::chrono_literals;

TEST(Latch, OpensForAllAtZero) {
  story told;
  run_virtually([&] {
    latch l(2);
    auto waiter = [&](const char* name) {
      return [&, name] {
        l.wait();
        told(name);
      };
    };
    const auto a = spawn(waiter("a")), b = spawn(waiter("b"));
    yield();
    l.count_down();
    yield();
    told("one");
    l.count_down();
    b.join();
    l.wait();
    told("open", l.try_wait());
  });
  EXPECT_EQ(told.text(), "one a b open1");
}

TEST(Latch, ArriveAndWaitMeets) {
  story told;
  run_virtually([&] {
    latch l(2);
    const auto first = spawn([&] {
      l.arrive_and_wait();
      told("first");
    });
    yield();
    l.arrive_and_wait();
    told("last");
    first.join();
  });
  EXPECT_EQ(told.text(), "last first");
}

TEST(Latch, WaitForGivesUpWhenTheTimeIsOver) {
  simulation world;
  world.run([] {
    latch l(1);
    EXPECT_FALSE(l.wait_for(10ms));
    EXPECT_FALSE(l.wait_for(0ms));
  });
  EXPECT_EQ(world.clock.elapsed(), 10ms);
}

TEST(Latch, CountingBelowZeroIsALogicErrorAndChangesNothing) {
  latch l{2, "start"};
  EXPECT_THROW(l.count_down(3), std::logic_error);
  EXPECT_THROW(l.count_down(-1), std::logic_error);
  l.count_down(2);
  EXPECT_TRUE(l.try_wait());
  EXPECT_THROW(l.count_down(), std::logic_error);
  EXPECT_THROW(latch(-1), std::invalid_argument);
}

TEST(Latch, ACancelledArrivalStillCounts) {
  run_virtually([] {
    latch l(2);
    const auto gone = spawn([&] { l.arrive_and_wait(); });
    yield();
    gone.kill();
    l.count_down();
    EXPECT_TRUE(l.try_wait());
  });
}

}  // namespace
}  // namespace weft::tests
