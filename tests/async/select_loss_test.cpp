// select: however it ends, nothing is lost and nothing happens twice; threads that race.
#include "weft/select.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/recorded.hpp"
#include "weft/this_coroutine.hpp"
#include "weft/timeout.hpp"

namespace weft {
namespace {

using namespace std::chrono_literals;
using support::simulation;
using testing::ElementsAre;
using testing::HasSubstr;

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

class SelectLosesNothing : public testing::Test {
 protected:
  simulation sim;
  happened log;
};

// ---- nothing is lost

TEST_F(SelectLosesNothing, ACancelledSelectHasTakenNothing) {
  sim.run([&] {
    channel<int> c(1);
    const auto chooser = spawn([&] { select(on_receive(c, log.item("chooser"))); });
    const auto next = spawn([&] { log.item("next")(c.receive()); });
    yield();
    c.send(1);  // promised to the chooser, which has not run yet
    EXPECT_TRUE(chooser.cancel());
    next.join();
    EXPECT_EQ(chooser.status(), task_status::cancelled);
  });
  EXPECT_THAT(log.said, ElementsAre("next 1"));
}

TEST_F(SelectLosesNothing, ACancelledSelectHasSentNothing) {
  sim.run([&] {
    channel<int> c(1);
    c.send(1);
    const auto chooser = spawn([&] { select(on_send(c, 2, log.word("chooser"))); });
    const auto next = spawn([&] {
      c.send(3);
      log.said.push_back("next");
    });
    yield();
    EXPECT_EQ(c.receive(), 1);  // the place is reserved for the chooser
    chooser.cancel();
    next.join();
    EXPECT_EQ(c.receive(), 3);
  });
  EXPECT_THAT(log.said, ElementsAre("next"));
}

TEST_F(SelectLosesNothing, ACancelledSelectLeavesEveryLine) {
  sim.run([&] {
    channel<int> a;
    channel<int> b(1);
    promise<void> p;
    const auto chooser = spawn(
        [&] { select(on_receive(a, log.item("a")), on_receive(b, log.item("b")), on_ready(p.get_future(), [] {})); });
    yield();
    EXPECT_TRUE(chooser.kill());
    EXPECT_FALSE(a.try_send(1));
    b.send(2);
    EXPECT_EQ(b.try_receive(), 2);
    p.set_value();
  });
  EXPECT_THAT(log.said, ElementsAre());
}

TEST_F(SelectLosesNothing, AScopesTimeoutEndsIt) {
  sim.run([&] {
    channel<int> c;
    EXPECT_THROW(with_timeout(1s, [&] { select(on_receive(c, log.item("c")), after(5s, log.word("late"))); }),
                 timeout_error);
    EXPECT_FALSE(c.try_send(1));
  });
  EXPECT_THAT(log.said, ElementsAre());
}

TEST_F(SelectLosesNothing, AnItemGoesToWhoeverCanStillTakeIt) {
  // Two items for two selects in one waiter list; meanwhile the other channel serves the first select.
  sim.run([&] {
    channel<int> a(2);
    channel<int> b(1);
    const auto first = spawn([&] { select(on_receive(a, log.item("first a")), on_receive(b, log.item("first b"))); });
    const auto second = spawn([&] { select(on_receive(a, log.item("second a"))); });
    yield();
    b.send(1);
    a.send(2);
    first.join();
    second.join();
  });
  EXPECT_THAT(log.said, ElementsAre("first b 1", "second a 2"));
}

TEST_F(SelectLosesNothing, AnOfferOfADecidedSelectIsNoItem) {
  sim.run([&] {
    channel<int> a;
    channel<int> b(1);
    const auto chooser = spawn([&] { select(on_send(a, 1, log.word("sent")), on_receive(b, log.item("b"))); });
    yield();
    b.send(2);  // claims the chooser, which has not run yet
    EXPECT_EQ(a.try_receive(), std::nullopt);
    EXPECT_TRUE(a.empty());
    chooser.join();
  });
  EXPECT_THAT(log.said, ElementsAre("b 2"));
}

TEST_F(SelectLosesNothing, AReceiverThatFoundItsItemWithdrawnKeepsItsTurn) {
  sim.run([&] {
    channel<int> c;
    const auto first = spawn([&] { select(on_receive(c, log.item("first")), after(1h, log.word("late"))); });
    const auto second = spawn([&] { log.item("second")(c.receive()); });
    yield();
    const auto sender = spawn([&] { c.send(1); });
    yield();          // the sender's item is promised to the first one
    sender.cancel();  // which then finds no item
    yield();
    yield();
    c.send(2);
    c.send(3);
    first.join();
    second.join();
  });
  EXPECT_THAT(log.said, ElementsAre("first 2", "second 3"));
}

TEST_F(SelectLosesNothing, AnItemWhoseMoveThrowsStaysWithTheSelectThatOffersIt) {
  struct brittle {
    explicit brittle(bool* t) : throws(t) {}
    brittle(brittle&& other) : throws(other.throws) {
      if (*throws) throw std::runtime_error("move");
    }
    bool* throws;
  };
  sim.run([&] {
    bool throws = false;
    channel<brittle> c;
    brittle item(&throws);
    const auto chooser =
        spawn([&] { select(on_send(c, std::move(item), log.word("sent")), after(1h, log.word("late"))); });
    yield();
    throws = true;
    EXPECT_THROW(c.receive(), std::runtime_error);
    throws = false;
    yield();
    EXPECT_TRUE(c.receive().has_value());
    chooser.join();
  });
  EXPECT_THAT(log.said, ElementsAre("sent"));
}

TEST_F(SelectLosesNothing, ALeftOverOneOutlivesItsChannels) {
  sim.run([&] {
    channel<int> a;
    channel<int> b(1);
    channel<int> c;
    spawn([&] { select(on_receive(a, log.item("a")), on_receive(b, log.item("b"))); });
    spawn([&] { select(on_send(c, 1, log.word("c")), on_receive(b, log.item("b"))); });
    spawn([&] { select(on_receive(a, log.item("a")), on_send(c, 1, log.word("c"))); });
    yield();
    b.close();  // the first two are woken, and then the channels are destroyed
  });
  EXPECT_THAT(log.said, ElementsAre());
}

TEST_F(SelectLosesNothing, AHopelessOneIsNamed) {
  try {
    sim.run([&] {
      channel<int> orders("orders");
      select(on_receive(orders, log.item("orders")), on_send(orders, 1, [] {}));
    });
    FAIL() << "it ended";
  } catch (const deadlock_error& e) {
    EXPECT_THAT(e.what(), HasSubstr("main: select on channel \"orders\""));
  }
}

TEST_F(SelectLosesNothing, InACallbackItMustNotWait) {
  std::string error;
  sim.run([&] {
    channel<int> c;
    const auto t = spawn([] {});
    t.on_done([&] {
      select(on_receive(c, log.item("c")), otherwise(log.word("nothing")));
      try {
        select(on_receive(c, log.item("c")));
      } catch (const std::logic_error& e) {
        error = e.what();
      }
    });
    t.join();
    EXPECT_FALSE(c.try_send(1));
  });
  EXPECT_EQ(error, "a callback must not wait");
  EXPECT_THAT(log.said, ElementsAre("nothing"));
}

// ---- real threads

TEST(SelectThreads, APlainThreadSelects) {
  channel<int> c;
  channel<int> idle;
  std::optional<int> got;
  std::thread thread([&] { select(on_receive(idle, [] {}), on_receive(c, [&](std::optional<int> i) { got = i; })); });
  run([&] { c.send(8); });
  thread.join();
  EXPECT_EQ(got, 8);
  EXPECT_EQ(select(on_receive(c, [] {}), after(1ms, [] {})), 1U);
}

// Every sent item is received exactly once, in any race.
TEST(SelectThreads, SelectsOnTwoSchedulersLoseNothing) {
  constexpr int items = 3000;
  channel<int> rendezvous;
  channel<int> buffered(2);
  channel<int> stop(2);
  std::atomic<long> received{0};
  std::atomic<long> sum{0};
  const auto consume = [&] {
    bool running = true;
    const auto take = [&](std::optional<int> i) {
      received += 1;
      sum += *i;
    };
    while (running) {
      select(on_receive(rendezvous, take), on_receive(buffered, take), on_receive(stop, [&] { running = false; }));
    }
  };
  const auto produce = [&](int first) {
    for (int i = first; i < items; i += 2) select(on_send(rendezvous, i, [] {}), on_send(buffered, i, [] {}));
  };
  std::thread consumer([&] { run(consume); });
  std::thread second_consumer(consume);
  std::thread producer([&] { run([&] { produce(1); }); });
  run([&] { produce(0); });
  producer.join();
  while (received < items) std::this_thread::yield();
  stop.close();
  consumer.join();
  second_consumer.join();
  EXPECT_EQ(received, items);
  EXPECT_EQ(sum, long{items} * (items - 1) / 2);
}

TEST(SelectThreads, TimeLimitsAndGrantsThatRaceLoseNothing) {
  constexpr int items = 400;
  channel<int> c;
  std::atomic<int> received{0};
  std::thread consumer([&] {
    run([&] {
      for (bool open = true; open;) {
        select(on_receive(c,
                          [&](std::optional<int> i) {
                            open = i.has_value();
                            if (open) ++received;
                          }),
               after(20us, [] {}));
      }
    });
  });
  run([&] {
    for (int i = 0; i < items;) {
      select(on_send(c, i, [&] { ++i; }), after(15us, [] {}));
    }
    c.close();
  });
  consumer.join();
  EXPECT_EQ(received, items);
}

TEST(SelectThreads, CancellationsThatRaceLoseNothing) {
  constexpr int items = 300;
  channel<int> c(1);
  std::atomic<int> received{0};
  std::thread consumer([&] {
    run([&] {
      bool open = true;
      while (open) {
        const auto chooser = spawn([&] {
          select(on_receive(c, [&](std::optional<int> i) {
            open = i.has_value();
            if (open) ++received;
          }));
        });
        yield();
        chooser.kill();
      }
    });
  });
  run([&] {
    for (int i = 0; i < items; ++i) {
      c.send(i);
      yield();
    }
    c.close();
  });
  consumer.join();
  EXPECT_EQ(received, items);
}

TEST(SelectThreads, TasksOfAnotherSchedulerAreReadyOnce) {
  promise<task<int>> handle;
  std::thread other([&] {
    run([&] {
      const task<int> t = spawn([] {
        sleep_for(1ms);
        return 4;
      });
      handle.set_value(t);
      t.join();
    });
  });
  run([&] {
    const task<int> t = handle.get_future().get();
    EXPECT_EQ(select(on_ready(t, [] {}), after(1h, [] {})), 0U);
    EXPECT_EQ(t.get(), 4);
  });
  other.join();
}

}  // namespace
}  // namespace weft
