// pool: at most n jobs at once; map, imap, apply; kill and join.
#include "weft/pool.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support/recorded.hpp"
#include "weft/this_coroutine.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;
using support::simulation;
using testing::ElementsAre;
using testing::HasSubstr;

class Pool : public testing::Test {
 protected:
  std::int64_t seconds() { return (sim.clock.now_ns() - start_ns) / 1'000'000'000; }
  simulation sim;
  const std::int64_t start_ns = sim.clock.now_ns();
  std::vector<std::string> story;
};

TEST_F(Pool, SpawnReturnsATaskWithTheResult) {
  sim.run([] {
    pool p(2);
    const task<int> t = p.spawn([] { return 5; });
    EXPECT_EQ(t.get(), 5);
    EXPECT_EQ(p.spawn("named", [] { return this_coroutine::name(); }).get(), "named");
  });
}

TEST_F(Pool, NeverRunsMoreThanItHasPlaces) {
  sim.run([&] {
    pool p(3);
    int running = 0;
    int most = 0;
    for (int i = 0; i < 10; ++i) {
      p.spawn([&] {
        most = std::max(most, ++running);
        sleep_for(1s);
        --running;
      });
    }
    p.join();
    EXPECT_EQ(most, 3);
    EXPECT_EQ(running, 0);
  });
  EXPECT_EQ(seconds(), 4);
}

TEST_F(Pool, SpawnWaitsWhileItIsFull) {
  const std::string text = support::decisions(support::record(sim, [] {
    pool p(1);
    p.spawn("a", [] {});
    const auto b = p.spawn("b", [] {});
    b.join();
  }));
  EXPECT_EQ(text, R"(
nobody: spawn main
nobody: enter -> main
main: spawn a
main: block pool_slot -> a
a: wake main granted
a: finish done -> main
main: spawn b
main: block join -> b
b: wake main granted
b: finish done -> main
main: finish done -> nobody
)");
}

TEST_F(Pool, CountsItsPlaces) {
  sim.run([] {
    pool p(2);
    EXPECT_EQ(p.free(), 2U);
    const auto a = p.spawn([] { sleep_for(1s); });
    EXPECT_EQ(p.size(), 1U);
    EXPECT_FALSE(p.full());
    const auto b = p.spawn([] { sleep_for(2s); });
    EXPECT_TRUE(p.full());
    EXPECT_EQ(p.free(), 0U);
    a.join();
    EXPECT_EQ(p.free(), 1U);
    b.join();
    EXPECT_EQ(p.size(), 0U);
  });
}

TEST_F(Pool, AFailedJobGivesItsPlaceBack) {
  sim.run([] {
    pool p(1);
    const auto failed = p.spawn([] { throw std::runtime_error("job"); });
    p.spawn([] {}).join();
    EXPECT_THROW(failed.get(), std::runtime_error);
    EXPECT_EQ(p.free(), 1U);
  });
}

TEST_F(Pool, AJobThatWasCancelledBeforeItBeganGivesItsPlaceBack) {
  sim.run([] {
    pool p(1);
    EXPECT_TRUE(p.spawn([] { FAIL(); }).kill());
    EXPECT_EQ(p.free(), 1U);
  });
}

TEST_F(Pool, ACancelledSpawnHasSpawnedNothingAndLosesNoPlace) {
  sim.run([&] {
    pool p(1);
    const auto running = p.spawn([] { sleep_for(1s); });
    const auto waits = spawn([&] { p.spawn([&] { story.push_back("cancelled one"); }); });
    const auto next = spawn([&] { p.spawn([&] { story.push_back("next"); }); });
    yield();
    // The place then belongs to the first waiter, which has not run yet.
    running.on_done([&] { waits.cancel(); });
    next.join();
    p.join();
    EXPECT_EQ(p.free(), 1U);
  });
  EXPECT_THAT(story, ElementsAre("next"));
}

TEST_F(Pool, OneWithoutPlacesIsAlwaysFull) {
  try {
    sim.run([] {
      pool p(0, "none");
      EXPECT_TRUE(p.full());
      p.spawn([] {});
    });
    FAIL() << "it spawned";
  } catch (const deadlock_error& e) {
    EXPECT_THAT(e.what(), HasSubstr("main: pool_slot on pool \"none\""));
  }
}

TEST_F(Pool, SpawnOutsideOfACoroutineIsRefused) {
  pool p(1);
  EXPECT_THROW(p.spawn([] {}), std::logic_error);
  EXPECT_EQ(p.free(), 1U);
}

// ---- apply

TEST_F(Pool, ApplyWaitsForTheResult) {
  sim.run([] {
    pool p(1);
    EXPECT_EQ(p.apply([] {
      sleep_for(1s);
      return 6;
    }),
              6);
    EXPECT_THROW(p.apply([] { throw std::out_of_range("apply"); }), std::out_of_range);
    EXPECT_EQ(p.free(), 1U);
  });
}

TEST_F(Pool, ApplyByAJobOfThePoolRunsInPlace) {
  sim.run([] {
    pool p(1);
    EXPECT_EQ(p.apply([&] { return p.apply([] { return this_coroutine::id(); }) == this_coroutine::id(); }), true);
  });
}

TEST_F(Pool, ApplyAsyncCallsBackInTheJobsCoroutine) {
  sim.run([&] {
    pool p(1);
    std::uint64_t ran_in = 0;
    const task<int> t = p.apply_async([] { return 3; },
                                      [&](int i) {
                                        ran_in = this_coroutine::id();
                                        story.push_back("callback " + std::to_string(i));
                                        yield();
                                      });
    EXPECT_EQ(t.get(), 3);
    EXPECT_EQ(ran_in, t.id());
    const task<> nothing = p.apply_async([] {}, [&] { story.push_back("callback"); });
    nothing.get();
    EXPECT_EQ(p.apply_async([] { return 4; }).get(), 4);
  });
  EXPECT_THAT(story, ElementsAre("callback 3", "callback"));
}

TEST_F(Pool, ApplyAsyncDoesNotCallBackAfterAFailure) {
  sim.run([&] {
    pool p(1);
    const task<int> t =
        p.apply_async([]() -> int { throw std::out_of_range("x"); }, [&](int) { story.push_back("callback"); });
    EXPECT_THROW(t.get(), std::out_of_range);
  });
  EXPECT_THAT(story, ElementsAre());
}

TEST_F(Pool, ApplyAsyncNeverWaits) {
  sim.run([&] {
    pool p(2);
    std::vector<task<int>> jobs;
    for (int i = 0; i < 6; ++i) {
      jobs.push_back(p.apply_async([i] {
        sleep_for(1s);
        return i;
      }));
    }
    EXPECT_EQ(seconds(), 0);
    EXPECT_EQ(p.size(), 2U);
    p.join();  // waits also for those that had no place yet
    EXPECT_EQ(seconds(), 3);
    for (int i = 0; i < 6; ++i) EXPECT_EQ(jobs[static_cast<std::size_t>(i)].status(), task_status::done);
    EXPECT_EQ(p.free(), 2U);
  });
}

// ---- the end

TEST_F(Pool, JoinWaitsForAllAndItCanBeUsedAgain) {
  const std::string text = support::decisions(support::record(sim, [] {
    pool p(2);
    p.spawn("a", [] {});
    p.join();
    p.spawn("b", [] {});
    p.join();
    p.join();
  }));
  EXPECT_EQ(text, R"(
nobody: spawn main
nobody: enter -> main
main: spawn a
main: block pool_join -> a
a: wake main granted
a: finish done -> main
main: spawn b
main: block pool_join -> b
b: wake main granted
b: finish done -> main
main: finish done -> nobody
)");
}

TEST_F(Pool, JoinForSaysWhetherAllEnded) {
  sim.run([] {
    pool p(2);
    p.spawn([] { sleep_for(2s); });
    EXPECT_FALSE(p.join_for(0s));
    EXPECT_FALSE(p.join_for(1s));
    EXPECT_TRUE(p.join_for(2s));
  });
}

TEST_F(Pool, KillCancelsWaitsAndItCanBeUsedAgain) {
  sim.run([&] {
    pool p(2);
    const auto stubborn = p.spawn([&] {
      try {
        sleep_for(1h);
      } catch (const cancelled&) {
        sleep_for(1s);
        story.push_back("cleaned up");
        throw;
      }
    });
    const auto waits = p.apply_async([] { sleep_for(1h); });
    const auto without_place = p.apply_async([&] { story.push_back("never"); });
    yield();
    p.kill();
    EXPECT_EQ(stubborn.status(), task_status::cancelled);
    EXPECT_EQ(waits.status(), task_status::cancelled);
    EXPECT_EQ(without_place.status(), task_status::cancelled);
    EXPECT_EQ(p.free(), 2U);
    EXPECT_EQ(p.spawn([] { return 1; }).get(), 1);
  });
  EXPECT_THAT(story, ElementsAre("cleaned up"));
}

TEST_F(Pool, AJobThatJoinsItsPoolIsTold) {
  sim.run([] {
    pool p(1, "workers");
    const auto t = p.spawn([&] { p.join(); });
    try {
      t.get();
      FAIL() << "it joined";
    } catch (const deadlock_error& e) {
      EXPECT_THAT(e.what(), HasSubstr("pool 'workers'"));
    }
  });
}

TEST_F(Pool, AJobThatKillsItsPoolEndsToo) {
  sim.run([] {
    pool p(2);
    const auto other = p.spawn([] { sleep_for(1h); });
    const auto killer = p.spawn([&] {
      p.kill();
      FAIL() << "it went on";
    });
    killer.join();
    EXPECT_EQ(killer.status(), task_status::cancelled);
    EXPECT_EQ(other.status(), task_status::cancelled);
  });
}

TEST_F(Pool, TheDestructorKills) {
  sim.run([] {
    task<> job;
    {
      pool p(1);
      job = p.spawn([] { sleep_for(1h); });
      yield();
    }
    EXPECT_EQ(job.status(), task_status::cancelled);
  });
  EXPECT_EQ(seconds(), 0);
}

TEST_F(Pool, TheDestructorOfAFullOneLetsNobodyIn) {
  sim.run([&] {
    task<> waits;
    {
      pool p(1);
      p.spawn([] { sleep_for(1h); });
      waits = spawn([&] { p.spawn([&] { story.push_back("too late"); }); });
      yield();
    }
    EXPECT_TRUE(waits.kill());
  });
  EXPECT_THAT(story, ElementsAre());
}

TEST(PoolThreads, IsSharedBySchedulers) {
  pool p(2);
  std::atomic<int> running{0};
  std::atomic<int> most{0};
  std::atomic<int> done{0};
  const auto use = [&] {
    run([&] {
      std::vector<task<>> jobs;
      for (int i = 0; i < 50; ++i) {
        jobs.push_back(p.spawn([&] {
          const int now = ++running;
          int seen = most;
          while (now > seen && !most.compare_exchange_weak(seen, now)) {
          }
          yield();
          --running;
          ++done;
        }));
      }
      for (const auto& j : jobs) j.join();
    });
  };
  std::thread other(use);
  use();
  other.join();
  EXPECT_EQ(done, 100);
  EXPECT_LE(most, 2);
  EXPECT_EQ(p.free(), 2U);
}

}  // namespace
}  // namespace weft
