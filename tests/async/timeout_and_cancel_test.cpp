// Timeouts, shields, cancellations and deadlocks: which one comes first, and what remains of the others.
#include "weft/timeout.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <stdexcept>

#include "support/recorded.hpp"
#include "weft/event.hpp"
#include "weft/this_coroutine.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;
using support::simulation;

class TimeoutAndCancel : public testing::Test {
 protected:
  simulation sim;

  // Time passes without a suspension.
  void hog(std::chrono::nanoseconds d) { sim.clock.advance(d); }
};

// Returns the scope whose error f throws, or null.
template <class F>
const timeout_scope* scope_thrown_by(F&& f) {
  try {
    f();
  } catch (const timeout_error& e) {
    return e.scope();
  }
  return nullptr;
}

TEST_F(TimeoutAndCancel, AShieldInsideDefersIt) {
  sim.run([&] {
    timeout_scope limit(10ms);
    {
      const cancel_shield shield;
      sleep_for(20ms);
      yield();
      EXPECT_FALSE(limit.expired());
    }
    EXPECT_EQ(scope_thrown_by([] { yield(); }), &limit);
  });
}

TEST_F(TimeoutAndCancel, AShieldOutsideDoesNotDeferIt) {
  sim.run([&] {
    const cancel_shield shield;
    const timeout_scope limit(10ms);
    EXPECT_EQ(scope_thrown_by([] { sleep_for(1h); }), &limit);
  });
}

TEST_F(TimeoutAndCancel, OnlyTheScopesOutsideAShieldAreDeferred) {
  sim.run([&] {
    const timeout_scope outside(10ms);
    {
      const cancel_shield shield;
      const timeout_scope inside(20ms);
      EXPECT_EQ(scope_thrown_by([] { sleep_for(1h); }), &inside);
      EXPECT_EQ(sim.clock.elapsed(), 20ms);
    }
    EXPECT_EQ(scope_thrown_by([] { sleep_for(1h); }), &outside);
    EXPECT_EQ(sim.clock.elapsed(), 20ms);
  });
}

TEST_F(TimeoutAndCancel, ACancellationComesFirstAndTheScopeIsNotExpired) {
  sim.run([&] {
    bool cancelled_first = false;
    const task<> t = spawn([&] {
      timeout_scope limit(10ms);
      try {
        sleep_for(1h);
      } catch (const cancelled&) {
        cancelled_first = !limit.expired();
        throw;
      }
    });
    yield();
    hog(10ms);
    t.cancel();
    t.join();
    EXPECT_TRUE(cancelled_first);
    EXPECT_EQ(t.status(), task_status::cancelled);
  });
}

TEST_F(TimeoutAndCancel, ASwallowedCancellationLeavesTheScopeArmed) {
  sim.run([&] {
    const task<> t = spawn([&] {
      const timeout_scope limit(10ms);
      EXPECT_THROW(sleep_for(1h), cancelled);
      EXPECT_THROW(sleep_for(1h), timeout_error);
    });
    yield();
    t.cancel();
    t.get();
    EXPECT_EQ(sim.clock.elapsed(), 10ms);
  });
}

TEST_F(TimeoutAndCancel, IsNoCancelRequest) {
  sim.run([&] {
    const timeout_scope limit(0s);
    EXPECT_FALSE(this_coroutine::cancel_requested());
  });
}

TEST_F(TimeoutAndCancel, OneThatWasNotCaughtFailsTheTask) {
  sim.run([&] {
    const task<> t = spawn([] {
      const timeout_scope limit(10ms);
      sleep_for(1h);
    });
    EXPECT_THROW(t.get(), timeout_error);
    EXPECT_EQ(t.status(), task_status::failed);
  });
}

TEST_F(TimeoutAndCancel, OneThatRanOutUndeliveredIsForgottenAtTheBodysEnd) {
  sim.run([&] {
    const task<int> t = spawn([&] {
      const timeout_scope limit(10ms);
      hog(20ms);
      return 3;
    });
    EXPECT_EQ(t.get(), 3);
  });
}

TEST_F(TimeoutAndCancel, GetForsErrorNamesNoScope) {
  sim.run([&] {
    const task<> t = spawn([] { sleep_for(1s); });
    try {
      t.get_for(1ms);
      ADD_FAILURE();
    } catch (const timeout_error& e) {
      EXPECT_EQ(e.scope(), nullptr);
    }
  });
}

TEST_F(TimeoutAndCancel, KeepsAHopelessWaitFromBeingADeadlock) {
  sim.run([&] {
    event never;
    const timeout_scope limit(10ms);
    EXPECT_THROW(never.wait(), timeout_error);
    EXPECT_THROW(never.wait(), deadlock_error);
  });
}

TEST_F(TimeoutAndCancel, OutsideOfACoroutineIsRefused) { EXPECT_THROW(timeout_scope(1s), std::logic_error); }

}  // namespace
}  // namespace weft
