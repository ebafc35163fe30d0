// Points of clocks as deadlines, tested without real waits.
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <ratio>
#include <string>

#include "support/recorded.hpp"
#include "weft/detail/core/time_limit.hpp"
#include "weft/event.hpp"
#include "weft/this_coroutine.hpp"
#include "weft/timeout.hpp"

namespace weft {
namespace {

using namespace std::chrono;
using namespace std::chrono_literals;
using detail::forever;
using detail::nanoseconds_of;
using detail::saturated_nanoseconds;

static_assert(nanoseconds_of(-1h) == 0);
static_assert(nanoseconds_of(duration<double, std::nano>(1.5)) == 2);
static_assert(nanoseconds_of(hours::max()) == forever);
static_assert(nanoseconds_of(duration<double>(std::numeric_limits<double>::infinity())) == forever);
static_assert(nanoseconds_of(duration<double>(std::numeric_limits<double>::quiet_NaN())) == 0);
static_assert(saturated_nanoseconds(hours::min()) == std::numeric_limits<std::int64_t>::min());
static_assert(saturated_nanoseconds(-1ns) == -1);
static_assert(saturated_nanoseconds(duration<std::int64_t, std::ratio<1, 30>>(30 * 8'000'000'000 + 1)) ==
              8'000'000'000'033'333'334);
static_assert(detail::saturated_difference(forever, -1) == forever);
static_assert(detail::saturated_difference(std::numeric_limits<std::int64_t>::min(), 1) ==
              std::numeric_limits<std::int64_t>::min());

TEST(TimeLimit, APointBeyondTheClockIsNever) {
  EXPECT_TRUE(detail::until(system_clock::time_point::max()).is_forever());
  EXPECT_TRUE(detail::until(time_point<system_clock, seconds>::max()).is_forever());
  EXPECT_TRUE(detail::until(sys_days(year(9999) / 1 / 1)).is_forever());
  EXPECT_TRUE(detail::until(steady_clock::time_point::max()).is_forever());
  EXPECT_TRUE(detail::until(time_point<steady_clock, hours>::max()).is_forever());
  EXPECT_TRUE(detail::until(time_point<system_clock, duration<double>>(duration<double>(1e12))).is_forever());
  EXPECT_TRUE(detail::until(time_point<steady_clock, duration<double>>(duration<double>(INFINITY))).is_forever());
}

TEST(TimeLimit, APointLongPastIsNow) {
  EXPECT_TRUE(detail::until(steady_clock::time_point::min()).is_zero());
  EXPECT_TRUE(detail::until(time_point<steady_clock, hours>::min()).is_zero());
  EXPECT_TRUE(detail::until(sys_days(year(-9999) / 1 / 1)).is_zero());
}

// A clock that the tests set. Counts in its own unit, as a program's clock may.
struct set_clock {
  using duration = milliseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<set_clock>;
  static constexpr bool is_steady = false;
  static time_point now() noexcept { return time_point(value); }
  static inline milliseconds value{0};
};

// A virtual clock whose numbers are those of the steady clock.
class steady_simulation {
 public:
  steady_simulation() { clock.begin = steady_clock::now().time_since_epoch() - 1s; }
  template <class F>
  void run(F&& program) {
    run_options options;
    options.clock = &clock;
    options.poller = &time.poller;
    weft::run(options, std::forward<F>(program));
  }

  support::simulation time;
  struct : core::clock {
    steady_simulation* self = nullptr;
    nanoseconds begin{0};
    support::fake_clock* moving = nullptr;
    std::int64_t now_ns() noexcept override { return begin.count() + moving->now_ns(); }
    bool is_steady_clock() const noexcept override { return true; }
  } clock;
};

struct SteadyTime : testing::Test {
  SteadyTime() { s.clock.moving = &s.time.clock; }
  steady_simulation s;
};

TEST_F(SteadyTime, EqualPointsWakeInOrderOfTheCalls) {
  std::string order;
  s.run([&] {
    const auto t = steady_clock::now() + 1h;
    std::vector<task<>> all;
    for (char c = 'a'; c <= 'z'; ++c) {
      all.push_back(spawn([&order, c, t] {
        sleep_until(t);
        order += c;
      }));
      yield();
      s.time.clock.advance(1us);
    }
    for (const task<>& each : all) each.join();
  });

  EXPECT_EQ(order, "abcdefghijklmnopqrstuvwxyz");
}

TEST_F(SteadyTime, OneStoppedByAnEarlierOneOfTheSameInstantDoesNotFire) {
  bool fired = false;
  s.run([&] {
    const auto t = steady_clock::now() + 1h;
    task<> second;
    const task<> first = spawn([&] {
      sleep_until(t);
      second.cancel();
    });
    second = spawn([&] {
      sleep_until(t);
      fired = true;
    });
    first.join();
    second.join();
  });

  EXPECT_FALSE(fired);
}

TEST_F(SteadyTime, AClockThatIsSetBackIsAskedAgain) {
  s.run([&] {
    set_clock::value = 0ms;
    const auto began = s.time.clock.elapsed();
    const task<> setter = spawn([&] {
      sleep_for(50ms);
      set_clock::value = -1000ms;
      sleep_for(50ms);  // the wait's first deadline
      EXPECT_EQ(set_clock::value, -1000ms);
      set_clock::value = 100ms;
    });
    yield();
    event never;
    EXPECT_FALSE(never.wait_until(set_clock::time_point(100ms)));
    EXPECT_GE(s.time.clock.elapsed() - began, 1100ms);
    EXPECT_GE(set_clock::now(), set_clock::time_point(100ms));
  });
}

TEST_F(SteadyTime, AScopeAsksAClockThatCanBeSetAgain) {
  s.run([&] {
    set_clock::value = 0ms;
    timeout_scope limit(set_clock::time_point(10ms));
    set_clock::value = -10ms;
    EXPECT_NO_THROW(sleep_for(15ms));
    set_clock::value = 10ms;
    EXPECT_THROW(sleep_for(1h), timeout_error);
  });
}

}  // namespace
}  // namespace weft
