// co_task: cancellation, errors thrown in, shields, time limits. The same as for coroutines with a stack.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <vector>

#include "support/recorded.hpp"
#include "weft/co_task.hpp"
#include "weft/event.hpp"
#include "weft/this_coroutine.hpp"
#include "weft/timeout.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;
using support::simulation;
using testing::ElementsAre;

// Each test runs in both ways in which a co_task can be driven: as a coroutine of its own, and by await() on a
// coroutine's stack.
class CoTaskCancel : public testing::TestWithParam<bool> {
 protected:
  // F is a function that returns a co_task<T>.
  template <class F>
  auto start(F f) {
    using value = typename std::invoke_result_t<F&>::value_type;
    if (GetParam()) return task<value>(spawn(std::move(f)));
    return task<value>(spawn([f = std::move(f)]() mutable { return await(f()); }));
  }
  simulation sim;
};

INSTANTIATE_TEST_SUITE_P(Driven, CoTaskCancel, testing::Values(true, false),
                         [](const auto& param) { return param.param ? "Spawned" : "Awaited"; });

TEST_P(CoTaskCancel, BeforeTheStartTheBodyNeverRuns) {
  sim.run([&] {
    bool began = false;
    const task<> t = start([&]() -> co_task<> {
      began = true;
      co_return;
    });
    EXPECT_TRUE(t.cancel());
    EXPECT_EQ(t.status(), task_status::pending);
    t.join();
    EXPECT_FALSE(began);
    EXPECT_EQ(t.status(), task_status::cancelled);
    EXPECT_FALSE(t.cancel());
  });
}

TEST_P(CoTaskCancel, IsThrownAtTheCoAwaitAtOnce) {
  sim.run([&] {
    const auto before = sim.clock.now_ns();
    const task<> t = start([]() -> co_task<> { co_await sleep(1h); });
    yield();
    EXPECT_EQ(t.status(), task_status::running);
    t.cancel();
    t.join();
    EXPECT_EQ(t.status(), task_status::cancelled);
    EXPECT_EQ(sim.clock.now_ns(), before);
    EXPECT_THROW(t.get(), task_cancelled);
  });
}

TEST_P(CoTaskCancel, IsThrownAtTheInnermostCoAwait) {
  sim.run([&] {
    std::vector<std::string> story;
    const auto inner = [&]() -> co_task<> {
      try {
        co_await sleep(1h);
      } catch (const cancelled&) {
        story.push_back("inner");
        throw;
      }
    };
    const task<> t = start([&]() -> co_task<> {
      try {
        co_await inner();
      } catch (const cancelled&) {
        story.push_back("outer");
        throw;
      }
    });
    yield();
    t.kill();
    EXPECT_THAT(story, ElementsAre("inner", "outer"));
  });
}

TEST_P(CoTaskCancel, InterruptsEachKindOfWait) {
  sim.run([&] {
    const task<> never = spawn([] { sleep_for(1h); });
    const std::vector<task<>> all{start([]() -> co_task<> { co_await sleep(1h); }),
                                  start([never]() -> co_task<> { co_await never; }),
                                  start([]() -> co_task<> { co_await readable(5); }),
                                  start([]() -> co_task<> { co_await writable(5); }), start([]() -> co_task<> {
                                    for (;;) co_await yielded();
                                  })};
    yield();
    yield();
    for (const task<>& t : all) EXPECT_TRUE(t.kill());
    for (const task<>& t : all) EXPECT_EQ(t.status(), task_status::cancelled);
    EXPECT_EQ(never.status(), task_status::running);
    never.kill();
  });
}

TEST_P(CoTaskCancel, SwallowedItIsDoneWithItsValue) {
  sim.run([&] {
    const task<int> t = start([]() -> co_task<int> {
      try {
        co_await sleep(1h);
      } catch (const cancelled&) {
      }
      co_await sleep(1ms);
      co_return 5;
    });
    yield();
    t.cancel();
    EXPECT_EQ(t.get(), 5);
  });
}

TEST_P(CoTaskCancel, IsDeliveredOnceAndAgainAfterIt) {
  sim.run([&] {
    int deliveries = 0;
    const task<> t = start([&]() -> co_task<> {
      for (;;) {
        try {
          co_await sleep(1h);
        } catch (const cancelled&) {
          if (++deliveries == 2) throw;
        }
      }
    });
    yield();
    t.cancel();
    t.cancel();  // changes nothing: the first one has not been delivered yet
    yield();
    EXPECT_EQ(deliveries, 1);
    t.kill();
    EXPECT_EQ(deliveries, 2);
  });
}

TEST_P(CoTaskCancel, WaitsForTheNextSuspensionOfOneThatRuns) {
  sim.run([&] {
    std::vector<std::string> story;
    const task<> t = start([&]() -> co_task<> {
      this_coroutine::self().cancel();
      EXPECT_TRUE(this_coroutine::cancel_requested());
      story.push_back("goes on");
      co_await spawn([]() -> co_task<int> { co_return 1; });
      story.push_back("not reached");
    });
    t.join();
    EXPECT_EQ(t.status(), task_status::cancelled);
    EXPECT_THAT(story, ElementsAre("goes on"));
  });
}

