// select: exactly one case happens, nothing is lost, and the choice is fair.
#include "weft/select.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/expected_leaks.hpp"
#include "support/recorded.hpp"
#include "weft/errors.hpp"
#include "weft/this_coroutine.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;
using support::simulation;
using testing::ElementsAre;

// Records which cases happened.
class happened {
 public:
  auto item(std::string from) {
    return [this, from](std::optional<int> i) { said.push_back(from + (i ? " " + std::to_string(*i) : " closed")); };
  }
  auto word(std::string w) {
    return [this, w] { said.push_back(w); };
  }
  std::vector<std::string> said;
};

class Select : public testing::Test {
 protected:
  simulation sim;
  happened log;
};

TEST_F(Select, TakesWhatIsThereAtOnce) {
  sim.run([&] {
    channel<int> a(1);
    channel<int> b(1);
    b.send(5);
    EXPECT_EQ(select(on_receive(a, log.item("a")), on_receive(b, log.item("b"))), 1U);
    EXPECT_EQ(b.size(), 0U);
  });
  EXPECT_THAT(log.said, ElementsAre("b 5"));
}

TEST_F(Select, NeedsNoSchedulerForWhatIsThere) {
  channel<int> a(1);
  a.try_send(5);
  EXPECT_EQ(select(on_receive(a, log.item("a"))), 0U);
  EXPECT_THAT(log.said, ElementsAre("a 5"));
}

TEST_F(Select, WaitsUntilOneHappensAndLeavesTheOthers) {
  const std::string text = support::decisions(support::record(sim, [&] {
    channel<int> a(1);
    channel<int> b(1);
    const auto chooser = spawn("chooser", [&] { select(on_receive(a, log.item("a")), on_receive(b, log.item("b"))); });
    yield();
    b.send(1);
    a.send(2);
    chooser.join();
    EXPECT_EQ(a.try_receive(), 2);
    EXPECT_EQ(b.size(), 0U);
  }));
  EXPECT_THAT(log.said, ElementsAre("b 1"));
  EXPECT_EQ(text, R"(
nobody: spawn main
nobody: enter -> main
main: spawn chooser
main: yield -> chooser
chooser: block select -> main
main: wake chooser granted
main: block join -> chooser
chooser: wake main granted
chooser: finish done -> main
main: finish done -> nobody
)");
}

TEST_F(Select, SendsWhenThereIsPlace) {
  sim.run([&] {
    channel<int> full(1);
    full.send(1);
    const auto sender = spawn([&] { select(on_send(full, 2, log.word("sent"))); });
    yield();
    EXPECT_THAT(log.said, ElementsAre());
    EXPECT_EQ(full.receive(), 1);
    sender.join();
    EXPECT_EQ(full.receive(), 2);
  });
  EXPECT_THAT(log.said, ElementsAre("sent"));
}

TEST_F(Select, SendsInARendezvousWhenSomebodyTakes) {
  sim.run([&] {
    channel<int> c;
    const auto sender = spawn([&] { select(on_send(c, 7, log.word("sent")), after(1h, log.word("late"))); });
    yield();
    EXPECT_EQ(c.receive(), 7);
    log.said.push_back("received");
    sender.join();
  });
  EXPECT_THAT(log.said, ElementsAre("received", "sent"));
}

TEST_F(Select, TheTakerThatWaitsAlreadyRunsFirst) {
  sim.run([&] {
    channel<int> c;
    const auto receiver = spawn([&] { log.item("received")(c.receive()); });
    yield();
    select(on_send(c, 7, log.word("sent")));
    receiver.join();
  });
  EXPECT_THAT(log.said, ElementsAre("received 7", "sent"));
}

TEST_F(Select, ReceivesFromABlockedSender) {
  sim.run([&] {
    channel<int> c;
    const auto sender = spawn([&] {
      c.send(3);
      log.said.push_back("sent");
    });
    yield();
    select(on_receive(c, log.item("received")));
    sender.join();
  });
  EXPECT_THAT(log.said, ElementsAre("received 3", "sent"));
}

TEST_F(Select, TwoSelectsMeetInARendezvous) {
  sim.run([&] {
    channel<int> c;
    channel<int> idle;
    const auto receiver =
        spawn([&] { select(on_receive(idle, log.item("idle")), on_receive(c, log.item("received"))); });
    yield();
    select(on_receive(idle, log.item("idle")), on_send(c, 4, log.word("sent")));
    receiver.join();
    EXPECT_EQ(c.size(), 0U);
  });
  EXPECT_THAT(log.said, ElementsAre("received 4", "sent"));
}

