#include "weft/event.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "sync/story.hpp"
#include "weft/errors.hpp"

namespace weft::tests {
namespace {

using namespace std::chrono_literals;

TEST(Event, IsClearAtFirst) {
  event e{"green"};
  EXPECT_FALSE(e.is_set());
  EXPECT_EQ(e.name(), "green");
}

TEST(Event, SetReleasesAllInOrderOfArrival) {
  story told;
  run_virtually([&] {
    event e;
    auto car = [&](int number) {
      return [&, number] {
        e.wait();
        told("car", number);
      };
    };
    const auto one = spawn(car(1)), two = spawn(car(2)), three = spawn(car(3));
    yield();
    e.set();
    told("set");
    three.join();
  });
  EXPECT_EQ(told.text(), "set car1 car2 car3");
}

TEST(Event, SetReleasesThemAlsoIfItIsClearedAtOnce) {
  story told;
  run_virtually([&] {
    event e;
    auto car = [&] {
      e.wait();
      told("goes");
    };
    const auto one = spawn(car), two = spawn(car);
    yield();
    e.set();
    e.clear();
    two.join();
    told("set", e.is_set());
    told("late", e.wait_for(1ms));
  });
  EXPECT_EQ(told.text(), "goes goes set0 late0");
}

TEST(Event, WaitDoesNotSuspendWhileItIsSet) {
  story told;
  run_virtually([&] {
    event e;
    e.set();
    const auto other = spawn([&] { told("other"); });
    e.wait();
    told("main");
    other.join();
  });
  EXPECT_EQ(told.text(), "main other");
}

TEST(Event, WaitForGivesUpWhenTheTimeIsOver) {
  simulation world;
  const bool came = world.run([] {
    event e;
    return e.wait_for(250ms);
  });
  EXPECT_FALSE(came);
  EXPECT_EQ(world.clock.elapsed(), 250ms);
}

TEST(Event, WaitForEndsWithTheSet) {
  simulation world;
  const bool came = world.run([] {
    event e;
    const auto setter = spawn([&] {
      sleep_for(10ms);
      e.set();
    });
    return e.wait_for(1s);
  });
  EXPECT_TRUE(came);
  EXPECT_EQ(world.clock.elapsed(), 10ms);
}

TEST(Event, WaitForZeroDoesNotSuspend) {
  story told;
  run_virtually([&] {
    event e;
    const auto other = spawn([&] { told("other"); });
    told("wait", e.wait_for(0s));
    other.join();
  });
  EXPECT_EQ(told.text(), "wait0 other");
}

TEST(Event, ATimeLimitLosesAgainstASetThatCameFirst) {
  simulation world;
  const bool came = world.run([&] {
    event e;
    const auto waiter = spawn([&] { return e.wait_for(10ms); });
    yield();
    e.set();
    world.clock.advance(1s);
    return waiter.get();
  });
  EXPECT_TRUE(came);
}

TEST(Event, ACancelledWaiterIsNotReleasedAgain) {
  story told;
  run_virtually([&] {
    event e;
    const auto cancelled_one = spawn([&] {
      try {
        e.wait();
      } catch (const cancelled&) {
        told("cancelled");
        throw;
      }
    });
    const auto other = spawn([&] {
      e.wait();
      told("other");
    });
    yield();
    cancelled_one.cancel();
    e.set();
    other.join();
  });
  EXPECT_EQ(told.text(), "cancelled other");
}

TEST(Event, OneReleasedAndThenCancelledIsCancelled) {
  run_virtually([] {
    event e;
    const auto waiter = spawn([&] { e.wait(); });
    yield();
    e.set();
    waiter.cancel();
    waiter.join();
    EXPECT_EQ(waiter.status(), task_status::cancelled);
  });
}

TEST(Event, SetAndClearTwiceAreHarmless) {
  event e;
  e.set();
  e.set();
  EXPECT_TRUE(e.is_set());
  e.clear();
  e.clear();
  EXPECT_FALSE(e.is_set());
}

}  // namespace
}  // namespace weft::tests
