// The order in which coroutines run, as text of the diary.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cfenv>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support/recorded.hpp"
#include "weft/co_task.hpp"
#include "weft/event.hpp"
#include "weft/io.hpp"
#include "weft/this_coroutine.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;
using support::decisions;
using support::simulation;
using testing::HasSubstr;

TEST(Scheduler, SpawnedCoroutinesRunInSpawnOrder) {
  simulation s;

  const diary::history h = support::record(s, [] {
    spawn("a", [] {});
    spawn("b", [] {});
    yield();
  });

  EXPECT_EQ(decisions(h), R"(
nobody: spawn main
nobody: enter -> main
main: spawn a
main: spawn b
main: yield -> a
a: finish done -> b
b: finish done -> main
main: finish done -> nobody
)");
}

TEST(Scheduler, YieldGoesToTheBackOfTheReadyQueue) {
  simulation s;

  const diary::history h = support::record(s, [] {
    const task<> a = spawn("a", [] { yield(); });
    spawn("b", [] {});
    a.join();
  });

  EXPECT_EQ(decisions(h), R"(
nobody: spawn main
nobody: enter -> main
main: spawn a
main: spawn b
main: block join -> a
a: yield -> b
b: finish done -> a
a: wake main granted
a: finish done -> main
main: finish done -> nobody
)");
}

TEST(Scheduler, YieldAloneIsNoSwitch) {
  simulation s;

  s.run([] {
    const std::uint64_t before = stats().switches;
    for (int i = 0; i < 200; ++i) yield();
    EXPECT_EQ(stats().switches, before);
  });
}

TEST(Scheduler, TimersFireInOrderOfDeadline) {
  simulation s;

  const diary::history h = support::record(s, [] {
    spawn("late", [] { sleep_for(2ms); });
    spawn("early", [] { sleep_for(1ms); });
    sleep_for(3ms);
  });

  EXPECT_EQ(decisions(h), R"(
nobody: spawn main
nobody: enter -> main
main: spawn late
main: spawn early
main: sleep 3000000 -> late
late: sleep 2000000 -> early
early: sleep 1000000 -> nobody
nobody: wake early timer granted
nobody: enter -> early
early: finish done -> nobody
nobody: wake late timer granted
nobody: enter -> late
late: finish done -> nobody
nobody: wake main timer granted
nobody: enter -> main
main: finish done -> nobody
)");
}

TEST(Scheduler, TwoSleepsOfOneSecondEndTogether) {
  simulation s;

  s.run([] {
    const task<> a = spawn([] { sleep_for(1s); });
    const task<> b = spawn([] { sleep_for(1s); });
    a.join();
    b.join();
  });

  EXPECT_EQ(s.clock.elapsed(), 1s);
}

TEST(Scheduler, EqualDeadlinesFireInTheOrderTheyWereMade) {
  simulation s;
  std::string order;

  s.run([&] {
    const task<> a = spawn([&] {
      sleep_for(1ms);
      order += 'a';
    });
    const task<> b = spawn([&] {
      sleep_for(1ms);
      order += 'b';
    });
    const task<> c = spawn([&] {
      sleep_for(1ms);
      order += 'c';
    });
    c.join();
  });

  EXPECT_EQ(order, "abc");
}

TEST(Scheduler, OneThatOnlyYieldsStarvesNoTimer) {
  simulation s;

  s.run([&] {
    bool slept = false;
    spawn([&] {
      sleep_for(1ms);
      slept = true;
    });
    int yields = 0;
    for (; !slept && yields < 1000; ++yields) {
      s.clock.advance(100us);
      yield();
    }
    EXPECT_LE(yields, 140);
  });
}

TEST(Scheduler, OneThatOnlyYieldsStarvesNoFd) {
  simulation s;

  s.run([&] {
    bool was_ready = false;
    spawn([&] {
      wait_readable(7);
      was_ready = true;
    });
    yield();
    s.poller.make_readable(7);
    int yields = 0;
    for (; !was_ready && yields < 1000; ++yields) yield();
    EXPECT_LE(yields, 70);
  });
}

TEST(Scheduler, ReadyFdsWakeInTheOrderTheKernelGave) {
  simulation s;
  std::string order;

  s.run([&] {
    const task<> a = spawn([&] {
      wait_readable(5);
      order += 'a';
    });
    const task<> b = spawn([&] {
      wait_readable(6);
      order += 'b';
    });
    yield();
    s.poller.make_readable(6);
    s.poller.make_readable(5);
    a.join();
  });

  EXPECT_EQ(order, "ba");
}

