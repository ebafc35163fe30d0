// co_task: values, errors, lifetime of the frames, forbidden operations.
#include "weft/co_task.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/recorded.hpp"
#include "weft/io.hpp"
#include "weft/this_coroutine.hpp"
#include "weft/wait.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;
using support::simulation;
using testing::ElementsAre;
using testing::HasSubstr;

// Counts its live objects.
struct counted {
  explicit counted(int& c) : count(&c) { ++c; }
  counted(const counted& o) : count(o.count) { ++*count; }
  counted(counted&& o) noexcept : count(o.count) { ++*count; }
  counted& operator=(const counted&) = delete;
  ~counted() { --*count; }
  int* count;
};

co_task<int> value(int v) { co_return v; }
co_task<int> later(int v) {
  co_await sleep(1ms);
  co_return v;
}
co_task<> fail() {
  co_await yielded();
  throw std::out_of_range("failed");
}
co_task<int> depth(int n) {
  if (n == 0) {
    co_await yielded();
    co_return 0;
  }
  co_return 1 + co_await depth(n - 1);
}
co_task<> fail_at_depth(int n) {
  if (n == 0) {
    co_await yielded();
    throw std::out_of_range("deep");
  }
  co_await fail_at_depth(n - 1);
}

class CoTask : public testing::Test {
 protected:
  simulation sim;
};

// ---- values

TEST_F(CoTask, SpawnedCoTaskIsATaskWithItsValue) {
  sim.run([] {
    const task<int> t = spawn(later(3));
    EXPECT_EQ(t.get(), 3);
    EXPECT_EQ(t.status(), task_status::done);
  });
}

TEST_F(CoTask, SpawnedFunctionThatReturnsACoTaskIsATaskOfItsValue) {
  sim.run([] {
    const task<std::string> t = spawn("named", []() -> co_task<std::string> { co_return "value"; });
    EXPECT_EQ(t.name(), "named");
    EXPECT_EQ(t.get(), "value");
  });
}

TEST_F(CoTask, LambdaLivesAsLongAsItsCoTask) {
  sim.run([] {
    int alive = 0;
    const task<int> t = spawn([c = counted(alive), v = std::make_unique<int>(7)]() -> co_task<int> {
      co_await sleep(1ms);
      co_return *v;
    });
    EXPECT_EQ(alive, 1);
    EXPECT_EQ(t.get(), 7);
    EXPECT_EQ(alive, 0);
  });
}

TEST_F(CoTask, EveryFormOfSpawnTakesOne) {
  sim.run([] {
    EXPECT_EQ(spawn("a", value(1)).get(), 1);
    EXPECT_EQ(spawn(spawn_options{.name = "b", .stack_size = 65536}, value(2)).get(), 2);
    EXPECT_EQ(spawn_after(1s, value(3)).get(), 3);
    EXPECT_EQ(spawn_after(1s, "d", value(4)).get(), 4);
    EXPECT_EQ(spawn_after(1s, "e", []() -> co_task<int> { co_return 5; }).get(), 5);
    static_assert(std::is_same_v<decltype(spawn(fail())), task<void>>);
  });
}

TEST_F(CoTask, MainMayReturnOne) {
  EXPECT_EQ(sim.run([]() -> co_task<int> {
    co_await sleep(1s);
    co_return 42;
  }),
            42);
}

TEST_F(CoTask, MainsLambdaLivesAsLongAsItsCoTask) {
  EXPECT_EQ(sim.run([v = std::make_unique<int>(5)]() -> co_task<int> {
    co_await yielded();
    co_return *v;
  }),
            5);
}

TEST_F(CoTask, RunTakesOne) {
  EXPECT_EQ(run(value(9)), 9);
  EXPECT_EQ(run(run_options{.name = "m"}, value(8)), 8);
  EXPECT_THROW(run(fail()), std::out_of_range);
}

TEST_F(CoTask, MoveOnlyValuesPassThrough) {
  sim.run([]() -> co_task<> {
    const auto make = [](int v) -> co_task<std::unique_ptr<int>> { co_return std::make_unique<int>(v); };
    EXPECT_EQ(*co_await make(1), 1);
    EXPECT_EQ(*co_await spawn(make(2)), 2);
  });
}

TEST_F(CoTask, AwaitedCoTaskGivesItsValue) {
  sim.run([]() -> co_task<> {
    const int sum = co_await later(1) + co_await value(2);
    EXPECT_EQ(sum, 3);
  });
}

