#include "core/look_pace.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "support/recorded.hpp"
#include "weft/io.hpp"
#include "weft/task.hpp"
#include "weft/this_coroutine.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;
using core::look_pace;

TEST(LookPace, ARunBeginsWithALookAtEachSwitchAndGrows) {
  look_pace pace;
  pace.rested(0);
  EXPECT_EQ(pace.every(), 1u);
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(pace.looked(i));
  EXPECT_EQ(pace.every(), look_pace::most);
}

TEST(LookPace, SteadySlicesAreNeverLongerThanTheTargetApart) {
  for (const std::int64_t slice : {1'000, 16'000, 100'000, 499'999, 2'000'000}) {
    look_pace pace;
    pace.rested(0);
    std::int64_t now = 0;
    for (int i = 0; i < 100; ++i) {
      const std::int64_t gap = slice * pace.every();
      EXPECT_LE(gap, std::max(look_pace::target_ns + slice, slice)) << slice;
      pace.looked(now += gap);
    }
  }
}

TEST(LookPace, ALateLookBeginsAnew) {
  look_pace pace;
  pace.rested(0);
  for (int i = 0; i < 10; ++i) pace.looked(i);
  EXPECT_TRUE(pace.looked(look_pace::target_ns + 100));
  EXPECT_EQ(pace.every(), 1u);
}

TEST(LookPace, QuickSwitchesWithNothingToBeLateForReadTheClockEachEighthLook) {
  look_pace pace;
  pace.rested(0);
  for (int i = 0; i < 10; ++i) pace.looked(i);
  int reads = 0;
  for (int i = 0; i < 80; ++i) {
    if (!pace.wants_clock(false)) continue;
    ++reads;
    pace.looked(10 + i);
  }
  EXPECT_EQ(reads, 10);
  EXPECT_TRUE(pace.wants_clock(true));
}

TEST(LookPace, LongSlicesDelayATimerByOneOfThem) {
  support::simulation s;

  s.run([&] {
    bool stop = false;
    for (int i = 0; i < 2; ++i) {
      spawn([&] {
        while (!stop) {
          s.clock.advance(10ms);
          yield();
        }
      });
    }
    for (int i = 0; i < 5; ++i) {
      const auto before = s.clock.elapsed();
      sleep_for(1ms);
      // The slice that runs when the time is over, and then the ready queue: a woken coroutine is behind the two.
      EXPECT_LE(s.clock.elapsed() - before, 40ms);
    }
    stop = true;
  });
}

// A woken coroutine waits for the slices of the others, during which its time limit may pass.
TEST(LookPace, ATimeLimitThatPassesBetweenWakeAndRunLosesAgainstTheWake) {
  constexpr int fd = 7;
  for (int limit_ms = 1; limit_ms < 60; ++limit_ms) {
    support::simulation s;
    s.run([&] {
      bool stop = false;
      for (int i = 0; i < 3; ++i) {
        spawn([&] {
          while (!stop) {
            s.clock.advance(10ms);
            yield();
          }
        });
      }
      const task<bool> waiter = spawn([&] { return wait_readable_for(fd, std::chrono::milliseconds(limit_ms)); });
      yield();
      s.poller.make_readable(fd);
      const auto when_ready = s.clock.elapsed();
      const bool was_ready = waiter.get();
      if (was_ready) {
        EXPECT_LE(s.clock.elapsed() - when_ready, 100ms) << limit_ms;
      }
      s.poller.drain(fd);
      stop = true;
    });
  }
}

TEST(LookPace, ALoneYielderWithLongSlicesDelaysATimerByOneOfThem) {
  support::simulation s;

  s.run([&] {
    for (int i = 0; i < 10'000; ++i) yield();
    for (int i = 0; i < 70; ++i) {
      s.clock.advance(25ms);
      yield();
    }
    bool slept = false;
    spawn([&] {
      sleep_for(1ms);
      slept = true;
    });
    int yields = 0;
    for (; !slept && yields < 100; ++yields) {
      s.clock.advance(25ms);
      yield();
    }
    EXPECT_LE(yields, 4);
  });
}

}  // namespace
}  // namespace weft
