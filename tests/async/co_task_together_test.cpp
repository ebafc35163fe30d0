// co_task with tasks, futures, fds, groups and other threads; forbidden operations.
#include "weft/co_task.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>
#include <chrono>
#include <exception>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/expected_leaks.hpp"
#include "support/recorded.hpp"
#include "weft/as_completed.hpp"
#include "weft/event.hpp"
#include "weft/gather.hpp"
#include "weft/io.hpp"
#include "weft/mutex.hpp"
#include "weft/queue.hpp"
#include "weft/task_group.hpp"
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

class CoTaskTogether : public testing::Test {
 protected:
  simulation sim;
};

// ---- forbidden operations

template <class F>
bool is_refused(F&& f) {
  try {
    f();
  } catch (const std::logic_error& e) {
    return std::string(e.what()).find("co_await") != std::string::npos;
  }
  return false;
}

co_task<> try_to_block(task<int> unfinished, mutex& held, event& unset, queue<int>& empty) {
  EXPECT_TRUE(is_refused([] { yield(); }));
  EXPECT_TRUE(is_refused([] { sleep_for(1s); }));
  EXPECT_TRUE(is_refused([] { wait_readable(5); }));
  EXPECT_TRUE(is_refused([&] { unfinished.join(); }));
  EXPECT_TRUE(is_refused([&] { unfinished.get(); }));
  EXPECT_TRUE(is_refused([&] { held.lock(); }));
  EXPECT_TRUE(is_refused([&] { unset.wait(); }));
  EXPECT_TRUE(is_refused([&] { empty.get(); }));
  EXPECT_TRUE(is_refused([] { await(sleep(1s)); }));
  EXPECT_TRUE(is_refused([] { await(later(1)); }));
  // Calls that need not wait are allowed.
  EXPECT_FALSE(unfinished.join_for(0s));
  EXPECT_FALSE(held.try_lock());
  EXPECT_EQ(await(value(6)), 6);
  co_await sleep(1ms);
  EXPECT_TRUE(is_refused([] { yield(); }));
}

TEST_F(CoTaskTogether, WaitThatWouldSuspendIsALogicError) {
  sim.run([] {
    mutex held;
    event unset;
    queue<int> empty;
    event release;
    const task<int> unfinished = spawn([&] {
      held.lock();
      release.wait();
      held.unlock();
      sleep_for(1h);
      return 0;
    });
    yield();
    spawn(try_to_block(unfinished, held, unset, empty)).get();
    await(try_to_block(unfinished, held, unset, empty));
    release.set();
    // No waiter list has the coroutine any more, and it may wait again.
    held.lock();
    held.unlock();
    unset.set();
    unset.wait();
    empty.put(1);
    EXPECT_EQ(empty.get(), 1);
    unfinished.kill();
  });
}

TEST_F(CoTaskTogether, CallbackMustNotAwait) {
  std::vector<std::string> lines;
  const unhandled_handler before =
      set_unhandled_handler([&](std::exception_ptr, std::string_view line) { lines.emplace_back(line); });
  sim.run([] {
    const task<int> a = spawn(later(1));
    a.on_done([] { await(later(2)); });
    a.on_done([] { sleep_for(1s); });
    EXPECT_EQ(a.get(), 1);
  });
  set_unhandled_handler(before);
  EXPECT_EQ(lines.size(), 2u);
}

TEST_F(CoTaskTogether, JoiningOneselfIsADeadlockError) {
  sim.run([] {
    spawn([]() -> co_task<> {
      bool refused = false;
      try {
        co_await this_coroutine::self();
      } catch (const deadlock_error&) {
        refused = true;
      }
      EXPECT_TRUE(refused);
    }).get();
  });
}

// ---- together with the others

TEST_F(CoTaskTogether, StackfulAndStacklessJoinEachOther) {
  sim.run([] {
    const task<int> a = spawn(later(1));
    const task<int> b = spawn([a] { return a.get() + 1; });
    const task<int> c = spawn([b]() -> co_task<int> { co_return co_await b + 1; });
    const task<int> d = spawn([c] { return await(c) + 1; });
    EXPECT_EQ(d.get(), 4);
  });
}