// Go's TestSelfSelect: nobody receives an item that it sent itself.
TEST_F(Select, BothEndsOfOneChannelDoNotMeetThemselves) {
  sim.run([&] {
    channel<int> c;
    int received = 0;
    const auto player = [&](int me) {
      for (int i = 0; i < 200; ++i) {
        select(on_send(c, me, [] {}), on_receive(c, [&](std::optional<int> from) {
                 EXPECT_NE(from, me);
                 ++received;
               }));
      }
    };
    const auto a = spawn([&] { player(1); });
    const auto b = spawn([&] { player(2); });
    a.join();
    b.join();
    EXPECT_EQ(received, 200);
  });
}

TEST_F(Select, AClosedChannelCanAlwaysBeReceivedFrom) {
  sim.run([&] {
    channel<int> c(1);
    c.send(1);
    c.close();
    select(on_receive(c, log.item("c")));
    select(on_receive(c, log.item("c")));
    select(on_receive(c, log.item("c")), otherwise(log.word("nothing")));
  });
  EXPECT_THAT(log.said, ElementsAre("c 1", "c closed", "c closed"));
}

TEST_F(Select, ACloseWakesReceivers) {
  sim.run([&] {
    channel<int> c;
    const auto receiver = spawn([&] { select(on_receive(c, log.item("c")), after(1h, log.word("late"))); });
    yield();
    c.close();
    receiver.join();
  });
  EXPECT_THAT(log.said, ElementsAre("c closed"));
}

TEST_F(Select, SendingToAClosedChannelThrows) {
  sim.run([&] {
    channel<int> c;
    const auto blocked = spawn([&] { EXPECT_THROW(select(on_send(c, 1, log.word("sent"))), closed_error); });
    yield();
    c.close();
    EXPECT_THROW(select(on_send(c, 1, log.word("sent")), after(1s, log.word("late"))), closed_error);
    blocked.join();
  });
  EXPECT_THAT(log.said, ElementsAre());
}

TEST_F(Select, QueuesToo) {
  sim.run([&] {
    queue<int> fifo(1);
    priority_queue<int> sorted;
    lifo_queue<int> stack;
    EXPECT_EQ(select(on_send(fifo, 1, log.word("put"))), 0U);
    sorted.put(9);
    sorted.put(3);
    stack.put(4);
    stack.put(5);
    select(on_receive(fifo, log.item("fifo")));
    select(on_receive(sorted, log.item("sorted")));
    select(on_receive(stack, log.item("stack")));
    fifo.close();
    select(on_receive(fifo, log.item("fifo")));
  });
  EXPECT_THAT(log.said, ElementsAre("put", "fifo 1", "sorted 3", "stack 5", "fifo closed"));
}

TEST_F(Select, OtherwiseIsTakenIfNothingCanHappen) {
  sim.run([&] {
    channel<int> c;
    channel<int> ready(1);
    ready.send(1);
    EXPECT_EQ(select(on_receive(c, log.item("c")), otherwise(log.word("nothing")), on_send(c, 1, log.word("sent"))),
              1U);
    EXPECT_EQ(select(otherwise(log.word("nothing")), on_receive(ready, log.item("ready"))), 1U);
  });
  EXPECT_THAT(log.said, ElementsAre("nothing", "ready 1"));
}

TEST_F(Select, ASendWithOtherwiseGoesToAWaitingReceiver) {
  sim.run([&] {
    channel<int> c;
    const auto receiver = spawn([&] { log.item("received")(c.receive()); });
    yield();
    select(on_send(c, 6, log.word("sent")), otherwise(log.word("nothing")));
    receiver.join();
  });
  EXPECT_THAT(log.said, ElementsAre("sent", "received 6"));
}

TEST_F(Select, AfterHappensWhenTheTimeHasCome) {
  const std::int64_t start_ns = sim.clock.now_ns();
  sim.run([&] {
    channel<int> c;
    EXPECT_EQ(select(on_receive(c, log.item("c")), after(3s, log.word("3 s")), after(2s, log.word("2 s"))), 2U);
    EXPECT_EQ(select(on_receive(c, log.item("c")), after(0s, log.word("now"))), 1U);
    c.close();
  });
  EXPECT_THAT(log.said, ElementsAre("2 s", "now"));
  EXPECT_EQ(sim.clock.now_ns() - start_ns, std::chrono::nanoseconds(2s).count());
}

TEST_F(Select, ReadyIsATaskOrFutureThatEnded) {
  sim.run([&] {
    const auto slow = spawn([] {
      sleep_for(2s);
      throw std::runtime_error("slow");
    });
    promise<int> p;
    const auto f = p.get_future();
    const auto setter = spawn([&] {
      sleep_for(1s);
      p.set_value(1);
    });
    EXPECT_EQ(select(on_ready(slow, log.word("task")), on_ready(f, log.word("future"))), 1U);
    EXPECT_EQ(select(on_ready(slow, log.word("task")), after(5s, log.word("late"))), 0U);
    EXPECT_NE(slow.exception(), nullptr);
    EXPECT_EQ(select(on_ready(setter, log.word("setter"))), 0U);
  });
  EXPECT_THAT(log.said, ElementsAre("future", "task", "setter"));
}

