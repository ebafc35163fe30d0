// co_await of foreign awaitables in co_tasks, and of weft's awaitables in foreign coroutines.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <coroutine>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/recorded.hpp"
#include "weft/co_task.hpp"
#include "weft/this_coroutine.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;
using support::simulation;
using testing::ElementsAre;
using testing::HasSubstr;

// Resumes the awaiting coroutine when fire() is called.
struct manual {
  std::coroutine_handle<> waiting;
  int value = 0;
  void fire(int v) {
    value = v;
    std::exchange(waiting, nullptr).resume();
  }
};
struct manual_wait {
  manual& on;
  bool await_ready() const { return false; }
  void await_suspend(std::coroutine_handle<> h) { on.waiting = h; }
  int await_resume() const {
    if (on.value < 0) throw std::domain_error("negative");
    return on.value;
  }
};
struct unmovable_wait : manual_wait {
  explicit unmovable_wait(manual& m) : manual_wait{m} {}
  unmovable_wait(unmovable_wait&&) = delete;
  ~unmovable_wait() { on.value = 1000; }
};
struct at_once {
  bool await_ready() const { return true; }
  void await_suspend(std::coroutine_handle<>) const { ADD_FAILURE(); }
  int await_resume() const { return 5; }
};
struct refuses_to_suspend {
  bool await_ready() const { return false; }
  bool await_suspend(std::coroutine_handle<>) const { return false; }
  std::unique_ptr<int> await_resume() const { return std::make_unique<int>(6); }
};
struct has_operator {
  int v;
  struct waits : at_once {
    int v;
    int await_resume() const { return v; }
  };
  waits operator co_await() const { return {{}, v}; }
};
struct gives_reference : at_once {
  int* target;
  int& await_resume() const { return *target; }
};

// A lazy coroutine as in other libraries: its end resumes the awaiting coroutine.
template <class T>
struct foreign_task {
  struct promise_type {
    std::coroutine_handle<> continuation;
    T value{};
    std::exception_ptr error;
    foreign_task get_return_object() { return foreign_task(std::coroutine_handle<promise_type>::from_promise(*this)); }
    std::suspend_always initial_suspend() noexcept { return {}; }
    struct at_end {
      bool await_ready() const noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<promise_type> h) noexcept {
        return h.promise().continuation;
      }
      void await_resume() const noexcept {}
    };
    at_end final_suspend() noexcept { return {}; }
    void return_value(T v) { value = std::move(v); }
    void unhandled_exception() { error = std::current_exception(); }
  };
  explicit foreign_task(std::coroutine_handle<promise_type> h) : frame(h) {}
  foreign_task(foreign_task&& o) noexcept : frame(std::exchange(o.frame, nullptr)) {}
  ~foreign_task() {
    if (frame) frame.destroy();
  }
  bool await_ready() const { return false; }
  std::coroutine_handle<> await_suspend(std::coroutine_handle<> h) {
    frame.promise().continuation = h;
    return frame;
  }
  T await_resume() {
    if (frame.promise().error) std::rethrow_exception(frame.promise().error);
    return std::move(frame.promise().value);
  }
  std::coroutine_handle<promise_type> frame;
};

class ForeignAwait : public testing::Test {
 protected:
  simulation sim;
  manual source;
};

TEST_F(ForeignAwait, WhatIsReadyAtOnceDoesNotSuspend) {
  sim.run([]() -> co_task<> {
    const std::uint64_t switches = stats().switches;
    spawn([] {});
    EXPECT_EQ(co_await at_once(), 5);
    EXPECT_EQ(*co_await refuses_to_suspend(), 6);
    const has_operator o{7};
    EXPECT_EQ(co_await o, 7);
    EXPECT_EQ(co_await has_operator{8}, 8);
    int target = 1;
    co_await gives_reference{{}, &target} = 9;
    EXPECT_EQ(target, 9);
    co_await std::suspend_never{};
    EXPECT_EQ(stats().switches, switches);
  });
}

TEST_F(ForeignAwait, IsWokenByAnotherCoroutine) {
  const diary::history h = support::record(sim, [&] {
    const task<int> t = spawn("waits", [&]() -> co_task<int> { co_return co_await manual_wait{source}; });
    yield();
    source.fire(3);
    yield();
    EXPECT_EQ(t.get(), 3);
  });
  EXPECT_EQ(support::decisions(h), R"(
nobody: spawn main
nobody: enter -> main
main: spawn waits
main: yield -> waits
waits: block awaitable -> main
main: wake waits granted
main: yield -> waits
waits: finish done -> main
main: finish done -> nobody
)");
  EXPECT_EQ(h.violation_count(), 0u);
}

TEST_F(ForeignAwait, ErrorOfTheAwaitableIsThrown) {
  sim.run([&] {
    const task<int> t = spawn([&]() -> co_task<int> { co_return co_await manual_wait{source}; });
    yield();
    source.fire(-1);
    EXPECT_THROW(t.get(), std::domain_error);
  });
}