TEST_F(CoTaskTogether, AwaitsFutures) {
  sim.run([] {
    promise<int> p;
    const future<int> f = p.get_future();
    const auto reads = [f]() -> co_task<int> { co_return co_await f; };
    const task<int> a = spawn(reads);
    const task<int> b = spawn([f] { return await(f); });
    promise<> broken;
    const task<> c = spawn([g = broken.get_future()]() -> co_task<> { co_await g; });
    promise<> dropped;
    const task<> d = spawn([g = dropped.get_future()]() -> co_task<> { co_await g; });
    yield();
    EXPECT_EQ(a.status(), task_status::running);
    p.set_value(4);
    broken.set_exception(std::make_exception_ptr(std::range_error("set")));
    dropped.get_future().cancel();
    EXPECT_EQ(a.get() + b.get(), 8);
    EXPECT_THROW(c.get(), std::range_error);
    EXPECT_THROW(d.get(), task_cancelled);
    EXPECT_EQ(await(reads()), 4);
  });
}

TEST_F(CoTaskTogether, IsWokenByOtherThreadsAlsoWhileItIsCancelled) {
  for (int round = 0; round < 50; ++round) {
    std::vector<promise<int>> promises(8);
    std::vector<future<int>> futures;
    for (promise<int>& p : promises) futures.push_back(p.get_future());
    std::thread setter([&] {
      for (std::size_t i = 0; i < promises.size(); ++i) promises[i].set_value(static_cast<int>(i));
    });
    run([&]() -> co_task<> {
      std::vector<task<int>> readers;
      for (const future<int>& f : futures) {
        const auto reads = [](future<int> from) -> co_task<int> { co_return co_await from; };
        readers.push_back(spawn(reads(f)));
      }
      co_await yielded();
      readers[5].cancel();
      for (std::size_t i = 0; i < readers.size(); ++i) {
        int got = -1;
        try {
          got = co_await readers[i];
        } catch (const task_cancelled&) {
          got = 5;
        }
        EXPECT_EQ(got, static_cast<int>(i));
      }
    });
    setter.join();
  }
}

TEST_F(CoTaskTogether, WhatHasNoFormForCoAwaitGetsAStack) {
  sim.run([] {
    queue<int> items;
    const auto consumer = [](queue<int>& from) -> co_task<int> {
      const int first = co_await spawn([&] { return from.get(); });
      const int second = co_await spawn([&] { return from.get(); });
      co_return 10 * first + second;
    };
    const task<int> t = spawn(consumer(items));
    yield();
    items.put(4);
    items.put(2);
    EXPECT_EQ(t.get(), 42);
  });
}

TEST_F(CoTaskTogether, AwaitingAnEmptyHandleIsALogicError) {
  sim.run([] {
    EXPECT_THROW(await([]() -> co_task<> { co_await task<int>(); }()), std::logic_error);
    EXPECT_THROW(await([]() -> co_task<> { co_await future<int>(); }()), std::logic_error);
  });
}

TEST_F(CoTaskTogether, WaitsForFds) {
  sim.run([&] {
    std::vector<std::string> story;
    const task<> r = spawn([&]() -> co_task<> {
      co_await readable(5);
      story.push_back("readable");
      co_await writable(6);
      story.push_back("writable");
    });
    spawn([&]() -> co_task<> {
      co_await sleep(1ms);
      sim.poller.make_readable(5);
      co_await sleep(1ms);
      story.push_back("2 ms");
      sim.poller.make_writable(6);
    });
    r.get();
    EXPECT_THAT(story, ElementsAre("readable", "2 ms", "writable"));
  });
}

TEST_F(CoTaskTogether, ClosedFdIsECANCELED) {
  sim.run([] {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const task<> t = spawn([fd = ends[0]]() -> co_task<> { co_await readable(fd); });
    yield();
    close(ends[0]);
    ::close(ends[1]);
    try {
      t.get();
      ADD_FAILURE();
    } catch (const std::system_error& e) {
      EXPECT_EQ(e.code().value(), ECANCELED);
    }
    EXPECT_THROW(await([]() -> co_task<> { co_await readable(-1); }()), std::system_error);
  });
}