TEST_F(CoTask, AwaitRunsOneAsAPartOfTheCoroutineThatCalls) {
  sim.run([] {
    const std::uint64_t me = this_coroutine::id();
    std::uint64_t inside = 0;
    const auto body = [&]() -> co_task<int> {
      co_await sleep(1ms);
      inside = this_coroutine::id();
      co_return 4;
    };
    EXPECT_EQ(await(body()), 4);
    EXPECT_EQ(inside, me);
  });
}

TEST_F(CoTask, AwaitTakesWhatCoAwaitTakes) {
  sim.poller.make_readable(7);
  sim.poller.make_writable(7);
  sim.run([&] {
    const auto before = sim.clock.now_ns();
    await(sleep(2ms));
    EXPECT_EQ(sim.clock.now_ns() - before, 2'000'000);
    await(yielded());
    await(readable(7));
    await(writable(7));
    EXPECT_EQ(await(spawn([] { return 3; })), 3);
    const task<int> t = spawn(later(4));
    EXPECT_EQ(await(t), 4);
  });
}

TEST_F(CoTask, HasItsOwnIdAndName) {
  sim.run([] {
    const task<> t = spawn("worker", []() -> co_task<> {
      const std::uint64_t id = this_coroutine::id();
      EXPECT_EQ(this_coroutine::name(), "worker");
      co_await sleep(1ms);
      EXPECT_EQ(this_coroutine::id(), id);
      EXPECT_EQ(this_coroutine::self().id(), id);
      this_coroutine::set_name("renamed");
      EXPECT_EQ(this_coroutine::stack_high_water(), 0u);
    });
    t.get();
    EXPECT_EQ(t.name(), "renamed");
  });
}

TEST_F(CoTask, IsLazy) {
  sim.run([] {
    bool began = false;
    const auto body = [&]() -> co_task<> {
      began = true;
      co_return;
    };
    co_task<> t = body();
    yield();
    EXPECT_FALSE(began);
    await(std::move(t));
    EXPECT_TRUE(began);
  });
}

// ---- errors

TEST_F(CoTask, ErrorComesOutOfGet) {
  sim.run([] {
    const task<> t = spawn(fail());
    EXPECT_THROW(t.get(), std::out_of_range);
    EXPECT_EQ(t.status(), task_status::failed);
  });
}

TEST_F(CoTask, ErrorComesOutOfCoAwait) {
  sim.run([]() -> co_task<> {
    bool caught = false;
    try {
      co_await fail();
    } catch (const std::out_of_range&) {
      caught = true;
    }
    EXPECT_TRUE(caught);
    try {
      co_await spawn(fail());
    } catch (const std::out_of_range&) {
      co_return;
    }
    ADD_FAILURE();
  });
}

TEST_F(CoTask, ErrorComesOutOfAwait) {
  sim.run([] { EXPECT_THROW(await(fail()), std::out_of_range); });
}

TEST_F(CoTask, ErrorNobodyReadsIsReported) {
  std::vector<std::string> lines;
  const unhandled_handler before =
      set_unhandled_handler([&](std::exception_ptr, std::string_view line) { lines.emplace_back(line); });
  sim.run([] {
    spawn("loser", fail());
    sleep_for(1ms);
  });
  set_unhandled_handler(before);
  EXPECT_THAT(lines, ElementsAre(HasSubstr("loser")));
}

TEST_F(CoTask, ExceptionsInFlightAreTheCoroutinesOwn) {
  // Two co_tasks unwind interleaved: the destructors of each see only its own exception.
  sim.run([] {
    struct witness {
      int expected;
      ~witness() { EXPECT_EQ(std::uncaught_exceptions(), expected); }
    };
    const auto unwinding = [](int rounds) -> co_task<int> {
      const std::exception_ptr handled = std::current_exception();
      int caught = 0;
      for (int i = 0; i < rounds; ++i) {
        std::exception_ptr noted;
        try {
          const witness w{1};
          co_await fail();
        } catch (const std::out_of_range&) {
          noted = std::current_exception();
          ++caught;
        }
        EXPECT_EQ(std::uncaught_exceptions(), 0);
        EXPECT_EQ(std::current_exception(), handled);
        const witness w{0};
        co_await yielded();
      }
      co_return caught;
    };
    const task<int> a = spawn(unwinding(10));
    const task<int> b = spawn(unwinding(10));
    try {
      throw std::runtime_error("handled by main while the others run");
    } catch (const std::runtime_error&) {
      EXPECT_EQ(a.get() + b.get(), 20);
      EXPECT_EQ(await(unwinding(3)), 3);
      EXPECT_NE(std::current_exception(), nullptr);
    }
  });
}

