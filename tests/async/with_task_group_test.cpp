// with_task_group: the body belongs to the group.
#include "weft/task_group.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>

#include "async/unhandled_errors.hpp"
#include "support/recorded.hpp"
#include "weft/event.hpp"
#include "weft/run.hpp"
#include "weft/this_coroutine.hpp"
#include "weft/timeout.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;
using support::simulation;
using testing::IsEmpty;
using tests::unhandled_errors;

class TaskGroup : public testing::Test {
 protected:
  simulation sim;
  unhandled_errors unhandled;

  ~TaskGroup() override { EXPECT_THAT(unhandled.lines, IsEmpty()); }
};

[[noreturn]] void fail(const char* what) { throw std::runtime_error(what); }

template <class F>
std::string error_of(F&& f) {
  try {
    f();
  } catch (const std::exception& e) {
    return e.what();
  } catch (const cancelled&) {
    return "cancelled";
  }
  return "none";
}

class WithTaskGroup : public TaskGroup {};

TEST_F(WithTaskGroup, WaitsForTheChildrenAndReturnsTheBodysValue) {
  sim.run([&] {
    const auto value = with_task_group([](task_group& g) {
      g.spawn([] { sleep_for(10ms); });
      return std::make_unique<int>(5);
    });
    EXPECT_EQ(*value, 5);
    EXPECT_EQ(sim.clock.elapsed(), 10ms);
    with_task_group([](auto& g) { g.spawn([] {}); });
  });
}

TEST_F(WithTaskGroup, AFailingChildCancelsTheBodyToo) {
  sim.run([&] {
    bool interrupted = false;
    const auto body = [&](task_group& g) {
      g.spawn([] {
        sleep_for(10ms);
        fail("child");
      });
      try {
        sleep_for(1h);
      } catch (const cancelled&) {
        interrupted = true;
        throw;
      }
    };
    EXPECT_EQ(error_of([&] { with_task_group(body); }), "child");
    EXPECT_TRUE(interrupted);
    EXPECT_EQ(sim.clock.elapsed(), 10ms);
  });
}

TEST_F(WithTaskGroup, ABodyThatSwallowsItStillGetsTheFailure) {
  sim.run([&] {
    const auto body = [&](task_group& g) {
      g.spawn([] { fail("child"); });
      EXPECT_THROW(sleep_for(1h), cancelled);
    };
    EXPECT_EQ(error_of([&] { with_task_group(body); }), "child");
  });
}

TEST_F(WithTaskGroup, TheBodysOwnErrorCancelsTheChildrenAndComesOut) {
  sim.run([&] {
    task<> child;
    const auto body = [&](task_group& g) {
      child = g.spawn([] { sleep_for(1h); });
      yield();
      fail("body");
    };
    EXPECT_EQ(error_of([&] { with_task_group(body); }), "body");
    EXPECT_EQ(child.status(), task_status::cancelled);
  });
}

TEST_F(WithTaskGroup, TheFailureFirstInTimeComesOut) {
  sim.run([&] {
    const auto child_first = [](task_group& g) {
      g.spawn([] { fail("child"); });
      try {
        sleep_for(1h);
      } catch (const cancelled&) {
        fail("body, later");
      }
    };
    EXPECT_EQ(error_of([&] { with_task_group(child_first); }), "child");
    const auto body_first = [](task_group& g) {
      g.spawn([] {
        try {
          sleep_for(1h);
        } catch (const cancelled&) {
          fail("child, later");
        }
      });
      yield();
      fail("body");
    };
    EXPECT_EQ(error_of([&] { with_task_group(body_first); }), "body");
  });
}

TEST_F(WithTaskGroup, ACancellationFromOutsideStaysOne) {
  sim.run([&] {
    task<> child;
    const task<> owner = spawn([&] {
      with_task_group([&](task_group& g) {
        child = g.spawn([] { sleep_for(1h); });
        sleep_for(1h);
      });
    });
    yield();
    yield();
    owner.kill();
    EXPECT_EQ(owner.status(), task_status::cancelled);
    EXPECT_EQ(child.status(), task_status::cancelled);
  });
}

TEST_F(WithTaskGroup, ACancellationFromOutsideAfterTheGroupsOwnIsNotLost) {
  sim.run([&] {
    const task<> owner = spawn([&] {
      with_task_group([&](task_group& g) {
        g.spawn([] { fail("child"); });
        EXPECT_THROW(sleep_for(1h), cancelled);  // the group's cancellation, which is swallowed
        sleep_for(1h);                           // gets the other one
      });
    });
    sleep_for(1ms);
    owner.kill();
    EXPECT_EQ(owner.status(), task_status::cancelled);
  });
}

TEST_F(WithTaskGroup, TheGroupsCancelDoesNotLeakOutOfIt) {
  sim.run([&] {
    const auto body = [](task_group& g) { g.spawn([] { fail("child"); }).join(); };
    EXPECT_EQ(error_of([&] { with_task_group(body); }), "child");
    sleep_for(1ms);  // not cancelled
  });
}

TEST_F(WithTaskGroup, CancelOfTheGroupDoesNotTouchTheBody) {
  sim.run([&] {
    with_task_group([](task_group& g) {
      g.spawn([] { sleep_for(1h); });
      yield();
      g.cancel();
      sleep_for(1ms);
    });
  });
}

TEST_F(WithTaskGroup, GroupsNest) {
  sim.run([&] {
    const auto body = [&](task_group& outer) {
      outer.spawn([] {
        sleep_for(10ms);
        fail("outer child");
      });
      with_task_group([](task_group& inner) {
        inner.spawn([] { sleep_for(1h); });
        sleep_for(1h);
      });
    };
    EXPECT_EQ(error_of([&] { with_task_group(body); }), "outer child");
    EXPECT_EQ(sim.clock.elapsed(), 10ms);
  });
}

TEST_F(WithTaskGroup, ATimeoutAroundItComesOut) {
  sim.run([&] {
    task<> child;
    EXPECT_THROW(with_timeout(10ms,
                              [&] {
                                with_task_group([&](task_group& g) {
                                  child = g.spawn([] { sleep_for(1h); });
                                  sleep_for(1h);
                                });
                              }),
                 timeout_error);
    EXPECT_EQ(child.status(), task_status::cancelled);
  });
}

TEST_F(WithTaskGroup, OutsideOfACoroutineIsRefused) {
  EXPECT_THROW(with_task_group([](task_group&) {}), std::logic_error);
}

TEST_F(WithTaskGroup, TheDiaryShowsWhoCancelledTheBody) {
  const diary::history h = support::record(sim, [] {
    try {
      with_task_group([](task_group& g) {
        g.spawn("child", [] { fail("x"); });
        event("never").wait();
      });
    } catch (const std::runtime_error&) {
    }
  });
  EXPECT_EQ(support::decisions(h), R"(
nobody: spawn main
nobody: enter -> main
main: spawn child
main: block event -> child
child: wake main cancelled
child: finish failed -> main
main: cancelled now
main: finish done -> nobody
)");
  EXPECT_EQ(h.violations().size(), 0u);
}

}  // namespace
}  // namespace weft
