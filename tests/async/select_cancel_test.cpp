// A select throws an interruption that is due before it hands anything over.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/replayed.hpp"
#include "weft/channel.hpp"
#include "weft/co_task.hpp"
#include "weft/future.hpp"
#include "weft/queue.hpp"
#include "weft/select.hpp"
#include "weft/task_group.hpp"
#include "weft/this_coroutine.hpp"
#include "weft/timeout.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;
using support::decisions;
using support::divergence;
using support::order_text;
using support::recorded_run;
using support::simulation;

constexpr auto nothing = [] {};

// Sends for ever; the receiver keeps it busy.
struct busy_sender {
  channel<int> c{"busy"};
  void receive() {
    while (c.receive()) {
    }
  }
  void send() {
    for (;;) select(on_send(c, 1, nothing));
  }
};

class SelectCancel : public testing::Test {
 protected:
  simulation sim;
};

TEST_F(SelectCancel, AKillEndsASenderThatIsNeverLetWait) {
  sim.run([&] {
    busy_sender busy;
    const auto receiver = spawn([&] { busy.receive(); });
    const auto sender = spawn([&] { busy.send(); });
    for (int i = 0; i < 5; ++i) yield();
    EXPECT_TRUE(sender.kill_for(1s));
    EXPECT_EQ(sender.status(), task_status::cancelled);
    receiver.kill();
  });
}

TEST_F(SelectCancel, WhatIsThrownInComesToo) {
  sim.run([&] {
    busy_sender busy;
    const auto receiver = spawn([&] { busy.receive(); });
    const auto sender = spawn([&] { busy.send(); });
    yield();
    sender.throw_in(std::make_exception_ptr(std::runtime_error("enough")));
    EXPECT_TRUE(sender.join_for(1s));
    EXPECT_THROW(sender.get(), std::runtime_error);
    receiver.kill();
  });
}

TEST_F(SelectCancel, ATimeoutAroundTheLoopComes) {
  sim.run([&] {
    busy_sender busy;
    const auto receiver = spawn([&] { busy.receive(); });
    const auto clock = spawn([&] {
      for (;;) {
        sim.clock.advance(1ms);
        yield();
      }
    });
    const timeout_scope limit(20ms);
    EXPECT_THROW(busy.send(), timeout_error);
    receiver.kill();
    clock.kill();
  });
}

TEST_F(SelectCancel, TheEndOfAGroupEndsItsSenders) {
  sim.run([&] {
    busy_sender busy;
    const auto receiver = spawn([&] { busy.receive(); });
    {
      task_group g;
      g.spawn([&] { busy.send(); });
      yield();
    }
    receiver.kill();
  });
}

TEST_F(SelectCancel, TheEndOfTheRunEndsIt) {
  busy_sender busy;
  sim.run([&] {
    spawn([&] { busy.receive(); });
    spawn([&] { busy.send(); });
    yield();
  });
}

TEST_F(SelectCancel, TwoSelectsThatServeEachOtherCanBeEnded) {
  sim.run([&] {
    channel<int> c;
    const auto both = [&] {
      for (;;) select(on_receive(c, nothing), on_send(c, 1, nothing), after(1ms, nothing));
    };
    const auto a = spawn(both);
    const auto b = spawn(both);
    for (int i = 0; i < 100; ++i) yield();
    EXPECT_TRUE(a.kill_for(1s));
    EXPECT_TRUE(b.kill_for(1s));
  });
}

// A coroutine with an undelivered cancellation calls a select that could finish at once.
std::string after_cancelling_itself(const std::function<void()>& select_something) {
  std::string said;
  spawn([&] {
    this_coroutine::self().cancel();
    try {
      select_something();
      said = "went on";
    } catch (const cancelled&) {
      said = "cancelled";
    }
  }).join();
  return said;
}

TEST_F(SelectCancel, NothingIsHandedOver) {
  sim.run([&] {
    queue<int> full(1);
    full.put(7);
    queue<int> empty(1);
    EXPECT_EQ(after_cancelling_itself([&] { select(on_receive(full, nothing)); }), "cancelled");
    EXPECT_EQ(after_cancelling_itself([&] { select(on_send(empty, 1, nothing)); }), "cancelled");
    EXPECT_EQ(full.size(), 1U);
    EXPECT_EQ(empty.size(), 0U);
    channel<int> c;
    const auto receiver = spawn([&] { return c.receive(); });
    yield();
    EXPECT_EQ(after_cancelling_itself([&] { select(on_send(c, 1, nothing)); }), "cancelled");
    c.send(2);
    EXPECT_EQ(receiver.get(), 2);
  });
}

TEST_F(SelectCancel, EveryKindOfCaseComesAfterIt) {
  sim.run([&] {
    promise<> p;
    p.set_value();
    EXPECT_EQ(after_cancelling_itself([&] { select(on_ready(p.get_future(), nothing)); }), "cancelled");
    EXPECT_EQ(after_cancelling_itself([&] { select(after(0s, nothing)); }), "cancelled");
    EXPECT_EQ(after_cancelling_itself([&] { select(otherwise(nothing)); }), "cancelled");
    channel<int> closed(1);
    closed.close();
    EXPECT_EQ(after_cancelling_itself([&] { select(on_receive(closed, nothing)); }), "cancelled");
    EXPECT_EQ(after_cancelling_itself([&] { select(on_send(closed, 1, nothing)); }), "cancelled");
  });
}

