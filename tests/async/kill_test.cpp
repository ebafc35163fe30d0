// kill(): cancels and waits for the end. The tests of gevent's kill.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <exception>
#include <thread>

#include "async/unhandled_errors.hpp"
#include "support/recorded.hpp"
#include "weft/event.hpp"
#include "weft/run.hpp"
#include "weft/task.hpp"
#include "weft/this_coroutine.hpp"
#include "weft/timeout.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;
using support::simulation;
using tests::unhandled_errors;

class Cancel : public testing::Test {
 protected:
  simulation sim;

  static std::exception_ptr error(const char* what) { return std::make_exception_ptr(std::domain_error(what)); }
};

class Kill : public Cancel {};

TEST_F(Kill, OfAnUnstartedOneCancelsItAndJoinersGoOn) {
  sim.run([] {
    const task<> t = spawn([] { ADD_FAILURE() << "ran"; });
    const task<> joiner = spawn([&] { t.join(); });
    EXPECT_TRUE(t.kill());
    EXPECT_EQ(t.status(), task_status::cancelled);
    joiner.get();
  });
}

TEST_F(Kill, OfAFinishedOneIsTrue) {
  sim.run([] {
    const task<int> t = spawn([] { return 1; });
    t.join();
    EXPECT_TRUE(t.kill());
    EXPECT_EQ(t.get(), 1);
  });
}

TEST_F(Kill, ForIsFalseIfItStillRuns) {
  sim.run([&] {
    const task<> t = spawn([] {
      const cancel_shield shield;
      sleep_for(1s);
    });
    yield();
    EXPECT_FALSE(t.kill_for(10ms));
    EXPECT_EQ(sim.clock.elapsed(), 10ms);
    EXPECT_FALSE(t.finished());
    EXPECT_TRUE(t.kill_for(1h));
    EXPECT_EQ(sim.clock.elapsed(), 1s);
  });
}

TEST_F(Kill, ForZeroCancelsAndDoesNotWait) {
  sim.run([] {
    const task<> t = spawn([] { sleep_for(1h); });
    yield();
    EXPECT_FALSE(t.kill_for(0s));
    t.join();
    EXPECT_EQ(t.status(), task_status::cancelled);
  });
}

TEST_F(Kill, OfOneThatSwallowsItIsTrueToo) {
  sim.run([] {
    const task<int> t = spawn([] {
      try {
        sleep_for(1h);
      } catch (const cancelled&) {
      }
      return 3;
    });
    yield();
    EXPECT_TRUE(t.kill());
    EXPECT_EQ(t.get(), 3);
  });
}

TEST_F(Kill, OfOneselfThrowsAtOnceAlsoInAShield) {
  sim.run([] {
    const task<> t = spawn([] {
      const timeout_scope limit(0s);
      const cancel_shield shield;
      try {
        this_coroutine::self().kill();
        ADD_FAILURE() << "went on";
      } catch (const cancelled&) {
        EXPECT_FALSE(limit.expired());
        throw;
      }
    });
    t.join();
    EXPECT_EQ(t.status(), task_status::cancelled);
  });
}

TEST_F(Kill, OfOneselfIsDeliveredOnce) {
  sim.run([] {
    const task<int> t = spawn([] {
      EXPECT_THROW(this_coroutine::self().kill(), cancelled);
      yield();
      return 2;
    });
    EXPECT_EQ(t.get(), 2);
  });
}

TEST_F(Kill, CancellingTheKillerDoesNotSaveTheTarget) {
  sim.run([] {
    const task<> target = spawn([] {
      const cancel_shield shield;
      sleep_for(10ms);
    });
    const task<> killer = spawn([&] { target.kill(); });
    yield();
    yield();
    killer.cancel();
    killer.join();
    EXPECT_EQ(killer.status(), task_status::cancelled);
    target.join();
    EXPECT_EQ(target.status(), task_status::cancelled);
  });
}

TEST_F(Kill, FromAPlainThreadWaitsForTheEnd) {
  event started;
  task<> victim;
  std::thread killer([&] {
    started.wait();
    EXPECT_TRUE(victim.kill());
    EXPECT_EQ(victim.status(), task_status::cancelled);
  });
  run([&] {
    victim = spawn([] { sleep_for(1h); });
    yield();
    started.set();
    victim.join();
  });
  killer.join();
}

}  // namespace
}  // namespace weft
