// Misuse gives a clear error at once and changes nothing: one test for each kind and its message.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

#include "support/recorded.hpp"
#include "weft/barrier.hpp"
#include "weft/condition_variable.hpp"
#include "weft/event.hpp"
#include "weft/future.hpp"
#include "weft/generator.hpp"
#include "weft/greenlet.hpp"
#include "weft/mutex.hpp"
#include "weft/pool.hpp"
#include "weft/queue.hpp"
#include "weft/recursive_mutex.hpp"
#include "weft/run.hpp"
#include "weft/select.hpp"
#include "weft/semaphore.hpp"
#include "weft/shared_mutex.hpp"
#include "weft/this_coroutine.hpp"
#include "weft/timeout.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;
using support::simulation;
using testing::AllOf;
using testing::HasSubstr;

// Returns the message of an E that f throws; "" if it throws none.
template <class E, class F>
std::string said(F&& f) {
  try {
    f();
  } catch (const E& e) {
    return e.what();
  }
  return {};
}

class Misuse : public testing::Test {
 protected:
  simulation sim;
};

TEST_F(Misuse, LockingAPlainMutexTwice) {
  sim.run([] {
    mutex m{"accounts"};
    m.lock();
    EXPECT_THAT(said<deadlock_error>([&] { m.lock(); }), HasSubstr("mutex 'accounts'"));
    EXPECT_FALSE(m.try_lock());
    m.unlock();
    EXPECT_TRUE(m.try_lock());
    m.unlock();
  });
}

TEST_F(Misuse, UnlockingWhatAnotherHolds) {
  sim.run([] {
    mutex m{"accounts"};
    const auto holder = spawn([&] {
      m.lock();
      sleep_for(1s);
      m.unlock();
    });
    yield();
    EXPECT_THAT(said<std::logic_error>([&] { m.unlock(); }), HasSubstr("mutex 'accounts'"));
    EXPECT_FALSE(m.try_lock());
    EXPECT_NO_THROW(holder.get());
    EXPECT_FALSE(said<std::logic_error>([&] { m.unlock(); }).empty());
    recursive_mutex r;
    EXPECT_FALSE(said<std::logic_error>([&] { r.unlock(); }).empty());
    shared_mutex s;
    EXPECT_FALSE(said<std::logic_error>([&] { s.unlock(); }).empty());
  });
}

TEST_F(Misuse, ReleasingMoreThanThereWas) {
  sim.run([] {
    bounded_semaphore s{2, "slots"};
    EXPECT_THAT(said<std::logic_error>([&] { s.release(); }), HasSubstr("semaphore 'slots'"));
    EXPECT_EQ(s.value(), 2);
    queue<int> q{"orders"};
    EXPECT_THAT(said<std::logic_error>([&] { q.task_done(); }), HasSubstr("queue 'orders'"));
  });
}

TEST_F(Misuse, WaitingOnAConditionWithoutItsLock) {
  sim.run([] {
    mutex m;
    condition_variable changed;
    std::unique_lock lock(m, std::defer_lock);
    EXPECT_FALSE(said<std::logic_error>([&] { changed.wait(lock); }).empty());
    EXPECT_TRUE(m.try_lock());
    m.unlock();
  });
}

TEST_F(Misuse, SendingToAJustStartedGenerator) {
  generator<int, int> g{[](auto& y) { y(y(1)); }};
  EXPECT_EQ(said<std::logic_error>([&] { g.send(5); }), "can't send non-None value to a just-started generator");
  EXPECT_EQ(g.next(), 1);
  EXPECT_EQ(g.send(2), 2);
}

TEST_F(Misuse, AskingAGeneratorForTheNextFromInsideOfIt) {
  generator<int>* self = nullptr;
  std::string error;
  generator<int> g{[&](auto& y) {
    error = said<std::logic_error>([&] { self->next(); });
    y(1);
  }};
  self = &g;
  EXPECT_EQ(g.next(), 1);
  EXPECT_EQ(error, "generator already executing");
}

TEST_F(Misuse, SwitchingToAGreenletOfAnotherThread) {
  greenlet<int> g{[](int i) { return i; }};
  std::string error;
  std::thread other([&] { error = said<std::logic_error>([&] { g.switch_to(1); }); });
  other.join();
  EXPECT_THAT(error, HasSubstr("different thread"));
  EXPECT_FALSE(g.started());
  EXPECT_EQ(g.switch_to(2), 2);
}

TEST_F(Misuse, JoiningOneself) {
  sim.run([] {
    const auto me = this_coroutine::self();
    EXPECT_THAT(said<deadlock_error>([&] { me.join(); }), AllOf(HasSubstr("main"), HasSubstr("its own end")));
    EXPECT_THAT(said<deadlock_error>([&] { me.get(); }), HasSubstr("its own end"));
  });
}

TEST_F(Misuse, SpawningOutsideOfRun) {
  EXPECT_THAT(said<std::logic_error>([] { spawn([] {}); }), HasSubstr("outside of a coroutine"));
  EXPECT_THAT(said<std::logic_error>([] { spawn_after(1s, [] {}); }), HasSubstr("outside of a coroutine"));
  EXPECT_THAT(said<std::logic_error>([] { timeout_scope scope(1s); }), HasSubstr("outside of a coroutine"));
  EXPECT_THAT(said<std::logic_error>([] { cancel_shield shield; }), HasSubstr("outside of a coroutine"));
  EXPECT_THAT(said<std::logic_error>([] { this_coroutine::self(); }), HasSubstr("outside of a coroutine"));
  pool p(1);
  EXPECT_THAT(said<std::logic_error>([&] { p.spawn([] {}); }), HasSubstr("outside of a coroutine"));
}

TEST_F(Misuse, WaitingOutsideOfRunBlocksTheThreadAndEnds) {
  event e;
  EXPECT_FALSE(e.wait_for(1ms));
  queue<int> q;
  EXPECT_EQ(q.get_for(1ms), std::nullopt);
  channel<int> c;
  EXPECT_EQ(select(on_receive(c, [] {}), after(1ms, [] {})), 1U);
  promise<int> p;
  EXPECT_THROW(p.get_future().get_for(1ms), timeout_error);
  EXPECT_EQ(this_coroutine::id(), 0U);
}

TEST_F(Misuse, RunInsideARun) {
  sim.run([] { EXPECT_THAT(said<std::logic_error>([] { run([] {}); }), HasSubstr("inside a coroutine")); });
}

TEST_F(Misuse, WaitingInACallback) {
  std::string error;
  sim.run([&] {
    const auto t = spawn([] {});
    t.on_done([&] { error = said<std::logic_error>([] { sleep_for(1s); }); });
    t.join();
  });
  EXPECT_EQ(error, "a callback must not wait");
}

TEST_F(Misuse, UsingAnEmptyTask) {
  const task<int> none;
  EXPECT_FALSE(said<std::logic_error>([&] { none.join(); }).empty());
  EXPECT_FALSE(said<std::logic_error>([&] { none.get(); }).empty());
  EXPECT_FALSE(said<std::logic_error>([&] { none.cancel(); }).empty());
  EXPECT_FALSE(said<std::logic_error>([&] { static_cast<void>(none.id()); }).empty());
}

}  // namespace
}  // namespace weft
