// promise and future: the four states, errors, callbacks, in coroutines and threads.
#include "weft/future.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

#include "support/recorded.hpp"
#include "weft/latch.hpp"
#include "weft/task.hpp"
#include "weft/this_coroutine.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;
using support::simulation;
using testing::ElementsAre;
using testing::HasSubstr;

// Collects the lines for the unhandled handler while it exists.
class unhandled_errors {
 public:
  unhandled_errors()
      : before_(
            set_unhandled_handler([this](std::exception_ptr, std::string_view line) { lines.emplace_back(line); })) {}
  ~unhandled_errors() { set_unhandled_handler(before_); }
  std::vector<std::string> lines;

 private:
  unhandled_handler before_;
};

template <class F>
std::error_code code_of(F&& f) {
  try {
    f();
  } catch (const std::future_error& e) {
    return e.code();
  }
  return {};
}

class Future : public testing::Test {
 protected:
  simulation sim;
};

TEST_F(Future, IsPendingThenDone) {
  promise<int> p;
  const future<int> f = p.get_future();
  EXPECT_EQ(f.status(), task_status::pending);
  EXPECT_FALSE(f.finished());
  p.set_value(4);
  EXPECT_EQ(f.status(), task_status::done);
  EXPECT_TRUE(f.finished());
  EXPECT_TRUE(f.successful());
  EXPECT_EQ(f.exception(), nullptr);
  EXPECT_EQ(f.get(), 4);
}

TEST_F(Future, GetWaitsForTheValue) {
  const std::string text = support::decisions(support::record(sim, [] {
    promise<int> p;
    const auto reader = spawn("reader", [f = p.get_future()] { EXPECT_EQ(f.get(), 7); });
    yield();
    p.set_value(7);
    reader.join();
  }));
  EXPECT_EQ(text, R"(
nobody: spawn main
nobody: enter -> main
main: spawn reader
main: yield -> reader
reader: block future -> main
main: wake reader granted
main: block join -> reader
reader: wake main granted
reader: finish done -> main
main: finish done -> nobody
)");
}

TEST_F(Future, SeveralReadersGetTheSameValue) {
  sim.run([] {
    promise<std::string> p;
    std::vector<task<std::string>> readers;
    for (int i = 0; i < 3; ++i) readers.push_back(spawn([f = p.get_future()] { return f.get(); }));
    yield();
    p.set_value("shared");
    for (const auto& r : readers) EXPECT_EQ(r.get(), "shared");
    EXPECT_EQ(p.get_future().get(), "shared");
  });
}

TEST_F(Future, WaitersWakeInOrderOfArrival) {
  std::vector<int> order;
  sim.run([&] {
    promise<void> p;
    std::vector<task<>> waiters;
    for (int i = 0; i < 3; ++i) {
      waiters.push_back(spawn([&, i, f = p.get_future()] {
        f.wait();
        order.push_back(i);
      }));
    }
    yield();
    p.set_value();
    for (const auto& w : waiters) w.join();
  });
  EXPECT_THAT(order, ElementsAre(0, 1, 2));
}

TEST_F(Future, AMoveOnlyValueIsGotOnce) {
  promise<std::unique_ptr<int>> p;
  const auto f = p.get_future();
  p.set_value(std::make_unique<int>(3));
  EXPECT_EQ(*f.get(), 3);
  EXPECT_THROW(f.get(), std::logic_error);
}

TEST_F(Future, RethrowsTheSameExceptionObjectEachTime) {
  promise<int> p;
  const auto f = p.get_future();
  p.set_exception(std::make_exception_ptr(std::out_of_range("no such key")));
  EXPECT_EQ(f.status(), task_status::failed);
  const std::exception* seen[2] = {nullptr, nullptr};
  for (auto& s : seen) {
    try {
      f.get();
    } catch (const std::out_of_range& e) {
      s = &e;
    }
  }
  EXPECT_NE(seen[0], nullptr);
  EXPECT_EQ(seen[0], seen[1]);
  EXPECT_NE(f.exception(), nullptr);
}

TEST_F(Future, ASecondSetThrowsAndTheFirstStays) {
  promise<int> p;
  const auto f = p.get_future();
  p.set_value(1);
  EXPECT_EQ(code_of([&] { p.set_value(2); }), std::future_errc::promise_already_satisfied);
  EXPECT_EQ(code_of([&] { p.set_exception(std::make_exception_ptr(std::runtime_error("late"))); }),
            std::future_errc::promise_already_satisfied);
  EXPECT_FALSE(p.try_set_value(3));
  EXPECT_EQ(f.get(), 1);
}