TEST(Scheduler, LeftOversAreCancelledInSpawnOrderWhenMainEnds) {
  simulation s;

  const diary::history h = support::record(s, [] {
    spawn("a", [] { sleep_for(1h); });
    spawn("b", [] { sleep_for(1h); });
    yield();
  });

  EXPECT_THAT(decisions(h), HasSubstr(R"(
main: cancel a
main: wake a cancelled
main: cancel b
main: wake b cancelled
main: block main_end -> a
a: cancelled now
a: finish cancelled -> b
b: cancelled now
b: wake main granted
b: finish cancelled -> main
main: finish done -> nobody
)"));
}

TEST(Scheduler, AHopelessWaitThrowsIntoMainAndNamesEverybody) {
  simulation s;
  event never("never");
  std::string what;

  s.run([&] {
    spawn("waiter", [&] { never.wait(); });
    try {
      never.wait();
    } catch (const deadlock_error& e) {
      what = e.what();
    }
  });

  EXPECT_THAT(what, HasSubstr("main: event on event \"never\""));
  EXPECT_THAT(what, HasSubstr("waiter: event on event \"never\""));
}

TEST(Scheduler, EachFurtherHopelessWaitThrowsAgain) {
  simulation s;
  event never;

  s.run([&] {
    EXPECT_THROW(never.wait(), deadlock_error);
    EXPECT_THROW(never.wait(), deadlock_error);
  });
}

TEST(Scheduler, ALeftOverThatBlocksForEverDoesNotHangRun) {
  simulation s;
  event never;

  const auto program = [&] {
    spawn([&] {
      const cancel_shield shield;
      never.wait();
    });
    yield();
  };

  EXPECT_THROW(s.run(program), deadlock_error);
}

TEST(Scheduler, AnotherThreadThatRunsHoldsTheDeadlockBack) {
  event done;

  run([&] {
    std::thread outside([&] { done.set(); });
    EXPECT_NO_THROW(done.wait());
    outside.join();
  });
}

TEST(Scheduler, AThreadWakesACoroutineOfAnother) {
  event first;
  event second;
  std::thread other([&] {
    run([&] {
      first.wait();
      second.set();
    });
  });

  run([&] {
    spawn([&] { first.set(); });
    second.wait();
  });

  other.join();
  EXPECT_TRUE(second.is_set());
}

TEST(Scheduler, TheSameShuffleSeedGivesTheSameOrder) {
  const auto order_with = [](std::uint64_t seed) {
    simulation s;
    std::string order;
    run_options options;
    options.shuffle_seed = seed;
    s.run(
        [&] {
          std::vector<task<>> all;
          for (char c = 'a'; c <= 'z'; ++c) all.push_back(spawn([&order, c] { order += c; }));
          for (const task<>& t : all) t.join();
        },
        options);
    return order;
  };

  EXPECT_EQ(order_with(42), order_with(42));
  EXPECT_NE(order_with(42), order_with(43));
}

TEST(Scheduler, ExceptionStateBelongsToTheCoroutine) {
  simulation s;

  s.run([] {
    const task<> a = spawn([] {
      try {
        throw std::runtime_error("a");
      } catch (const std::runtime_error& e) {
        yield();
        EXPECT_STREQ(e.what(), "a");
        try {
          throw;
        } catch (const std::runtime_error& again) {
          EXPECT_STREQ(again.what(), "a");
        }
      }
    });
    try {
      throw std::logic_error("main");
    } catch (const std::logic_error&) {
      yield();
      EXPECT_EQ(std::uncaught_exceptions(), 0);
      try {
        throw;
      } catch (const std::logic_error& again) {
        EXPECT_STREQ(again.what(), "main");
      }
    }
    a.join();
  });
}

TEST(Scheduler, ErrnoBelongsToTheCoroutine) {
  simulation s;

  s.run([] {
    spawn([] { errno = EBADF; });
    errno = ENOENT;
    yield();
    EXPECT_EQ(errno, ENOENT);
  });
}

TEST(Scheduler, RunInsideACoroutineIsRefused) {
  simulation s;

  s.run([] { EXPECT_THROW(run([] {}), std::logic_error); });
}

TEST(Scheduler, ManyShortCoroutinesShareOneStack) {
  simulation s;

  s.run([] {
    const void* first = nullptr;
    for (int i = 0; i < 10; ++i) {
      const void* here = spawn([] { return static_cast<const void*>(__builtin_frame_address(0)); }).get();
      if (i == 2) first = here;
      if (i > 2 && i % 2 == 0) {
        EXPECT_EQ(here, first);
      }
    }
  });
}

TEST(Scheduler, AStackThatCannotBeHadIsRefusedAndTheSchedulerGoesOn) {
  simulation s;

  s.run([] {
    EXPECT_THROW(spawn(spawn_options{.stack_size = std::size_t{1} << 62}, [] {}), std::bad_alloc);
    EXPECT_EQ(spawn([] { return 1; }).get(), 1);
  });
}

TEST(Scheduler, TheLargestStackSizeOfAllIsRefusedLikeItsNeighbours) {
  simulation s;

  s.run([] { EXPECT_THROW(spawn(spawn_options{.stack_size = SIZE_MAX}, [] {}), std::bad_alloc); });
}

TEST(Scheduler, SeveralThreadsAreRefusedUntilTheyExist) {
  run_options options;
  options.threads = 4;

  EXPECT_THROW(run(options, [] {}), std::invalid_argument);
}

TEST(Scheduler, ACoroutineBeginsWithItsSpawnersRoundingWhoeverRanBefore) {
  simulation s;
  int rounds = -1, delayed_rounds = -1, co_rounds = -1, co_rounds_later = -1, root_rounds = -1;

  s.run([&] {
    spawn([] {
      std::fesetround(FE_UPWARD);
      yield();
    });
    spawn([&] { rounds = std::fegetround(); });
    spawn_after(1ms, [&] { delayed_rounds = std::fegetround(); });
    spawn([&]() -> co_task<> {
      co_rounds = std::fegetround();
      std::fesetround(FE_TOWARDZERO);
      co_await yielded();
      co_await yielded();
      co_rounds_later = std::fegetround();
    });
    std::fesetround(FE_DOWNWARD);
    spawn([&]() -> co_task<> {
      root_rounds = std::fegetround();
      co_return;
    });
    sleep_for(2ms);
    EXPECT_EQ(std::fegetround(), FE_DOWNWARD);
  });

  EXPECT_EQ(std::fegetround(), FE_TONEAREST);
  EXPECT_EQ(rounds, FE_TONEAREST);
  EXPECT_EQ(delayed_rounds, FE_TONEAREST);
  EXPECT_EQ(co_rounds, FE_TONEAREST);
  EXPECT_EQ(co_rounds_later, FE_TOWARDZERO);
  EXPECT_EQ(root_rounds, FE_DOWNWARD);
}

}  // namespace
}  // namespace weft