TEST_F(CoTask, AnEmptyOneIsALogicError) {
  sim.run([] {
    co_task<int> t = value(1);
    EXPECT_TRUE(t);
    EXPECT_EQ(await(std::move(t)), 1);
    EXPECT_FALSE(t);
    EXPECT_THROW(await(std::move(t)), std::logic_error);
    EXPECT_THROW(spawn(co_task<int>()).get(), std::logic_error);
    EXPECT_THROW(spawn([] { return co_task<int>(); }).get(), std::logic_error);
    const auto awaits_twice = []() -> co_task<> {
      co_task<int> inner = value(2);
      EXPECT_EQ(co_await std::move(inner), 2);
      bool refused = false;
      try {
        co_await std::move(inner);
      } catch (const std::logic_error&) {
        refused = true;
      }
      EXPECT_TRUE(refused);
    };
    await(awaits_twice());
  });
}

TEST_F(CoTask, SpawnOutsideOfACoroutineIsALogicErrorAndFreesIt) {
  int alive = 0;
  const auto body = [](counted) -> co_task<> { co_return; };
  EXPECT_THROW(spawn(body(counted(alive))), std::logic_error);
  EXPECT_THROW(await(body(counted(alive))), std::logic_error);
  EXPECT_EQ(alive, 0);
}

// ---- frames

TEST_F(CoTask, FrameOfAnUnstartedOneIsFreed) {
  int alive = 0;
  const auto body = [](counted c) -> co_task<int> { co_return *c.count; };
  {
    const co_task<int> t = body(counted(alive));
    EXPECT_EQ(alive, 1);
  }
  EXPECT_EQ(alive, 0);
  sim.run([&] {
    spawn(body(counted(alive))).cancel();
    yield();
    EXPECT_EQ(alive, 0);
    spawn_after(1h, body(counted(alive)));
  });
  EXPECT_EQ(alive, 0);
}

TEST_F(CoTask, FramesAreFreedBeforeCallbacksAndJoiners) {
  sim.run([] {
    int alive = 0;
    int at_callback = -1;
    const auto body = [](counted) -> co_task<> { co_await sleep(1ms); };
    const auto outer = [body](int& count) -> co_task<> {
      const counted mine(count);
      co_await body(counted(count));
      EXPECT_EQ(count, 1);
      co_await body(counted(count));
    };
    const task<> t = spawn(outer(alive));
    t.on_done([&] { at_callback = alive; });
    t.join();
    EXPECT_EQ(at_callback, 0);
  });
}

TEST_F(CoTask, FramesOfAFailedChainAreFreed) {
  int alive = 0;
  struct chain {
    static co_task<> down(int n, int& count) {
      const counted mine(count);
      if (n == 0) co_await fail();
      co_await down(n - 1, count);
    }
  };
  sim.run([&] {
    const task<> t = spawn(chain::down(10, alive));
    t.join();
    EXPECT_EQ(alive, 0);
    EXPECT_NE(t.exception(), nullptr);
  });
}

TEST_F(CoTask, AHundredThousandLevelsDoNotGrowTheStack) {
  sim.run([] {
    EXPECT_EQ(spawn(depth(100'000)).get(), 100'000);
    EXPECT_EQ(await(depth(100'000)), 100'000);
    EXPECT_THROW(await(fail_at_depth(20'000)), std::out_of_range);
  });
}

TEST_F(CoTask, ManyAwaitsThatNeedNotWaitDoNotGrowTheStack) {
  sim.run([]() -> co_task<> {
    std::int64_t sum = 0;
    for (int i = 0; i < 200'000; ++i) sum += co_await value(1);
    EXPECT_EQ(sum, 200'000);
  });
}

TEST_F(CoTask, AHundredThousandAliveHaveNoStacks) {
  sim.run([] {
    std::vector<task<int>> all;
    for (int i = 0; i < 100'000; ++i) all.push_back(spawn(later(i)));
    yield();
    std::int64_t sum = 0;
    for (const task<int>& t : all) sum += t.get();
    EXPECT_EQ(sum, 100'000LL * 99'999 / 2);
  });
}

}  // namespace
}  // namespace weft
