// timeout_scope and with_timeout: gevent's Timeout, asyncio.timeout().
#include "weft/timeout.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <exception>
#include <mutex>
#include <stdexcept>
#include <thread>

#include "support/recorded.hpp"
#include "weft/condition_variable.hpp"
#include "weft/event.hpp"
#include "weft/generator.hpp"
#include "weft/mutex.hpp"
#include "weft/queue.hpp"
#include "weft/semaphore.hpp"
#include "weft/this_coroutine.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;
using support::simulation;

class Timeout : public testing::Test {
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

TEST_F(Timeout, ThrowsAtTheWaitThatItInterrupts) {
  sim.run([&] {
    timeout_scope limit(10ms);
    EXPECT_EQ(scope_thrown_by([] { sleep_for(1h); }), &limit);
    EXPECT_EQ(sim.clock.elapsed(), 10ms);
    EXPECT_TRUE(limit.expired());
  });
}

TEST_F(Timeout, CountsOverSeveralWaits) {
  sim.run([&] {
    const timeout_scope limit(10ms);
    sleep_for(6ms);
    EXPECT_THROW(sleep_for(6ms), timeout_error);
    EXPECT_EQ(sim.clock.elapsed(), 10ms);
  });
}

TEST_F(Timeout, IsDisarmedWhenTheScopeIsLeft) {
  sim.run([&] {
    {
      timeout_scope limit(10ms);
      sleep_for(5ms);
      EXPECT_FALSE(limit.expired());
    }
    sleep_for(1h);
  });
}

TEST_F(Timeout, NeverFiresLate) {
  sim.run([&] {
    {
      const timeout_scope limit(10ms);
      hog(1s);
    }
    yield();
    sleep_for(1ms);
  });
}

TEST_F(Timeout, FiresOnlyOnce) {
  sim.run([&] {
    timeout_scope limit(10ms);
    EXPECT_THROW(sleep_for(1h), timeout_error);
    sleep_for(1h);
    EXPECT_TRUE(limit.expired());
  });
}

TEST_F(Timeout, ZeroFiresAtTheFirstSuspension) {
  sim.run([&] {
    queue<int> filled;
    filled.put(1);
    timeout_scope limit(0s);
    EXPECT_EQ(filled.get(), 1);  // need not wait
    EXPECT_FALSE(limit.expired());
    EXPECT_THROW(yield(), timeout_error);
  });
}

TEST_F(Timeout, ANegativeLimitIsZero) {
  sim.run([&] {
    const timeout_scope limit(-1s);
    EXPECT_THROW(yield(), timeout_error);
  });
}

TEST_F(Timeout, TheGreatestDurationNeverFires) {
  sim.run([&] {
    timeout_scope limit(std::chrono::nanoseconds::max());
    const timeout_scope hours(std::chrono::hours::max());
    sleep_for(24h * 365);
    EXPECT_FALSE(limit.expired());
  });
}

TEST_F(Timeout, AcceptsATimePoint) {
  run([] {
    const timeout_scope limit(std::chrono::steady_clock::now() - 1s);
    EXPECT_THROW(yield(), timeout_error);
  });
}

TEST_F(Timeout, IsDeliveredAtAYieldOnceItsTimeHasCome) {
  sim.run([&] {
    const timeout_scope limit(10ms);
    yield();
    hog(10ms);
    EXPECT_THROW(yield(), timeout_error);
  });
}

TEST_F(Timeout, IsDeliveredInsideAYieldThatIsUnderWay) {
  sim.run([&] {
    spawn([] {
      for (int i = 0; i < 200; ++i) yield();
    });
    spawn([&] { hog(20ms); });
    const timeout_scope limit(10ms);
    int rounds = 0;
    try {
      for (;; ++rounds) yield();
    } catch (const timeout_error& e) {
      EXPECT_EQ(e.scope(), &limit);
    }
    EXPECT_LE(rounds, 1);
  });
}

TEST_F(Timeout, IsDeliveredToOneThatOnlyYields) {
  run([] {
    const timeout_scope limit(1ms);
    EXPECT_THROW(for (;;) yield(), timeout_error);
  });
}

TEST_F(Timeout, ThrowsACustomErrorInItsPlace) {
  sim.run([&] {
    timeout_scope limit(10ms, std::make_exception_ptr(std::domain_error("too slow")));
    EXPECT_THROW(sleep_for(1h), std::domain_error);
    EXPECT_TRUE(limit.expired());
  });
}

TEST_F(Timeout, ExpiredOnlyIfItsOwnErrorWasDelivered) {
  sim.run([&] {
    timeout_scope outer(20ms);
    timeout_scope inner(10ms);
    EXPECT_EQ(scope_thrown_by([] { sleep_for(1h); }), &inner);
    EXPECT_TRUE(inner.expired());
    EXPECT_FALSE(outer.expired());
    hog(20ms);
    EXPECT_FALSE(outer.expired());  // has run out, but nothing was thrown yet
    EXPECT_EQ(scope_thrown_by([] { yield(); }), &outer);
    EXPECT_TRUE(outer.expired());
  });
}

TEST_F(Timeout, NestedOuterTimesOutFirst) {
  sim.run([&] {
    timeout_scope outer(10ms);
    const timeout_scope* thrown = nullptr;
    try {
      const timeout_scope inner(20ms);
      sleep_for(1h);
    } catch (const timeout_error& e) {
      thrown = e.scope();
    }
    EXPECT_EQ(thrown, &outer);
    sleep_for(1h);
  });
}

TEST_F(Timeout, OfTwoThatHaveRunOutTheEarlierFires) {
  sim.run([&] {
    const timeout_scope outer(20ms);
    const timeout_scope inner(10ms);
    hog(30ms);
    EXPECT_EQ(scope_thrown_by([] { yield(); }), &inner);
    EXPECT_EQ(scope_thrown_by([] { yield(); }), &outer);
    yield();
  });
}

TEST_F(Timeout, OfTwoEqualOnesTheOuterFires) {
  sim.run([&] {
    const timeout_scope outer(10ms);
    const timeout_scope inner(10ms);
    EXPECT_EQ(scope_thrown_by([] { sleep_for(1h); }), &outer);
    EXPECT_EQ(scope_thrown_by([] { sleep_for(1h); }), &inner);
  });
}

TEST_F(Timeout, OfTwoEqualOnesTheOuterFiresAlsoAfterAReset) {
  sim.run([&] {
    timeout_scope outer(1ms);
    const timeout_scope inner(10ms);
    outer.reset(10ms);
    EXPECT_EQ(scope_thrown_by([] { sleep_for(1h); }), &outer);
  });
}

TEST_F(Timeout, ResetCountsFromNow) {
  sim.run([&] {
    timeout_scope limit(10ms);
    sleep_for(9ms);
    limit.reset(10ms);
    sleep_for(9ms);
    EXPECT_THROW(sleep_for(9ms), timeout_error);
    EXPECT_EQ(sim.clock.elapsed(), 19ms);
  });
}

TEST_F(Timeout, ResetRearmsAFiredOne) {
  sim.run([&] {
    timeout_scope limit(10ms);
    EXPECT_THROW(sleep_for(1h), timeout_error);
    limit.reset(10ms);
    EXPECT_FALSE(limit.expired());
    EXPECT_THROW(sleep_for(1h), timeout_error);
    EXPECT_TRUE(limit.expired());
    EXPECT_EQ(sim.clock.elapsed(), 20ms);
  });
}

TEST_F(Timeout, ResetOfOneThatHasRunOutUndeliveredSavesIt) {
  sim.run([&] {
    timeout_scope limit(10ms);
    hog(20ms);
    limit.reset(10ms);
    yield();
    EXPECT_FALSE(limit.expired());
  });
}

TEST_F(Timeout, ResetToNever) {
  sim.run([&] {
    timeout_scope limit(10ms);
    limit.reset(std::chrono::nanoseconds::max());
    sleep_for(1h);
  });
}

TEST_F(Timeout, ResetByAnotherCoroutineIsRefused) {
  sim.run([&] {
    timeout_scope limit(10ms);
    spawn([&] { EXPECT_THROW(limit.reset(1s), std::logic_error); }).join();
  });
}

TEST_F(Timeout, AGrantThatCameFirstWins) {
  sim.run([&] {
    queue<int> q;
    int got = 0;
    const task<> getter = spawn([&] {
      const timeout_scope limit(10ms);
      got = q.get();
      EXPECT_THROW(yield(), timeout_error);  // the scope has run out by now
    });
    yield();
    q.put(5);
    hog(20ms);
    getter.get();
    EXPECT_EQ(got, 5);
  });
}

TEST_F(Timeout, ATimedOutWaiterLosesNothing) {
  sim.run([&] {
    queue<int> q;
    const task<> getter = spawn([&] {
      const timeout_scope limit(10ms);
      EXPECT_THROW(q.get(), timeout_error);
    });
    getter.get();
    q.put(5);
    EXPECT_EQ(q.size(), 1u);
    EXPECT_EQ(q.get(), 5);
  });
}

TEST_F(Timeout, ThePermitGoesToTheNextInLine) {
  sim.run([&] {
    semaphore s(0);
    bool second_got_it = false;
    const task<> first = spawn([&] {
      const timeout_scope limit(10ms);
      EXPECT_THROW(s.acquire(), timeout_error);
    });
    const task<> second = spawn([&] {
      s.acquire();
      second_got_it = true;
    });
    first.get();
    s.release();
    second.get();
    EXPECT_TRUE(second_got_it);
  });
}

TEST_F(Timeout, AConditionIsLockedAgainWhenItThrows) {
  sim.run([&] {
    mutex m;
    condition_variable changed;
    std::unique_lock guard(m);
    const timeout_scope limit(10ms);
    EXPECT_THROW(changed.wait(guard), timeout_error);
    EXPECT_TRUE(guard.owns_lock());
  });
}

TEST_F(Timeout, TheWaitsOwnEarlierLimitWins) {
  sim.run([&] {
    event never;
    timeout_scope limit(20ms);
    EXPECT_FALSE(never.wait_for(10ms));
    EXPECT_FALSE(limit.expired());
    EXPECT_THROW(never.wait(), timeout_error);
    EXPECT_EQ(sim.clock.elapsed(), 20ms);
  });
}

TEST_F(Timeout, AnEarlierScopeEndsAWaitWithALaterLimitOfItsOwn) {
  sim.run([&] {
    event never;
    const timeout_scope limit(10ms);
    EXPECT_THROW(never.wait_for(20ms), timeout_error);
    sleep_for(1h);  // the wait's own timer is gone too
  });
}

TEST_F(Timeout, TheDiarySaysThatTheScopeEndedTheWait) {
  const diary::history h = support::record(sim, [] {
    const timeout_scope limit(10ms);
    try {
      event("never").wait();
    } catch (const timeout_error&) {
    }
  });
  EXPECT_EQ(support::decisions(h), R"(
nobody: spawn main
nobody: enter -> main
main: block event -> nobody
nobody: wake main timer expired
nobody: enter -> main
main: cancelled now
main: finish done -> nobody
)");
  EXPECT_EQ(h.violations().size(), 0u);
}

TEST_F(Timeout, AScopeKeptOpenInAGeneratorOutlivesItsCoroutine) {
  generator<int> kept;
  sim.run([&] {
    spawn([&] {
      kept = generator<int>([](auto& y) {
        const timeout_scope limit(1h);
        y(1);
      });
      EXPECT_EQ(kept.next(), 1);
    }).get();
    kept.close();
  });
}

TEST_F(Timeout, AScopeOfAGeneratorEndsTheWaitOfItsConsumer) {
  sim.run([&] {
    generator<int> g([](auto& y) {
      const timeout_scope limit(10ms);
      y(1);
      sleep_for(1h);
    });
    EXPECT_EQ(g.next(), 1);
    EXPECT_THROW(g.next(), timeout_error);
  });
}

TEST_F(Timeout, AGrantFromAnotherThreadThatIsUnderWayWins) {
  // The other thread has removed the waiter from the list before the limit is checked: the waiter keeps its item.
  queue<int> q;
  for (int round = 0; round < 200; ++round) {
    int got = 0;
    int lost = 0;
    run([&] {
      std::thread giver([&] { q.put(1); });
      try {
        const timeout_scope limit{std::chrono::microseconds(round)};
        got = q.get();
      } catch (const timeout_error&) {
        lost = 1;
      }
      giver.join();
    });
    if (lost == 1) {
      ASSERT_EQ(q.get(), 1);
    } else {
      ASSERT_EQ(got, 1);
    }
    ASSERT_EQ(q.size(), 0u);
  }
}

}  // namespace
}  // namespace weft