TEST_F(Future, ATrySetThatIsRefusedDoesNotMove) {
  promise<std::unique_ptr<int>> p;
  p.set_value(nullptr);
  auto value = std::make_unique<int>(5);
  EXPECT_FALSE(p.try_set_value(std::move(value)));
  EXPECT_NE(value, nullptr);
}

TEST_F(Future, CancelEndsItForReadersAndPromise) {
  promise<int> p{"answer"};
  const auto f = p.get_future();
  EXPECT_FALSE(p.cancelled());
  EXPECT_TRUE(f.cancel());
  EXPECT_FALSE(f.cancel());
  EXPECT_TRUE(p.cancelled());
  EXPECT_EQ(f.status(), task_status::cancelled);
  EXPECT_THROW(f.get(), task_cancelled);
  EXPECT_THROW(std::rethrow_exception(f.exception()), task_cancelled);
  EXPECT_EQ(code_of([&] { p.set_value(2); }), std::future_errc::promise_already_satisfied);
  EXPECT_FALSE(p.try_set_value(2));
}

TEST_F(Future, CancelAfterTheEndIsRefused) {
  promise<int> p;
  p.set_value(1);
  EXPECT_FALSE(p.get_future().cancel());
  EXPECT_EQ(p.get_future().get(), 1);
}

TEST_F(Future, CancelWakesWaitersWithTaskCancelled) {
  sim.run([] {
    promise<int> p{"answer"};
    const auto waiter = spawn([f = p.get_future()] {
      try {
        f.get();
        return std::string("value");
      } catch (const task_cancelled& e) {
        return std::string(e.what());
      }
    });
    yield();
    p.get_future().cancel();
    EXPECT_EQ(waiter.get(), "future 'answer' was cancelled");
  });
}

TEST_F(Future, CancellingAWaiterDoesNotTouchTheFuture) {
  sim.run([] {
    promise<int> p;
    const auto f = p.get_future();
    const auto waiter = spawn([f] { f.get(); });
    yield();
    EXPECT_TRUE(waiter.kill());
    EXPECT_EQ(f.status(), task_status::pending);
    p.set_value(2);
    EXPECT_EQ(f.get(), 2);
  });
}

TEST_F(Future, ADroppedPromiseBreaksAndWakesAll) {
  sim.run([] {
    auto p = std::make_unique<promise<int>>();
    const auto f = p->get_future();
    const auto waiter = spawn([f] { return code_of([&] { f.get(); }); });
    yield();
    p.reset();
    EXPECT_EQ(waiter.get(), std::future_errc::broken_promise);
    EXPECT_EQ(f.status(), task_status::failed);
  });
}

TEST_F(Future, ABrokenPromiseIsNotReported) {
  const unhandled_errors errors;
  { promise<int> dropped; }
  EXPECT_THAT(errors.lines, ElementsAre());
}

TEST_F(Future, AnErrorThatNobodyReadsIsReportedOnce) {
  const unhandled_errors errors;
  {
    promise<int> p{"config"};
    const auto f = p.get_future();
    p.set_exception(std::make_exception_ptr(std::runtime_error("unreadable")));
    f.wait();
  }
  EXPECT_THAT(errors.lines, ElementsAre(HasSubstr("future 'config': std::runtime_error: unreadable")));
}

TEST_F(Future, AMovedPromiseKeepsItsFuture) {
  promise<int> first;
  const auto f = first.get_future();
  promise<int> second = std::move(first);
  EXPECT_FALSE(first.valid());
  EXPECT_EQ(code_of([&] { first.get_future(); }), std::future_errc::no_state);
  EXPECT_EQ(code_of([&] { first.set_value(1); }), std::future_errc::no_state);
  second.set_value(6);
  EXPECT_EQ(f.get(), 6);
}

TEST_F(Future, MoveAssignmentBreaksThePromiseThatWasThere) {
  promise<int> p;
  const auto f = p.get_future();
  p = promise<int>();
  EXPECT_EQ(code_of([&] { f.get(); }), std::future_errc::broken_promise);
}

TEST_F(Future, AnEmptyOneThrowsLogicErrors) {
  const future<int> f;
  EXPECT_FALSE(f.valid());
  EXPECT_FALSE(static_cast<bool>(f));
  EXPECT_THROW(f.get(), std::logic_error);
  EXPECT_THROW(f.wait(), std::logic_error);
  EXPECT_THROW(f.cancel(), std::logic_error);
  EXPECT_THROW(f.on_done([] {}), std::logic_error);
  EXPECT_EQ(code_of([&] { static_cast<void>(f.status()); }), std::future_errc::no_state);
}