TEST_P(CoTaskCancel, WhatNeedNotWaitIsNoSuspension) {
  sim.run([&] {
    const task<int> done = spawn([] { return 3; });
    done.join();
    int got = 0;
    const auto at_once = []() -> co_task<int> { co_return 4; };
    const task<> t = start([&, done]() -> co_task<> {
      this_coroutine::self().cancel();
      got = co_await done;
      got += co_await at_once();
    });
    t.join();
    EXPECT_EQ(got, 7);
    EXPECT_EQ(t.status(), task_status::cancelled);  // undelivered at the end
  });
}

TEST_P(CoTaskCancel, OneAlreadyWokenIsCancelledToo) {
  sim.run([&] {
    const task<> b = spawn([] { sleep_for(1ms); });
    const task<> u = start([b]() -> co_task<> { co_await b; });
    b.on_done([u] { u.cancel(); });
    yield();
    u.join();
    EXPECT_EQ(u.status(), task_status::cancelled);
  });
}

TEST_P(CoTaskCancel, WokenButNotYetRunIsCancelled) {
  sim.run([&] {
    event go;
    const task<> a = spawn([&] { go.wait(); });
    const task<> t = start([a]() -> co_task<> { co_await a; });
    yield();
    go.set();
    // a ends and wakes t, which becomes ready after this coroutine.
    yield();
    EXPECT_EQ(a.status(), task_status::done);
    EXPECT_EQ(t.status(), task_status::running);
    t.cancel();
    t.join();
    EXPECT_EQ(t.status(), task_status::cancelled);
  });
}

TEST_P(CoTaskCancel, ThrowInFailsItWithExactlyThatError) {
  sim.run([&] {
    const std::exception_ptr error = std::make_exception_ptr(std::domain_error("mine"));
    const task<> t = start([]() -> co_task<> { co_await sleep(1h); });
    yield();
    t.throw_in(error);
    t.join();
    EXPECT_EQ(t.status(), task_status::failed);
    EXPECT_EQ(t.exception(), error);
  });
}

TEST_P(CoTaskCancel, KillOfOneselfThrowsAtTheCall) {
  sim.run([&] {
    bool after = false;
    const task<> t = start([&]() -> co_task<> {
      this_coroutine::self().kill();
      after = true;
      co_return;
    });
    t.join();
    EXPECT_FALSE(after);
    EXPECT_EQ(t.status(), task_status::cancelled);
  });
}

TEST_P(CoTaskCancel, KillForTellsThatItStillRuns) {
  sim.run([&] {
    const task<> t = start([]() -> co_task<> {
      try {
        co_await sleep(1h);
      } catch (const cancelled&) {
      }
      co_await sleep(1s);
    });
    yield();
    EXPECT_FALSE(t.kill_for(1ms));
    EXPECT_TRUE(t.kill_for(2s));
  });
}

TEST_P(CoTaskCancel, ShieldHoldsItBackUntilTheNextSuspension) {
  sim.run([&] {
    std::vector<std::string> story;
    const task<> t = start([&]() -> co_task<> {
      {
        const cancel_shield shield;
        co_await sleep(1ms);
        story.push_back("shielded");
      }
      story.push_back("free");
      co_await yielded();
      story.push_back("not reached");
    });
    yield();
    t.cancel();
    t.join();
    EXPECT_THAT(story, ElementsAre("shielded", "free"));
    EXPECT_EQ(t.status(), task_status::cancelled);
  });
}

TEST_P(CoTaskCancel, OfTheWaitingOneDoesNotTouchTheAwaited) {
  sim.run([&] {
    const task<int> inner = spawn([]() -> co_task<int> {
      co_await sleep(1ms);
      co_return 1;
    });
    const task<> t = start([inner]() -> co_task<> { co_await inner; });
    yield();
    t.kill();
    EXPECT_EQ(inner.status(), task_status::running);
    EXPECT_EQ(inner.get(), 1);
  });
}

TEST_P(CoTaskCancel, ThrownByTheProgramItMeansTheSame) {
  sim.run([&] {
    const task<> t = start([]() -> co_task<> {
      throw cancelled{};
      co_return;
    });
    t.join();
    EXPECT_EQ(t.status(), task_status::cancelled);
  });
}

TEST_P(CoTaskCancel, TimeoutScopeReachesOverCoAwait) {
  sim.run([&] {
    const task<bool> t = start([]() -> co_task<bool> {
      timeout_scope limit(1s);
      bool mine = false;
      try {
        co_await sleep(300ms);
        co_await sleep(1h);
      } catch (const timeout_error& e) {
        mine = e.scope() == &limit;
      }
      co_return mine&& limit.expired();
    });
    EXPECT_TRUE(t.get());
    EXPECT_EQ(sim.clock.now_ns() % 1'000'000'000, 0);
  });
}

TEST_P(CoTaskCancel, TimeoutScopeOfZeroFiresAtTheFirstSuspension) {
  sim.run([&] {
    const task<int> t = start([]() -> co_task<int> {
      timeout_scope limit(0s);
      const auto at_once = []() -> co_task<> { co_return; };
      co_await at_once();
      try {
        co_await yielded();
      } catch (const timeout_error&) {
        co_return 1;
      }
      co_return 0;
    });
    EXPECT_EQ(t.get(), 1);
  });
}

}  // namespace
}  // namespace weft