TEST_F(ForeignAwait, IsWokenByAnotherThread) {
  EXPECT_EQ(run([&]() -> co_task<int> {
              struct thread_wait {
                manual& on;
                std::thread& thread;
                bool await_ready() const { return false; }
                void await_suspend(std::coroutine_handle<> h) {
                  std::thread& started = thread;  // the awaitable is destroyed once the thread has fired
                  on.waiting = h;
                  started = std::thread([this_on = &on] { this_on->fire(11); });
                }
                int await_resume() const { return on.value; }
              };
              std::thread helper;
              const std::uint64_t me = this_coroutine::id();
              const int got = co_await thread_wait{source, helper};
              EXPECT_EQ(this_coroutine::id(), me);
              helper.join();
              co_return got;
            }),
            11);
}

TEST_F(ForeignAwait, AwaitTakesThemToo) {
  sim.run([&] {
    EXPECT_EQ(await(at_once()), 5);
    const has_operator o{3};
    EXPECT_EQ(await(o), 3);
    spawn([&] { source.fire(4); });
    EXPECT_EQ(await(manual_wait{source}), 4);
  });
}

TEST_F(ForeignAwait, CancelledItGoesOnAtOnceAndTheAwaitableMayFireLater) {
  sim.run([&] {
    const task<int> t = spawn([&]() -> co_task<int> { co_return co_await manual_wait{source}; });
    yield();
    t.kill();
    EXPECT_EQ(t.status(), task_status::cancelled);
    source.fire(1);
  });
}

TEST_F(ForeignAwait, CancellationWaitsForATemporaryThatCannotBeMoved) {
  sim.run([&] {
    const task<int> t = spawn([&]() -> co_task<int> { co_return co_await unmovable_wait{source}; });
    yield();
    t.cancel();
    yield();
    EXPECT_EQ(t.status(), task_status::running);
    EXPECT_NE(source.value, 1000);
    source.fire(2);
    t.join();
    EXPECT_EQ(t.status(), task_status::cancelled);
    EXPECT_EQ(source.value, 1000);
  });
}

TEST_F(ForeignAwait, DestroyedByTheForeignSideIsALogicError) {
  sim.run([&] {
    const task<int> t = spawn([&]() -> co_task<int> { co_return co_await manual_wait{source}; });
    yield();
    source.waiting.destroy();
    EXPECT_THROW(t.get(), std::logic_error);
  });
}

TEST_F(ForeignAwait, ForeignCoroutineMayAwaitWhatIsOurs) {
  sim.run([&]() -> co_task<> {
    struct programs {
      static co_task<int> ours(int v) {
        co_await sleep(1ms);
        co_return v;
      }
      static foreign_task<int> theirs(manual& m) {
        co_await sleep(1ms);
        const int a = co_await ours(1);
        const int b = co_await spawn(ours(2));
        co_await yielded();
        const int c = co_await manual_wait{m};
        co_await sleep(1ms);
        co_return a + b + c;
      }
    };
    const task<> firing = spawn([&] {
      while (!source.waiting) sleep_for(1ms);
      source.fire(3);
    });
    // The resumption by fire() would run the foreign coroutine inside of the one that fires, where no co_task runs.
    bool refused = false;
    try {
      EXPECT_EQ(co_await programs::theirs(source), 6);
    } catch (const std::logic_error&) {
      refused = true;
    }
    EXPECT_TRUE(refused);
    firing.join_for(0s);
    co_await firing;
  });
}

TEST_F(ForeignAwait, ForeignCoroutineThatWaitsOnlyForOurs) {
  sim.run([&] {
    struct programs {
      static co_task<int> ours(int v) {
        co_await sleep(1ms);
        co_return v;
      }
      static foreign_task<int> theirs(int n) {
        if (n == 0) {
          co_await sleep(1ms);
          co_return co_await ours(1);
        }
        const int below = co_await theirs(n - 1);
        co_return below + co_await spawn(ours(1));
      }
      static foreign_task<int> fails() {
        co_await sleep(1ms);
        throw std::range_error("theirs");
      }
      static co_task<int> outer() { co_return co_await theirs(5); }
    };
    EXPECT_EQ(spawn(programs::outer()).get(), 6);
    EXPECT_EQ(await(programs::theirs(3)), 4);
    EXPECT_THROW(await(programs::fails()), std::range_error);
    const task<int> t = spawn(programs::outer());
    sleep_for(100us);
    t.kill();
    EXPECT_EQ(t.status(), task_status::cancelled);
  });
}

TEST_F(ForeignAwait, OursOutsideOfACoTaskIsALogicError) {
  struct eager {
    struct promise_type {
      eager get_return_object() { return {}; }
      std::suspend_never initial_suspend() noexcept { return {}; }
      std::suspend_never final_suspend() noexcept { return {}; }
      void return_void() {}
      void unhandled_exception() { throw; }
    };
  };
  const auto body = []() -> eager { co_await sleep(1ms); };
  EXPECT_THROW(body(), std::logic_error);
  sim.run([&] { EXPECT_THROW(body(), std::logic_error); });
}

}  // namespace
}  // namespace weft