TEST_F(Select, AnEmptyTaskOrFutureIsRefused) {
  EXPECT_THROW(select(on_ready(task<>(), [] {})), std::logic_error);
  EXPECT_THROW(select(on_ready(future<>(), [] {})), std::logic_error);
}

TEST_F(Select, AValueIsMovedOnlyIfItIsTaken) {
  sim.run([&] {
    channel<std::unique_ptr<int>> c(1);
    auto value = std::make_unique<int>(1);
    select(on_send(c, std::move(value), [] {}));
    EXPECT_EQ(value, nullptr);
    value = std::make_unique<int>(2);
    select(on_send(c, std::move(value), [] {}), after(1s, [] {}));
    ASSERT_NE(value, nullptr);
    EXPECT_EQ(*value, 2);
    select(on_send(c, value, [] {}), otherwise([] {}));
    EXPECT_NE(value, nullptr);
  });
}

TEST_F(Select, AnLvalueIsCopied) {
  sim.run([&] {
    channel<std::string> c(2);
    const std::string constant = "constant";
    std::string text = "text";
    select(on_send(c, text, [] {}));
    select(on_send(c, constant, [] {}));
    EXPECT_EQ(text, "text");
    select(on_receive(c, [](std::optional<std::string> s) { EXPECT_EQ(s, "text"); }));
    select(on_send(c, "literal", [] {}));
  });
}

TEST_F(Select, TheFunctionRunsWhenTheSelectHasLeftAllObjects) {
  sim.run([&] {
    channel<int> a(1);
    channel<int> b(1);
    const auto other = spawn([&] {
      yield();
      a.send(1);
    });
    select(on_receive(a,
                      [&](std::optional<int> i) {
                        b.send(*i + 1);
                        EXPECT_EQ(b.receive(), 2);
                        sleep_for(1s);
                      }),
           on_receive(b, log.item("b")));
    other.join();
  });
  EXPECT_THAT(log.said, ElementsAre());
}

TEST_F(Select, WhatTheFunctionThrowsComesOut) {
  sim.run([] {
    channel<int> c(1);
    c.send(1);
    EXPECT_THROW(select(on_receive(c, [](std::optional<int>) { throw std::out_of_range("f"); })), std::out_of_range);
    EXPECT_EQ(c.size(), 0U);
  });
}

// ---- the choice

std::vector<std::size_t> choices(run_options options) {
  simulation sim;
  std::vector<std::size_t> made;
  sim.run(
      [&] {
        channel<int> a(1);
        channel<int> b(1);
        for (int i = 0; i < 1000; ++i) {
          a.try_send(0);
          b.try_send(0);
          made.push_back(select(on_receive(a, [] {}), on_receive(b, [] {})));
        }
      },
      options);
  return made;
}

TEST_F(Select, TwoThatAreAlwaysReadyShareEvenly) {
  const auto made = choices({});
  const auto first = std::count(made.begin(), made.end(), 0U);
  EXPECT_GT(first, 420);
  EXPECT_LT(first, 580);
}

TEST_F(Select, ARunRepeatsItselfAndAnotherSeedChoosesOtherwise) {
  EXPECT_EQ(choices({}), choices({}));
  EXPECT_EQ(choices({.shuffle_seed = 7}), choices({.shuffle_seed = 7}));
  EXPECT_NE(choices({}), choices({.shuffle_seed = 7}));
}

TEST_F(Select, ASendIntoARendezvousSharesToo) {
  sim.run([] {
    channel<int> in(1);
    channel<int> out;
    const auto consumer = spawn([&] {
      while (out.receive()) {
      }
    });
    int sent = 0;
    for (int i = 0; i < 1000; ++i) {
      in.try_send(1);
      yield();
      select(on_receive(in, [] {}), on_send(out, 1, [&] { ++sent; }));
    }
    EXPECT_GT(sent, 420);
    EXPECT_LT(sent, 580);
    out.close();
    consumer.join();
  });
}

TEST_F(Select, OneThatIsGivenUpLeavesEveryLineItStoodIn) {
  const support::expected_leaks of_the_given_up;
  channel<int> line;
  queue<int> hand_over(0);
  EXPECT_THROW(sim.run([&] {
    spawn([&] {
      const cancel_shield shield;
      select(on_receive(line, [] {}), on_receive(hand_over, [] {}));
    });
    yield();
  }),
               deadlock_error);

  EXPECT_FALSE(line.try_send(1));
  EXPECT_FALSE(hand_over.try_put(1));
}

}  // namespace
}  // namespace weft
