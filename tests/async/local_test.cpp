// Coroutine-local values: the tests of gevent.local.
#include "weft/local.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "support/recorded.hpp"
#include "weft/generator.hpp"
#include "weft/greenlet.hpp"
#include "weft/this_coroutine.hpp"

namespace weft {
namespace {

using support::simulation;
using testing::ElementsAre;

class Local : public testing::Test {
 protected:
  simulation sim;
  std::vector<std::string> order;

  // Reports its destruction.
  struct teller {
    std::vector<std::string>* order;
    std::string name;
    teller(std::vector<std::string>& o, std::string n) : order(&o), name(std::move(n)) {}
    teller(const teller&) = delete;
    teller& operator=(const teller&) = delete;
    ~teller() { order->push_back(name + " gone"); }
  };
  using told = std::unique_ptr<teller>;
  auto telling(const char* name) {
    return [this, name] { return std::make_unique<teller>(order, name); };
  }
};

TEST_F(Local, EachCoroutineHasItsOwnValue) {
  sim.run([] {
    local<int> number;
    *number = 1;
    spawn([&] {
      EXPECT_EQ(*number, 0);
      *number = 2;
      yield();
      EXPECT_EQ(*number, 2);
    }).get();
    EXPECT_EQ(*number, 1);
  });
}

TEST_F(Local, TheFirstUseMakesTheValue) {
  sim.run([] {
    int made = 0;
    local<std::string> text([&] {
      ++made;
      return std::string("made");
    });
    EXPECT_FALSE(text.has_value());
    EXPECT_EQ(made, 0);
    EXPECT_EQ(*text, "made");
    EXPECT_EQ(text->size(), 4u);
    EXPECT_TRUE(text.has_value());
    EXPECT_EQ(made, 1);
  });
}

TEST_F(Local, ATypeWithoutADefaultNeedsOnlyAMaker) {
  struct wrapped {
    explicit wrapped(int n) : number(n) {}
    int number;
  };
  sim.run([] {
    local<wrapped> w([] { return wrapped(7); });
    EXPECT_EQ(w->number, 7);
  });
}

TEST_F(Local, AMakerThatThrowsLeavesNoValue) {
  sim.run([] {
    bool fail = true;
    local<int> number([&] { return fail ? throw std::runtime_error("not yet") : 3; });
    EXPECT_THROW(*number, std::runtime_error);
    EXPECT_FALSE(number.has_value());
    fail = false;
    EXPECT_EQ(*number, 3);
  });
}

TEST_F(Local, ResetDestroysTheValue) {
  sim.run([&] {
    local<told> t(telling("value"));
    *t;
    t.reset();
    EXPECT_FALSE(t.has_value());
    EXPECT_THAT(order, ElementsAre("value gone"));
    t.reset();
  });
}

TEST_F(Local, ValuesGoInReverseOrderAfterTheBodyBeforeCallbacksAndJoiners) {
  sim.run([&] {
    local<told> first(telling("first")), second(telling("second"));
    const task<> t = spawn([&] {
      *first;
      *second;
      order.push_back("body ends");
    });
    t.on_done([&] { order.push_back("callback"); });
    t.join();
    order.push_back("joined");
  });
  EXPECT_THAT(order, ElementsAre("body ends", "second gone", "first gone", "callback", "joined"));
}

TEST_F(Local, ValuesOfAFailedOrCancelledCoroutineAreDestroyedToo) {
  sim.run([&] {
    local<told> value(telling("value"));
    const task<> failing = spawn([&] {
      *value;
      throw std::runtime_error("x");
    });
    EXPECT_THROW(failing.get(), std::runtime_error);
    EXPECT_EQ(order.size(), 1u);
    const task<> sleeping = spawn([&] {
      *value;
      sleep_for(std::chrono::hours(1));
    });
    yield();
    sleeping.kill();
    EXPECT_EQ(order.size(), 2u);
  });
}

TEST_F(Local, AValueMayMakeAnotherWhileItGoes) {
  sim.run([&] {
    local<told> late(telling("late"));
    struct user {
      local<told>* uses;
      ~user() {
        if (uses != nullptr) static_cast<void>(**uses);
      }
    };
    local<user> early([&] { return user{&late}; });
    spawn([&] { *early; }).get();
    EXPECT_THAT(order, ElementsAre("late gone"));
  });
}

TEST_F(Local, DestroyingTheLocalDestroysThisCoroutinesValue) {
  sim.run([&] {
    auto value = std::make_unique<local<told>>(telling("value"));
    **value;
    value.reset();
    EXPECT_THAT(order, ElementsAre("value gone"));
  });
}

TEST_F(Local, AValueMayOutliveItsLocal) {
  sim.run([&] {
    auto value = std::make_unique<local<told>>(telling("value"));
    const task<> t = spawn([&] {
      **value;
      yield();
      order.push_back("body ends");
    });
    yield();
    value.reset();
    local<int> another;  // not confused with the old one
    EXPECT_FALSE(another.has_value());
    t.get();
  });
  EXPECT_THAT(order, ElementsAre("body ends", "value gone"));
}

TEST_F(Local, OutsideOfACoroutineThereIsOneAThread) {
  local<int> number;
  *number = 1;
  std::thread([&] {
    EXPECT_FALSE(number.has_value());
    *number = 2;
  }).join();
  sim.run([&] { EXPECT_FALSE(number.has_value()); });
  EXPECT_EQ(*number, 1);
}

TEST_F(Local, AThreadsValueGoesWithTheThread) {
  local<told> value(telling("value"));
  std::thread([&] { *value; }).join();
  EXPECT_THAT(order, ElementsAre("value gone"));
}

TEST_F(Local, AGeneratorSeesTheValuesOfTheCoroutineItRunsIn) {
  sim.run([] {
    local<int> number;
    *number = 5;
    generator<int> g([&](auto& y) {
      y(*number);
      y(*number);
    });
    EXPECT_EQ(g.next(), 5);
    spawn([&] {
      *number = 6;
      EXPECT_EQ(g.next(), 6);
    }).get();
  });
}

TEST_F(Local, AGreenletSeesTheValuesOfTheCoroutineItRunsIn) {
  sim.run([] {
    local<int> number;
    *number = 5;
    greenlet<int> g([&](int) { return *number; });
    EXPECT_EQ(g.switch_to(0), 5);
  });
}

TEST_F(Local, CapturesMayUseLocalsWhileTheyGo) {
  sim.run([&] {
    local<told> value(telling("value"));
    std::shared_ptr<void> captured(nullptr, [&](void*) { order.push_back(value.has_value() ? "there" : "missing"); });
    spawn([&value, held = std::move(captured)] { *value; }).get();
  });
  EXPECT_THAT(order, ElementsAre("there", "value gone"));
}

}  // namespace
}  // namespace weft
