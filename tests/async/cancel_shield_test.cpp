// cancel_shield: nothing is delivered inside.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <exception>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "async/unhandled_errors.hpp"
#include "support/recorded.hpp"
#include "weft/event.hpp"
#include "weft/run.hpp"
#include "weft/semaphore.hpp"
#include "weft/task.hpp"
#include "weft/this_coroutine.hpp"

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

std::string error_of(const task<>& t) {
  try {
    t.get();
  } catch (const task_cancelled&) {
    return "cancelled";
  } catch (const std::exception& e) {
    return e.what();
  }
  return "none";
}

class CancelShield : public Cancel {};

TEST_F(CancelShield, IsNeitherAnAggregateNorMovable) {
  static_assert(!std::is_aggregate_v<cancel_shield>);
  static_assert(!std::is_move_constructible_v<cancel_shield> && !std::is_copy_constructible_v<cancel_shield>);
}

TEST_F(CancelShield, Nests) {
  sim.run([] {
    int reached = 0;
    const task<> t = spawn([&] {
      {
        const cancel_shield outer;
        {
          const cancel_shield inner;
          yield();
        }
        yield();
        reached = 1;
      }
      reached = 2;
      yield();
      reached = 3;
    });
    yield();
    t.cancel();
    t.join();
    EXPECT_EQ(reached, 2);
  });
}

TEST_F(CancelShield, DefersAThrowInToo) {
  sim.run([] {
    bool after = false;
    const task<> t = spawn([&] {
      {
        const cancel_shield shield;
        sleep_for(1ms);
      }
      after = true;
      yield();
    });
    yield();
    t.throw_in(error("mine"));
    EXPECT_EQ(error_of(t), "mine");
    EXPECT_TRUE(after);
  });
}

TEST_F(CancelShield, HoldsBackACancelOfOneAlreadyReady) {
  sim.run([] {
    semaphore s(0);
    bool got = false;
    const task<> t = spawn([&] {
      const cancel_shield shield;
      s.acquire();
      got = true;
    });
    yield();
    s.release();
    t.cancel();
    t.join();
    EXPECT_TRUE(got);
  });
}

TEST_F(CancelShield, DoesNotHoldBackADeadlock) {
  sim.run([] {
    event never;
    const cancel_shield shield;
    EXPECT_THROW(never.wait(), deadlock_error);
  });
}

TEST_F(CancelShield, ADeadlockDoesNotReplaceAPendingCancel) {
  EXPECT_THROW(sim.run([] {
    event never;
    this_coroutine::self().cancel();
    {
      const cancel_shield shield;
      EXPECT_THROW(never.wait(), deadlock_error);
    }
    yield();
    ADD_FAILURE() << "not cancelled";
  }),
               task_cancelled);
}

TEST_F(CancelShield, OutsideOfACoroutineIsRefused) { EXPECT_THROW(cancel_shield(), std::logic_error); }

}  // namespace
}  // namespace weft