TEST_F(Future, CallbacksRunInsideSetValueBeforeTheWaiters) {
  std::vector<std::string> order;
  sim.run([&] {
    promise<int> p;
    const auto f = p.get_future();
    const auto waiter = spawn([&] {
      f.wait();
      order.push_back("waiter");
    });
    yield();
    f.on_done([&](const future<int>& ended) { order.push_back("first " + std::to_string(ended.get())); });
    f.on_done([&] { order.push_back("second"); });
    p.set_value(8);
    order.push_back("set");
    waiter.join();
  });
  EXPECT_THAT(order, ElementsAre("first 8", "second", "set", "waiter"));
}

TEST_F(Future, ACallbackOnAnEndedFutureRunsAtOnce) {
  promise<void> p;
  p.set_value();
  bool called = false;
  p.get_future().on_done([&] { called = true; });
  EXPECT_TRUE(called);
}

TEST_F(Future, ARemovedCallbackIsNotCalled) {
  promise<void> p;
  const auto f = p.get_future();
  bool called = false;
  const callback_id id = f.on_done([&] { called = true; });
  EXPECT_TRUE(f.remove_callback(id));
  EXPECT_FALSE(f.remove_callback(id));
  p.set_value();
  EXPECT_FALSE(called);
}

TEST_F(Future, ACallbackMayRemoveALaterOne) {
  promise<void> p;
  const auto f = p.get_future();
  std::vector<int> order;
  callback_id second;
  f.on_done([&] {
    order.push_back(1);
    EXPECT_TRUE(f.remove_callback(second));
  });
  second = f.on_done([&] { order.push_back(2); });
  f.on_done([&] { order.push_back(3); });
  p.set_value();
  EXPECT_THAT(order, ElementsAre(1, 3));
}

TEST_F(Future, AThrowingCallbackStopsNobody) {
  const unhandled_errors errors;
  promise<int> p{"count"};
  const auto f = p.get_future();
  bool second = false;
  f.on_done([] { throw std::runtime_error("callback"); });
  f.on_done([&] { second = true; });
  p.set_value(1);
  EXPECT_TRUE(second);
  EXPECT_EQ(f.get(), 1);
  EXPECT_THAT(errors.lines, ElementsAre(HasSubstr("a callback of future 'count': std::runtime_error: callback")));
}

TEST_F(Future, ACallbackMustNotWait) {
  const unhandled_errors errors;
  sim.run([] {
    promise<void> p;
    p.get_future().on_done([] { sleep_for(1s); });
    p.set_value();
  });
  EXPECT_THAT(errors.lines, ElementsAre(HasSubstr("a callback must not wait")));
}

TEST_F(Future, ACallbackMayDropThePromise) {
  auto p = std::make_unique<promise<int>>();
  auto f = std::make_unique<future<int>>(p->get_future());
  f->on_done([&] {
    p.reset();
    f.reset();
  });
  p->set_value(1);
  EXPECT_EQ(p, nullptr);
}

TEST_F(Future, ACallbackMaySetAnotherPromise) {
  promise<int> first;
  promise<int> second;
  first.get_future().on_done([&](const future<int>& f) { second.set_value(f.get() + 1); });
  first.set_value(1);
  EXPECT_EQ(second.get_future().get(), 2);
}

TEST_F(Future, GetForThrowsTimeoutErrorAndStaysPending) {
  sim.run([] {
    promise<int> p;
    const auto f = p.get_future();
    EXPECT_THROW(f.get_for(10ms), timeout_error);
    EXPECT_THROW(f.get_for(0ms), timeout_error);
    EXPECT_FALSE(f.wait_for(10ms));
    EXPECT_FALSE(f.wait_until(std::chrono::steady_clock::now()));
    p.set_value(1);
    EXPECT_EQ(f.get_for(0ms), 1);
    EXPECT_TRUE(f.wait_for(0ms));
  });
}

TEST_F(Future, ACancelledThatIsSetCancels) {
  promise<int> p;
  p.set_exception(std::make_exception_ptr(cancelled{}));
  EXPECT_EQ(p.get_future().status(), task_status::cancelled);
}

TEST_F(Future, ANullExceptionIsRefused) {
  promise<int> p;
  EXPECT_THROW(p.set_exception(nullptr), std::invalid_argument);
  p.set_value(1);
}

TEST_F(Future, AValueWhoseCopyThrowsLeavesItPending) {
  struct brittle {
    explicit brittle(bool t) : throws(t) {}
    brittle(const brittle& other) : throws(other.throws) {
      if (throws) throw std::runtime_error("copy");
    }
    bool throws;
  };
  promise<brittle> p;
  const brittle bad(true);
  EXPECT_THROW(p.set_value(bad), std::runtime_error);
  EXPECT_EQ(p.get_future().status(), task_status::pending);
  p.set_value(brittle(false));
  EXPECT_FALSE(p.get_future().get().throws);
}

