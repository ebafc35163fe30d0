#include "core/time_limits.hpp"

#include <gtest/gtest.h>

#include "support/fake_clock.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;
using core::time_limits;
using core::timer;

// A clock that the program may set, such as system_clock.
std::int64_t adjustable_now = 0;
std::int64_t read_adjustable() noexcept { return adjustable_now; }

class TimeLimits : public testing::Test {
 protected:
  support::fake_clock clock;
  time_limits limits{clock};
  timer t;
};

TEST_F(TimeLimits, ADurationBeginsNow) {
  const std::int64_t now = clock.now_ns();
  EXPECT_EQ(limits.arm(t, 50), now);
  EXPECT_EQ(limits.next_deadline(), now + 50);
  EXPECT_EQ(limits.pop_due(now + 49), nullptr);
  EXPECT_EQ(limits.pop_due(now + 50), &t);
  EXPECT_TRUE(limits.empty());
}

TEST_F(TimeLimits, APointOfTheOwnClockNeedsNoLookAtTheClock) {
  EXPECT_EQ(limits.arm(t, {7'000, &detail::own_now_ns}), std::nullopt);
  EXPECT_EQ(limits.next_deadline(), 7'000);
}

TEST_F(TimeLimits, DisarmingWhatIsNotArmedDoesNothing) {
  limits.disarm(t);
  limits.arm(t, 50);
  limits.disarm(t);
  limits.disarm(t);
  EXPECT_TRUE(limits.empty());
}

TEST_F(TimeLimits, APointOfAClockThatWasSetBackIsPutOff) {
  clock.stand_for_steady_clock();
  adjustable_now = 1'000;
  const std::int64_t now = clock.now_ns();
  limits.arm(t, {1'100, &read_adjustable});
  adjustable_now = 900;
  EXPECT_FALSE(time_limits::is_due(t, now + 100));
  EXPECT_EQ(limits.pop_due(now + 100), nullptr);
  EXPECT_EQ(limits.next_deadline(), now + 300);
  adjustable_now = 1'100;
  EXPECT_TRUE(time_limits::is_due(t, now + 300));
  EXPECT_EQ(limits.pop_due(now + 300), &t);
}

TEST_F(TimeLimits, WhatIsPutOffDoesNotHideTheNext) {
  clock.stand_for_steady_clock();
  adjustable_now = 1'000;
  timer next;
  limits.arm(t, {1'100, &read_adjustable});
  limits.arm(next, 200);
  adjustable_now = 500;
  EXPECT_EQ(limits.pop_due(clock.now_ns() + 200), &next);
  EXPECT_TRUE(t.armed());
}

TEST_F(TimeLimits, TheDiaryIsToldHowLongItIsFromNow) {
  limits.arm(t, 100);
  clock.advance(30ns);
  EXPECT_EQ(limits.told(t, 100), 100);
  EXPECT_EQ(limits.told(t, {0, &detail::own_now_ns}), 70);
}

}  // namespace
}  // namespace weft
