#include "weft/barrier.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "sync/story.hpp"
#include "weft/errors.hpp"

namespace weft::tests {
namespace {

using namespace std::chrono_literals;

TEST(Barrier, TheLastOneGoesOnFirstAndEachKnowsItsNumber) {
  story told;
  run_virtually([&] {
    barrier b(3);
    auto runner = [&](const char* name) { return [&, name] { told(name, b.arrive_and_wait()); }; };
    const auto x = spawn(runner("x")), y = spawn(runner("y")), z = spawn(runner("z"));
    y.join();
  });
  EXPECT_EQ(told.text(), "z2 x0 y1");
}

TEST(Barrier, CanBeUsedAgain) {
  story told;
  run_virtually([&] {
    barrier b(2);
    auto runner = [&](const char* name) {
      return [&, name] {
        for (int round = 0; round < 3; ++round) {
          b.arrive_and_wait();
          told(name, round);
        }
      };
    };
    const auto x = spawn(runner("x")), y = spawn(runner("y"));
    x.join();
    y.join();
  });
  EXPECT_EQ(told.text(), "y0 x0 x1 y1 y2 x2");
}

TEST(Barrier, ACancelledWaiterTakesItsArrivalBackAtOnce) {
  story told;
  run_virtually([&] {
    barrier b(3);
    auto runner = [&](const char* name) { return [&, name] { told(name, b.arrive_and_wait()); }; };
    const auto x = spawn(runner("x")), y = spawn(runner("y"));
    yield();
    x.cancel();
    const auto z = spawn(runner("z"));
    yield();
    told("three came");
    const auto last = spawn(runner("last"));
    z.join();
  });
  EXPECT_EQ(told.text(), "three came last2 y0 z1");
}

TEST(Barrier, AnArrivalBetweenACancellationAndItsDeliveryDoesNotOpenIt) {
  story told;
  run_virtually([&] {
    barrier b(2);
    const auto x = spawn([&] { told("x", b.arrive_and_wait()); });
    yield();
    x.cancel();
    told("came", b.arrive_and_wait_for(1ms).has_value());
  });
  EXPECT_EQ(told.text(), "came0");
}

TEST(Barrier, ATimedOutWaiterTakesItsArrivalBack) {
  simulation world;
  world.run([] {
    barrier b(2);
    EXPECT_EQ(b.arrive_and_wait_for(10ms), std::nullopt);
    EXPECT_EQ(b.arrive_and_wait_for(0ms), std::nullopt);
    const auto other = spawn([&] { return b.arrive_and_wait(); });
    yield();
    EXPECT_EQ(b.arrive_and_wait_for(0ms), 1u);
    EXPECT_EQ(other.get(), 0u);
  });
  EXPECT_EQ(world.clock.elapsed(), 10ms);
}

TEST(Barrier, AbortBreaksItUntilReset) {
  story told;
  run_virtually([&] {
    barrier b{2, "round"};
    const auto present = spawn([&] {
      EXPECT_THROW(b.arrive_and_wait(), barrier_broken);
      told("present");
    });
    yield();
    b.abort();
    present.get();
    told("broken", b.broken());
    try {
      b.arrive_and_wait();
    } catch (const barrier_broken& e) {
      EXPECT_THAT(e.what(), testing::HasSubstr("barrier 'round'"));
      told("later");
    }
    b.reset();
    const auto other = spawn([&] { b.arrive_and_wait(); });
    b.arrive_and_wait();
    told("whole");
  });
  EXPECT_EQ(told.text(), "present broken1 later whole");
}

TEST(Barrier, ResetBreaksTheWaitOfThosePresent) {
  run_virtually([] {
    barrier b(2);
    const auto present = spawn([&] { EXPECT_THROW(b.arrive_and_wait(), barrier_broken); });
    yield();
    b.reset();
    present.get();
    EXPECT_FALSE(b.broken());
  });
}

TEST(Barrier, NeedsAtLeastOne) {
  EXPECT_THROW(barrier(0), std::invalid_argument);
  EXPECT_THROW(barrier(-1), std::invalid_argument);
  barrier alone(1);
  EXPECT_EQ(alone.arrive_and_wait(), 0u);
}

}  // namespace
}  // namespace weft::tests