TEST_F(CoTaskTogether, HopelessWaitIsADeadlockErrorThatNamesIt) {
  try {
    sim.run([]() -> co_task<> {
      const task<> never = spawn("never", [] {
        event e;
        e.wait();
      });
      // A separate statement: co_task.hpp says what GCC 12 does to temporaries in a co_await.
      const task<> waits = spawn("waits", [never]() -> co_task<> { co_await never; });
      co_await waits;
    });
    ADD_FAILURE();
  } catch (const deadlock_error& e) {
    EXPECT_THAT(e.what(), HasSubstr("waits: join on task, owned by"));
  }
}

TEST_F(CoTaskTogether, LeftOversAreCancelledWhenMainEnds) {
  int alive = 0;
  bool seen = false;
  sim.run([&] {
    spawn([c = counted(alive), &seen]() -> co_task<> {
      try {
        co_await sleep(1h);
      } catch (const cancelled&) {
        seen = true;
        throw;
      }
    });
    yield();
  });
  EXPECT_TRUE(seen);
  EXPECT_EQ(alive, 0);
}

TEST_F(CoTaskTogether, OneThatBlocksWithoutHopeWhenMainHasEndedIsGivenUpAndNotUnwound) {
  const support::expected_leaks leaks;
  int alive = 0;
  task<> given_up;
  EXPECT_THROW(sim.run([&] {
    promise<> never;
    given_up =
        spawn([&alive, f = never.get_future(), p = std::make_shared<promise<>>(std::move(never))]() -> co_task<> {
          const counted mine(alive);
          const cancel_shield shield;
          co_await f;
        });
    yield();
  }),
               deadlock_error);
  EXPECT_EQ(given_up.status(), task_status::failed);
  given_up = {};
  EXPECT_EQ(alive, 1);
}

TEST_F(CoTaskTogether, GroupsAndGatherTakeThem) {
  sim.run([]() -> co_task<> {
    task_group group;
    const task<int> a = group.spawn(later(1));
    const task<int> b = group.spawn("b", []() -> co_task<int> { co_return 2; });
    co_await sleep(2ms);
    group.join();
    EXPECT_EQ(a.get() + b.get(), 3);
  });
  sim.run([] {
    const auto [a, b, c] = gather(spawn(later(1)), spawn([] { return 2; }), spawn(value(3)));
    EXPECT_EQ(a + b + c, 6);
    const std::vector<task<int>> all{spawn(later(1)), spawn(value(2)), spawn(later(3))};
    std::vector<int> order;
    for (const task<int>& t : as_completed(all)) order.push_back(t.get());
    EXPECT_THAT(order, ElementsAre(2, 1, 3));
    EXPECT_EQ(wait(all).done.size(), 3u);
  });
}

TEST_F(CoTaskTogether, CountersCountThemAsAllOthers) {
  sim.run([] {
    const run_stats before = stats();
    const auto twice = []() -> co_task<> {
      co_await yielded();
      co_await yielded();
    };
    const task<> a = spawn(twice());
    const task<> b = spawn(twice());
    const task<> c = spawn(fail());
    const task<> d = spawn(later(1));
    d.cancel();
    a.join();
    b.join();
    c.join();
    d.join();
    const run_stats after = stats();
    EXPECT_EQ(after.spawned - before.spawned, 4u);
    EXPECT_EQ(after.finished - before.finished, 4u);
    EXPECT_EQ(after.failed - before.failed, 1u);
    EXPECT_EQ(after.cancelled - before.cancelled, 1u);
    EXPECT_NE(c.exception(), nullptr);
  });
}

TEST_F(CoTaskTogether, AloneItYieldsWithoutASwitch) {
  sim.run([]() -> co_task<> {
    const std::uint64_t before = stats().switches;
    for (int i = 0; i < 1000; ++i) co_await yielded();
    EXPECT_EQ(stats().switches, before);
  });
}

}  // namespace
}  // namespace weft