TEST_F(Future, ValuesAreConverted) {
  promise<std::string> p;
  p.set_value("literal");
  EXPECT_EQ(p.get_future().get(), "literal");
  promise<std::vector<int>> q;
  q.set_value({1, 2, 3});
  EXPECT_THAT(q.get_future().get(), ElementsAre(1, 2, 3));
}

TEST_F(Future, ConvertsToOneWithoutAValue) {
  promise<int> p;
  const future<> f = p.get_future();
  p.set_exception(std::make_exception_ptr(std::out_of_range("x")));
  EXPECT_THROW(f.get(), std::out_of_range);
}

TEST_F(Future, ComparesAndHashesByIdentity) {
  promise<int> p;
  promise<int> q;
  EXPECT_EQ(p.get_future(), p.get_future());
  EXPECT_NE(p.get_future(), q.get_future());
  EXPECT_EQ(std::unordered_set<future<int>>({p.get_future(), p.get_future(), q.get_future()}).size(), 2U);
}

TEST_F(Future, AHopelessWaitNamesIt) {
  promise<int> p{"answer"};
  try {
    sim.run([&] { p.get_future().get(); });
    FAIL() << "the wait ended";
  } catch (const deadlock_error& e) {
    EXPECT_THAT(e.what(), HasSubstr("main: future on future \"answer\""));
  }
}

// ---- real threads

TEST_F(Future, AReferenceMayBeAssignedOrDestroyedUnderItsWaiters) {
  sim.run([] {
    promise<int> first, second;
    auto f = std::make_unique<future<int>>(first.get_future());
    const auto reader = spawn([p = f.get()] { return p->get(); });
    const auto patient = spawn([p = f.get()] { return p->get_for(1s); });
    const auto waiter = spawn([p = f.get()] { return p->wait_for(1s); });
    yield();
    *f = second.get_future();
    f.reset();
    first.set_value(1);
    EXPECT_EQ(reader.get(), 1);
    EXPECT_EQ(patient.get(), 1);
    EXPECT_TRUE(waiter.get());
  });
}

TEST(FutureThreads, APlainThreadWaitsForACoroutine) {
  promise<int> p;
  int got = 0;
  std::thread reader([&, f = p.get_future()] { got = f.get(); });
  run([&] {
    sleep_for(1ms);
    p.set_value(11);
  });
  reader.join();
  EXPECT_EQ(got, 11);
}

TEST(FutureThreads, APlainThreadWaitsAtMostSoLong) {
  promise<int> p;
  EXPECT_FALSE(p.get_future().wait_for(1ms));
  EXPECT_THROW(p.get_future().get_for(1ms), timeout_error);
}

TEST(FutureThreads, ACoroutineWaitsForAPlainThread) {
  promise<std::string> p;
  latch waits{1};
  std::thread writer([&] {
    waits.wait();
    p.set_value("from outside");
  });
  EXPECT_EQ(run([&] {
              spawn([&] { waits.count_down(); });  // runs once main waits
              return p.get_future().get();
            }),
            "from outside");
  writer.join();
}

TEST(FutureThreads, TwoSchedulersExchangeValues) {
  constexpr int rounds = 200;
  std::vector<promise<int>> there(rounds);
  std::vector<promise<int>> back(rounds);
  std::thread other([&] {
    run([&] {
      for (int i = 0; i < rounds; ++i)
        back[static_cast<std::size_t>(i)].set_value(there[static_cast<std::size_t>(i)].get_future().get() * 2);
    });
  });
  run([&] {
    for (int i = 0; i < rounds; ++i) {
      there[static_cast<std::size_t>(i)].set_value(i);
      EXPECT_EQ(back[static_cast<std::size_t>(i)].get_future().get(), 2 * i);
    }
  });
  other.join();
}

TEST(FutureThreads, OneOfManySettersWins) {
  for (int round = 0; round < 50; ++round) {
    promise<int> p;
    const auto f = p.get_future();
    std::atomic<int> winners{0};
    std::vector<std::thread> setters;
    for (int i = 0; i < 3; ++i) {
      setters.emplace_back([&, i] {
        if (p.try_set_value(i)) ++winners;
      });
    }
    setters.emplace_back([&] {
      if (f.cancel()) ++winners;
    });
    f.wait();
    for (auto& s : setters) s.join();
    EXPECT_EQ(winners, 1);
  }
}

}  // namespace
}  // namespace weft