TEST_F(SelectCancel, ATimeoutThatRanOutWhileItComputedComesBeforeWhatIsReady) {
  sim.run([&] {
    channel<int> c(1);
    c.send(1);
    const timeout_scope limit(5ms);
    sim.clock.advance(5ms);
    EXPECT_THROW(select(on_receive(c, nothing)), timeout_error);
    EXPECT_TRUE(limit.expired());
    EXPECT_EQ(c.size(), 1U);
    select(on_receive(c, nothing));  // delivered only once
  });
}

TEST_F(SelectCancel, AShieldHoldsItBack) {
  sim.run([&] {
    EXPECT_EQ(after_cancelling_itself([&] {
                const cancel_shield shield;
                select(otherwise(nothing));
              }),
              "went on");
    const timeout_scope limit(5ms);
    {
      const cancel_shield shield;
      sim.clock.advance(5ms);
      EXPECT_EQ(select(otherwise(nothing)), 0U);
      const timeout_scope inner(1ms);
      sim.clock.advance(1ms);
      EXPECT_THROW(select(otherwise(nothing)), timeout_error);
    }
    EXPECT_THROW(select(otherwise(nothing)), timeout_error);
  });
}

// The error of a callback would go to the unhandled handler, and the coroutine would never get it.
TEST_F(SelectCancel, ACallbackIsNotInterrupted) {
  sim.run([&] {
    bool called = false;
    spawn([&] {
      this_coroutine::self().cancel();
      promise<> p;
      p.get_future().on_done([&] { select(otherwise([&] { called = true; })); });
      p.set_value();
      EXPECT_THROW(yield(), cancelled);
    }).join();
    EXPECT_TRUE(called);
  });
}

TEST_F(SelectCancel, ACoTaskHearsOfItToo) {
  sim.run([&] {
    const auto t = spawn([]() -> co_task<> {
      this_coroutine::self().cancel();
      select(otherwise(nothing));
      ADD_FAILURE() << "it went on";
      co_return;
    });
    t.join();
    EXPECT_EQ(t.status(), task_status::cancelled);
  });
}

TEST_F(SelectCancel, TheDiarySaysThatTheSelectWasInterrupted) {
  const std::string text = decisions(support::record(sim, [&] {
    spawn("chooser", [&] {
      this_coroutine::self().cancel();
      EXPECT_THROW(select(otherwise(nothing)), cancelled);
    }).join();
  }));
  EXPECT_EQ(text, R"(
nobody: spawn main
nobody: enter -> main
main: spawn chooser
main: block join -> chooser
chooser: cancel chooser
chooser: select interrupted
chooser: cancelled now
chooser: wake main granted
chooser: finish done -> main
main: finish done -> nobody
)");
}

// ---- replay

// Several selects need not wait and leave no event; the timeout runs out at one of them.
struct computing {
  simulation* clock = nullptr;  // null in a replay, where the recording determines the time
  std::vector<std::string> done;
  void main() {
    channel<int> c(8);
    const auto worker = spawn("worker", [&] {
      const timeout_scope limit(3500us);
      try {
        for (int i = 0; i < 8; ++i) {
          select(on_send(c, i, [&] { done.push_back("sent " + std::to_string(i)); }));
          if (clock != nullptr) clock->clock.advance(1ms);
        }
      } catch (const timeout_error&) {
        done.push_back("timeout");
      }
    });
    worker.join();
  }
};

TEST(SelectCancelReplay, ATimeoutComesAtTheSameSelect) {
  const support::temporary_trace file;
  computing recorded;
  {
    simulation s;
    recorded.clock = &s;
    trace::start({.path = file.path()});
    s.run([&] { recorded.main(); });
    trace::stop();
  }
  EXPECT_THAT(recorded.done, testing::ElementsAre("sent 0", "sent 1", "sent 2", "sent 3", "timeout"));
  EXPECT_NE(order_text(file.path()).find("select_interrupted 5\nscope_expired #2 0\ncancel_delivered\n"),
            std::string::npos)
      << order_text(file.path());
  computing again;
  EXPECT_EQ(divergence(file.path(), [&] { again.main(); }), "");
  EXPECT_EQ(again.done, recorded.done);
}

TEST(SelectCancelReplay, AKillOfABusySenderIsRepeated) {
  const auto program = [] {
    busy_sender busy;
    const auto receiver = spawn("receiver", [&] { busy.receive(); });
    const auto sender = spawn("sender", [&] { busy.send(); });
    for (int i = 0; i < 70; ++i) yield();
    sender.kill();
    receiver.kill();
  };
  const recorded_run recording(program);
  EXPECT_EQ(divergence(recording.path(), program), "");
}

}  // namespace
}  // namespace weft
