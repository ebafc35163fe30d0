#include "weft/greenlet.hpp"

#include <gtest/gtest.h>

#include <cerrno>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <unordered_set>
#include <vector>

#include "weft/generator.hpp"
#include "weft/mutex.hpp"
#include "weft/run.hpp"
#include "weft/task.hpp"
#include "weft/this_coroutine.hpp"

namespace {

using weft::greenlet;
using weft::greenlet_event;
using strings = std::vector<std::string>;
using numbers = std::vector<int>;

static_assert(std::copyable<greenlet<int>>);
static_assert(std::equality_comparable<greenlet<int>>);
static_assert(std::constructible_from<greenlet<int>, int (*)(int)>);
static_assert(std::constructible_from<greenlet<int>, int (*)()>);
static_assert(std::constructible_from<greenlet<int>, void (*)(int)>);
static_assert(std::constructible_from<greenlet<int>, void (*)()>);
static_assert(!std::constructible_from<greenlet<int>, void (*)(std::string)>);
static_assert(!std::convertible_to<int (*)(int), greenlet<int>>, "the constructor is explicit");

struct says {
  strings& to;
  std::string word;
  ~says() { to.push_back(word); }
};

class unhandled_lines {
 public:
  unhandled_lines()
      : before_(weft::set_unhandled_handler(
            [this](std::exception_ptr, std::string_view line) { lines.emplace_back(line); })) {}
  ~unhandled_lines() { weft::set_unhandled_handler(before_); }
  strings lines;

 private:
  weft::unhandled_handler before_;
};

// This thread's tracer for a scope.
class traced {
 public:
  traced() {
    before_ = weft::set_greenlet_tracer([this](greenlet_event e, std::uint64_t from, std::uint64_t to) {
      events.push_back({e, from, to});
    });
  }
  ~traced() { weft::set_greenlet_tracer(before_); }
  struct event {
    greenlet_event what;
    std::uint64_t from, to;
    bool operator==(const event&) const = default;
  };
  std::vector<event> events;

 private:
  weft::greenlet_tracer before_;
};

std::string message_of(auto&& f) {
  try {
    f();
  } catch (const std::exception& e) {
    return e.what();
  }
  return "nothing was thrown";
}

std::exception_ptr error(const std::string& what) { return std::make_exception_ptr(std::runtime_error(what)); }

greenlet<int> root() { return greenlet<int>::current(); }

// Suspended in a switch to the root that carries 0, with `on_unwind` on its stack.
greenlet<int> suspended(strings& log, const std::string& on_unwind) {
  greenlet<int> g{[&log, on_unwind, main = root()](int) {
    const says at_end{log, on_unwind};
    return main.switch_to(0);
  }};
  g.switch_to(0);
  return g;
}

// ---- switching and values

TEST(Greenlet, TheTutorialsOrder) {
  numbers printed;
  greenlet<int> first;
  greenlet<int> second;
  first = greenlet<int>{[&] {
    printed.push_back(12);
    second.switch_to();
    printed.push_back(34);
  }};
  second = greenlet<int>{[&] {
    printed.push_back(56);
    first.switch_to();
    printed.push_back(78);
  }};

  first.switch_to();
  EXPECT_EQ(printed, (numbers{12, 56, 34}));

  second.switch_to();
  EXPECT_EQ(printed, (numbers{12, 56, 34, 78}));
}

TEST(Greenlet, TheFirstSwitchIsTheArgumentAndTheEndIsTheResult) {
  greenlet<int> g{[](int x) { return 2 * x; }};

  EXPECT_EQ(g.switch_to(21), 42);
}

TEST(Greenlet, ALaterSwitchComesOutOfTheSwitchItIsSuspendedIn) {
  const greenlet<int> main = root();
  greenlet<int> g{[&](int x) {
    const int y = main.switch_to(x + 1);
    const int z = main.switch_to(y + 10);
    return z + 100;
  }};

  EXPECT_EQ(g.switch_to(1), 2);
  EXPECT_EQ(g.switch_to(2), 12);
  EXPECT_EQ(g.switch_to(3), 103);
}

TEST(Greenlet, SwitchesBetweenSiblingsCarryValues) {
  const greenlet<std::string> main = greenlet<std::string>::current();
  greenlet<std::string> a;
  greenlet<std::string> b;
  a = greenlet<std::string>{[&](std::string s) { return b.switch_to(s + "a"); }};
  b = greenlet<std::string>{[&](std::string s) { return main.switch_to(s + "b"); }};

  EXPECT_EQ(a.switch_to("-"), "-ab");
}

TEST(Greenlet, WithoutAValueASwitchCarriesTheDefault) {
  greenlet<std::string> g{[](std::string s) { return "[" + s + "]"; }};

  EXPECT_EQ(g.switch_to(), "[]");
}

TEST(Greenlet, AVoidResultIsTheDefault) {
  greenlet<int> g{[](int) {}};

  EXPECT_EQ(g.switch_to(5), 0);
}

TEST(Greenlet, AFunctionWithoutAParameterIsFine) {
  greenlet<int> g{[] { return 3; }};

  EXPECT_EQ(g.switch_to(5), 3);
}

TEST(Greenlet, AFunctionThatCouldTakeBothTakesTheValue) {
  struct both {
    int operator()(int x) const { return x; }
    int operator()() const { return -1; }
  };
  greenlet<int> g{both{}};

  EXPECT_EQ(g.switch_to(5), 5);
}

TEST(Greenlet, CarriesMoveOnlyValues) {
  using pointer = std::unique_ptr<int>;
  greenlet<pointer> g{[](pointer p) { return std::make_unique<int>(*p + 1); }};

  EXPECT_EQ(*g.switch_to(std::make_unique<int>(1)), 2);
}

TEST(Greenlet, CarriesAnyByDefault) {
  greenlet<> g{[](std::any value) { return std::any(std::any_cast<int>(value) + 1); }};

  EXPECT_EQ(std::any_cast<int>(g.switch_to(41)), 42);
}

TEST(Greenlet, SwitchToItselfReturnsTheValue) {
  greenlet<int> g;
  g = greenlet<int>{[&](int x) { return g.switch_to(x + 1) * 10; }};

  EXPECT_EQ(root().switch_to(4), 4);
  EXPECT_EQ(g.switch_to(1), 20);
}

TEST(Greenlet, SwitchesFromDeepInACall) {
  struct deep {
    static int call(const greenlet<int>& main, int depth) {
      return depth == 0 ? main.switch_to(1) : call(main, depth - 1) + 1;
    }
  };
  const greenlet<int> main = root();
  greenlet<int> g{[&](int) { return deep::call(main, 100); }};

  EXPECT_EQ(g.switch_to(0), 1);
  EXPECT_EQ(g.switch_to(5), 105);
}

TEST(Greenlet, ManyAtOnce) {
  const greenlet<int> main = root();
  std::vector<greenlet<int>> all;
  for (int i = 0; i < 500; ++i) all.emplace_back([&](int x) { return main.switch_to(x); });

  int sum = 0;
  for (auto& g : all) sum += g.switch_to(1);
  for (auto& g : all) sum += g.switch_to(2);

  EXPECT_EQ(sum, 1500);
}

TEST(Greenlet, ExceptionStateAndErrnoBelongToEach) {
  const greenlet<int> main = root();
  std::string inside;
  int inside_errno = 0;
  greenlet<int> g{[&](int) {
    try {
      throw std::runtime_error("inner");
    } catch (...) {
      errno = ENOENT;
      main.switch_to(0);
      inside_errno = errno;
      inside = message_of([] { throw; });
    }
  }};

  errno = EBADF;
  try {
    throw std::runtime_error("outer");
  } catch (...) {
    g.switch_to(0);
    EXPECT_EQ(message_of([] { throw; }), "outer");
  }
  EXPECT_EQ(errno, EBADF);
  g.switch_to(0);

  EXPECT_EQ(inside, "inner");
  EXPECT_EQ(inside_errno, ENOENT);
}

// ---- state

TEST(GreenletState, StartedAndDeadTellItsLife) {
  greenlet<int> g{[main = root()](int) { return main.switch_to(0); }};

  EXPECT_FALSE(g.started());
  EXPECT_FALSE(g.dead());
  g.switch_to(0);
  EXPECT_TRUE(g.started());
  EXPECT_FALSE(g.dead());
  g.switch_to(0);
  EXPECT_TRUE(g.started());
  EXPECT_TRUE(g.dead());
}

TEST(GreenletState, CurrentIsTheRunningOne) {
  greenlet<int> inside;
  greenlet<int> g{[&](int) { inside = root(); }};

  g.switch_to(0);

  EXPECT_TRUE(inside == g);
  EXPECT_FALSE(root() == g);
}

TEST(GreenletState, TheRootHasStartedIsAliveAndHasNoParent) {
  EXPECT_TRUE(root().started());
  EXPECT_FALSE(root().dead());
  EXPECT_FALSE(root().parent());
  EXPECT_TRUE(root().parent() == greenlet<int>());
}

TEST(GreenletState, TheRootCountsForEveryType) {
  EXPECT_EQ(greenlet<int>::current().id(), greenlet<std::string>::current().id());
}

TEST(GreenletState, IdsDifferAndAreTheSameForEveryReference) {
  const greenlet<int> a{[] {}};
  const greenlet<int> b{[] {}};
  const greenlet<int> again = a;

  EXPECT_NE(a.id(), b.id());
  EXPECT_NE(a.id(), root().id());
  EXPECT_EQ(a.id(), again.id());
}

TEST(GreenletState, ComparesByIdentityAndHashes) {
  const greenlet<int> a{[] {}};
  const greenlet<int> b{[] {}};

  EXPECT_EQ((std::unordered_set<greenlet<int>>{a, b, a}.size()), 2U);
  EXPECT_TRUE(a != b);
}

TEST(GreenletState, TheFunctionIsDestroyedAtTheEnd) {
  auto watched = std::make_shared<int>();
  greenlet<int> g{[watched] {}};

  g.switch_to();

  EXPECT_EQ(watched.use_count(), 1);
}

TEST(GreenletState, AnEmptyReferenceHasNoFunction) {
  const greenlet<int> empty;

  EXPECT_FALSE(empty);
  EXPECT_FALSE(empty.started());
  EXPECT_FALSE(empty.dead());
  EXPECT_FALSE(empty.parent());
  EXPECT_EQ(empty.id(), 0U);
  EXPECT_THROW(empty.switch_to(1), std::logic_error);
  EXPECT_THROW(empty.throw_in(error("x")), std::logic_error);
  EXPECT_THROW(empty.kill(), std::logic_error);
}

TEST(GreenletState, MovedFromIsEmpty) {
  greenlet<int> a{[] { return 1; }};
  greenlet<int> b = std::move(a);

  EXPECT_FALSE(a);  // NOLINT(bugprone-use-after-move): what is promised of it
  EXPECT_EQ(b.switch_to(), 1);
}

// ---- parents

TEST(GreenletParent, IsTheOneThatMadeIt) {
  greenlet<int> child;
  greenlet<int> g{[&](int) { child = greenlet<int>{[] { return 1; }}; }};
  EXPECT_TRUE(g.parent() == root());

  g.switch_to(0);

  EXPECT_TRUE(child.parent() == g);
}

TEST(GreenletParent, GetsTheValueOfAnEndWhoeverSwitched) {
  const greenlet<int> main = root();
  greenlet<int> child{[](int x) { return x + 1; }};
  bool other_went_on = false;
  greenlet<int> other{[&](int) {
    child.switch_to(7);
    other_went_on = true;
  }};

  EXPECT_EQ(other.switch_to(0), 8);
  EXPECT_FALSE(other_went_on);
}

TEST(GreenletParent, GetsTheErrorOfAnEnd) {
  greenlet<int> g{[](int) { throw std::runtime_error("from below"); }};

  EXPECT_EQ(message_of([&] { g.switch_to(1); }), "from below");
  EXPECT_TRUE(g.dead());
}

TEST(GreenletParent, AnErrorGoesUpFromParentToParent) {
  greenlet<int> outer{[](int) {
    greenlet<int> inner{[](int) -> int { throw std::out_of_range("deep"); }};
    return inner.switch_to(0);
  }};

  EXPECT_THROW(outer.switch_to(0), std::out_of_range);
  EXPECT_TRUE(outer.dead());
}

TEST(GreenletParent, CanBeChanged) {
  int received = 0;
  greenlet<int> child{[](int x) { return x + 1; }};
  greenlet<int> parent{[&](int) { received = child.switch_to(1); }};
  child.set_parent(parent);

  parent.switch_to(0);

  EXPECT_EQ(received, 2);
  EXPECT_TRUE(child.parent() == parent);
}

TEST(GreenletParent, ADeadParentIsPassedOver) {
  greenlet<int> child{[](int x) { return x + 1; }};
  const greenlet<int> parent{[] {}};
  child.set_parent(parent);
  parent.switch_to();

  EXPECT_EQ(child.switch_to(1), 2);
}

TEST(GreenletParent, AnUnstartedParentIsStartedWithTheValue) {
  greenlet<int> child{[](int x) { return x + 1; }};
  greenlet<int> parent{[](int x) { return x * 10; }};
  child.set_parent(parent);

  EXPECT_EQ(child.switch_to(1), 20);
  EXPECT_TRUE(parent.dead());
}

TEST(GreenletParent, AnErrorKillsAnUnstartedParentAndGoesOn) {
  bool ran = false;
  greenlet<int> child{[](int) { throw std::runtime_error("up"); }};
  greenlet<int> parent{[&](int) { ran = true; }};
  child.set_parent(parent);

  EXPECT_EQ(message_of([&] { child.switch_to(1); }), "up");
  EXPECT_TRUE(parent.dead());
  EXPECT_FALSE(ran);
}

TEST(GreenletParent, CyclesAreRefused) {
  const greenlet<int> a{[] {}};
  const greenlet<int> b{[] {}};
  b.set_parent(a);

  EXPECT_THROW(a.set_parent(b), std::logic_error);
  EXPECT_THROW(a.set_parent(a), std::logic_error);
  EXPECT_TRUE(a.parent() == root());
}

TEST(GreenletParent, ARootGetsNone) {
  const greenlet<int> g{[] {}};

  EXPECT_THROW(root().set_parent(g), std::logic_error);
  EXPECT_FALSE(root().parent());
}

TEST(GreenletParent, AChildThatFallsIntoAnEmptyOneIsALogicErrorForTheRoot) {
  const greenlet<int> child{[](int x) { return x; }};
  child.set_parent(greenlet<int>());

  EXPECT_THROW(child.switch_to(1), std::logic_error);
  EXPECT_TRUE(child.dead());
}

TEST(GreenletParent, SwitchToADeadOneGoesToItsNearestLiveParent) {
  const greenlet<int> main = root();
  greenlet<int> dead;
  int received = 0;
  greenlet<int> parent{[&](int) {
    dead = greenlet<int>{[] {}};
    dead.switch_to();
    received = main.switch_to(0);
  }};
  parent.switch_to(0);

  dead.switch_to(9);

  EXPECT_EQ(received, 9);
}

TEST(GreenletParent, SwitchToADeadChildOfOneselfReturnsTheValue) {
  greenlet<int> g{[] {}};
  g.switch_to();

  EXPECT_EQ(g.switch_to(6), 6);
}

// ---- types

TEST(GreenletTypes, CurrentInsideOneOfAnotherTypeIsALogicError) {
  greenlet<int> g{[](int) { greenlet<std::string>::current(); }};

  EXPECT_THROW(g.switch_to(0), std::logic_error);
}

TEST(GreenletTypes, AnEndThatWouldCarryAnotherTypeIsALogicErrorForTheParent) {
  std::string message;
  greenlet<std::string> outer{[&](std::string s) {
    greenlet<int> inner{[](int x) { return x; }};
    message = message_of([&] { inner.switch_to(1); });
    return s;
  }};

  EXPECT_EQ(outer.switch_to("ok"), "ok");
  EXPECT_NE(message.find("another type"), std::string::npos) << message;
}

TEST(GreenletTypes, ASwitchToTheRootThatWaitsForAnotherTypeIsALogicError) {
  std::string message;
  const greenlet<std::string> main = greenlet<std::string>::current();
  greenlet<int> g{[&](int x) {
    message = message_of([&] { main.switch_to("text"); });
    return x;
  }};

  EXPECT_EQ(g.switch_to(3), 3);
  EXPECT_NE(message.find("another type"), std::string::npos) << message;
}

// ---- throw_in and kill

TEST(GreenletThrow, ComesOutOfTheSwitchItIsSuspendedIn) {
  const greenlet<int> main = root();
  std::string caught;
  greenlet<int> g{[&](int) {
    caught = message_of([&] { main.switch_to(0); });
    return 5;
  }};
  g.switch_to(0);

  EXPECT_EQ(g.throw_in(error("in")), 5);
  EXPECT_EQ(caught, "in");
}

TEST(GreenletThrow, UncaughtComesBackToTheParent) {
  strings log;
  greenlet<int> g = suspended(log, "unwound");

  EXPECT_EQ(message_of([&] { g.throw_in(error("through")); }), "through");
  EXPECT_EQ(log, strings{"unwound"});
  EXPECT_TRUE(g.dead());
}

TEST(GreenletThrow, OfAnUnstartedOneKillsItWithoutRunningIt) {
  bool ran = false;
  greenlet<int> g{[&](int) { ran = true; }};

  EXPECT_EQ(message_of([&] { g.throw_in(error("early")); }), "early");
  EXPECT_TRUE(g.dead());
  EXPECT_FALSE(ran);
}

TEST(GreenletThrow, OfADeadOneComesBackToTheCaller) {
  greenlet<int> g{[] {}};
  g.switch_to();

  EXPECT_EQ(message_of([&] { g.throw_in(error("late")); }), "late");
}

TEST(GreenletThrow, OfTheRunningOneIsThrownAtOnce) {
  EXPECT_EQ(message_of([] { root().throw_in(error("here")); }), "here");
}

TEST(GreenletThrow, IntoTheRootComesOutOfItsSwitch) {
  const greenlet<int> main = root();
  greenlet<int> g{[&](int) { main.throw_in(error("to the root")); }};

  EXPECT_EQ(message_of([&] { g.switch_to(0); }), "to the root");
  EXPECT_FALSE(g.dead());
}

TEST(GreenletThrow, OfNothingIsRefused) {
  const greenlet<int> g{[] {}};

  EXPECT_THROW(g.throw_in(nullptr), std::invalid_argument);
}

TEST(GreenletKill, UnwindsAndReturnsTheDefault) {
  strings log;
  greenlet<int> g = suspended(log, "unwound");

  EXPECT_EQ(g.kill(), 0);
  EXPECT_TRUE(g.dead());
  EXPECT_EQ(log, strings{"unwound"});
}

TEST(GreenletKill, ThrowsGreenletExitWhichIsNotAStdException) {
  const greenlet<int> main = root();
  strings caught;
  greenlet<int> g{[&](int) {
    try {
      try {
        main.switch_to(0);
      } catch (const std::exception&) {
        caught.emplace_back("std");
      }
    } catch (const weft::greenlet_exit&) {
      caught.emplace_back("exit");
      throw;
    }
  }};
  g.switch_to(0);

  g.kill();

  EXPECT_EQ(caught, strings{"exit"});
}

TEST(GreenletKill, OfOneThatSwallowsItReturnsItsResult) {
  const greenlet<int> main = root();
  greenlet<int> g{[&](int) {
    try {
      main.switch_to(0);
    } catch (const weft::greenlet_exit&) {
    }
    return 4;
  }};
  g.switch_to(0);

  EXPECT_EQ(g.kill(), 4);
  EXPECT_TRUE(g.dead());
}

TEST(GreenletKill, OfOneThatResistsReturnsWhatItSwitchesBackWith) {
  const greenlet<int> main = root();
  greenlet<int> g{[&](int) {
    try {
      main.switch_to(0);
    } catch (const weft::greenlet_exit&) {
      return main.switch_to(8);
    }
    return 0;
  }};
  g.switch_to(0);

  EXPECT_EQ(g.kill(), 8);
  EXPECT_FALSE(g.dead());
  EXPECT_EQ(g.switch_to(2), 2);
}

TEST(GreenletKill, OfAnUnstartedOneReturnsTheDefaultAndDestroysTheFunction) {
  auto watched = std::make_shared<int>();
  greenlet<int> g{[watched](int) { return 5; }};

  EXPECT_EQ(g.kill(), 0);
  EXPECT_TRUE(g.dead());
  EXPECT_FALSE(g.started());
  EXPECT_EQ(watched.use_count(), 1);
}

TEST(GreenletKill, OfADeadOneReturnsTheDefault) {
  greenlet<int> g{[] { return 5; }};
  g.switch_to();

  EXPECT_EQ(g.kill(), 0);
}

TEST(GreenletKill, ThrowInOfAGreenletExitIsTheSame) {
  strings log;
  greenlet<int> g = suspended(log, "unwound");

  EXPECT_EQ(g.throw_in(std::make_exception_ptr(weft::greenlet_exit())), 0);
  EXPECT_EQ(log, strings{"unwound"});
}

TEST(GreenletKill, AnExitThatLeavesTheFunctionByItselfIsAGoodEnd) {
  greenlet<int> g{[](int) -> int { throw weft::greenlet_exit(); }};

  EXPECT_EQ(g.switch_to(1), 0);
  EXPECT_TRUE(g.dead());
}

// ---- the last reference

TEST(GreenletLastReference, UnwindsASuspendedOneAtOnce) {
  strings log;
  greenlet<int> g = suspended(log, "unwound");

  g = greenlet<int>();

  EXPECT_EQ(log, strings{"unwound"});
}

TEST(GreenletLastReference, ACopyKeepsItSuspended) {
  strings log;
  greenlet<int> g = suspended(log, "unwound");
  greenlet<int> copy = g;

  g = greenlet<int>();
  EXPECT_EQ(log, strings());
  copy = greenlet<int>();

  EXPECT_EQ(log, strings{"unwound"});
}

TEST(GreenletLastReference, ReferencesOnItsOwnStackDoNotKeepIt) {
  strings log;
  greenlet<int> g{[&](int) {
    const says at_end{log, "unwound"};
    const greenlet<int> self = root();
    return greenlet<int>::current().parent().switch_to(self.started() ? 1 : 0);
  }};
  EXPECT_EQ(g.switch_to(0), 1);

  g = greenlet<int>();

  EXPECT_EQ(log, strings{"unwound"});
}

TEST(GreenletLastReference, AReferenceThatTheBodyOwnsKeepsIt) {
  strings log;
  const greenlet<int> main = root();
  auto self = std::make_shared<greenlet<int>>();
  std::weak_ptr<greenlet<int>> watched = self;
  *self = greenlet<int>{[&log, &main, self](int) {
    const says at_end{log, "unwound"};
    main.switch_to(0);
  }};
  self->switch_to(0);
  self.reset();
  EXPECT_EQ(log, strings());

  watched.lock()->switch_to(0);

  EXPECT_EQ(log, strings{"unwound"});
  EXPECT_TRUE(watched.expired());
}

TEST(GreenletLastReference, ChildrenOnTheStackOfAnUnwoundOneAreUnwoundToo) {
  strings log;
  const greenlet<int> main = root();
  greenlet<int> outer{[&](int) {
    const says at_end{log, "outer"};
    greenlet<int> inner{[&](int) {
      const says inner_end{log, "inner"};
      main.switch_to(0);
    }};
    inner.switch_to(0);
  }};
  outer.switch_to(0);

  outer = greenlet<int>();

  EXPECT_EQ(log, (strings{"inner", "outer"}));
}

TEST(GreenletLastReference, OneThatDropsItselfIsUnwoundWhenItSwitchesAway) {
  strings log;
  const greenlet<int> main = root();
  greenlet<int> g;
  g = greenlet<int>{[&](int) {
    const says at_end{log, "unwound"};
    g = greenlet<int>();
    main.switch_to(3);
    log.emplace_back("not reached");
  }};

  EXPECT_EQ(g.switch_to(0), 3);
  EXPECT_EQ(log, strings{"unwound"});
}

TEST(GreenletLastReference, AParentWithoutOneGetsTheEndOfItsChild) {
  strings log;
  const greenlet<int> main = root();
  greenlet<int> parent;
  parent = greenlet<int>{[&](int) {
    parent = greenlet<int>();
    greenlet<int> child{[](int x) { return x + 1; }};
    log.push_back(std::to_string(child.switch_to(1)));
    return 5;
  }};

  EXPECT_EQ(parent.switch_to(0), 5);
  EXPECT_EQ(log, strings{"2"});
}

TEST(GreenletLastReference, OfAnUnstartedOneDestroysTheFunction) {
  auto watched = std::make_shared<int>();
  greenlet<int> g{[watched] {}};

  g = greenlet<int>();

  EXPECT_EQ(watched.use_count(), 1);
}

TEST(GreenletLastReference, AnIgnoredExitIsReported) {
  unhandled_lines unhandled;
  const greenlet<int> main = root();
  greenlet<int> g{[&](int) {
    for (;;) {
      try {
        main.switch_to(0);
      } catch (const weft::greenlet_exit&) {
      }
    }
  }};
  g.switch_to(0);

  g = greenlet<int>();

  ASSERT_EQ(unhandled.lines.size(), 1U);
  EXPECT_NE(unhandled.lines[0].find("greenlet ignored greenlet_exit"), std::string::npos) << unhandled.lines[0];
}

TEST(GreenletLastReference, AnErrorWhileItUnwindsIsReported) {
  unhandled_lines unhandled;
  const greenlet<int> main = root();
  greenlet<int> g{[&](int) {
    try {
      main.switch_to(0);
    } catch (const weft::greenlet_exit&) {
      throw std::runtime_error("at the end");
    }
  }};
  g.switch_to(0);

  g = greenlet<int>();

  ASSERT_EQ(unhandled.lines.size(), 1U);
  EXPECT_NE(unhandled.lines[0].find("at the end"), std::string::npos) << unhandled.lines[0];
}

TEST(GreenletLastReference, WorksWhileAnErrorUnwinds) {
  strings log;

  EXPECT_THROW(
      {
        const greenlet<int> g = suspended(log, "unwound");
        throw std::out_of_range("x");
      },
      std::out_of_range);

  EXPECT_EQ(log, strings{"unwound"});
}

TEST(GreenletLastReference, InsideAGreenletOfAnotherTypeUnwindsAsWell) {
  strings log;
  greenlet<int> g = suspended(log, "unwound");
  unhandled_lines unhandled;
  greenlet<std::string> other{[&](std::string s) {
    g = greenlet<int>();
    return s;
  }};

  EXPECT_EQ(other.switch_to("ok"), "ok");
  EXPECT_EQ(log, strings{"unwound"});
  EXPECT_EQ(unhandled.lines, strings());
}

// ---- tracer

TEST(GreenletTracer, SeesEachSwitchAndTheEnd) {
  const greenlet<int> main = root();
  greenlet<int> g{[&](int) { main.switch_to(0); }};
  const auto r = main.id();
  traced trace;

  g.switch_to(0);
  g.switch_to(0);

  EXPECT_EQ(trace.events, (std::vector<traced::event>{{greenlet_event::switched, r, g.id()},
                                                      {greenlet_event::switched, g.id(), r},
                                                      {greenlet_event::switched, r, g.id()},
                                                      {greenlet_event::switched, g.id(), r}}));
}

TEST(GreenletTracer, TellsErrorsApart) {
  strings log;
  greenlet<int> g = suspended(log, "unwound");
  const auto r = root().id();
  traced trace;

  EXPECT_THROW(g.throw_in(error("x")), std::runtime_error);

  EXPECT_EQ(trace.events,
            (std::vector<traced::event>{{greenlet_event::thrown, r, g.id()}, {greenlet_event::thrown, g.id(), r}}));
}

TEST(GreenletTracer, SetReturnsTheOneBefore) {
  int calls = 0;
  weft::set_greenlet_tracer([&](greenlet_event, std::uint64_t, std::uint64_t) { ++calls; });

  const weft::greenlet_tracer before = weft::set_greenlet_tracer(nullptr);
  before(greenlet_event::switched, 1, 2);

  EXPECT_EQ(calls, 1);
  EXPECT_FALSE(weft::set_greenlet_tracer(nullptr));
}

TEST(GreenletTracer, OneThatThrowsIsRemovedAndItsErrorComesOutOfTheSwitch) {
  strings log;
  greenlet<int> g{[](int) { return 1; }};
  weft::set_greenlet_tracer(
      [](greenlet_event, std::uint64_t, std::uint64_t) { throw std::runtime_error("tracer broke"); });

  EXPECT_EQ(message_of([&] { g.switch_to(0); }), "tracer broke");

  EXPECT_FALSE(weft::set_greenlet_tracer(nullptr));
}

TEST(GreenletTracer, BelongsToItsThread) {
  traced trace;

  std::thread([] {
    greenlet<int> g{[] {}};
    g.switch_to();
  }).join();

  EXPECT_TRUE(trace.events.empty());
}

// ---- threads

TEST(GreenletThreads, OneOfAnotherThreadIsRefusedAndUnchanged) {
  greenlet<int> g{[](int x) { return x; }};
  strings messages;

  std::thread([&] {
    messages.push_back(message_of([&] { g.switch_to(1); }));
    messages.push_back(message_of([&] { g.kill(); }));
  }).join();

  for (const auto& m : messages) EXPECT_NE(m.find("different thread"), std::string::npos) << m;
  EXPECT_FALSE(g.dead());
  EXPECT_EQ(g.switch_to(4), 4);
}

TEST(GreenletThreads, OneOfAThreadThatHasEndedSaysSo) {
  greenlet<int> g;
  std::thread([&] { g = greenlet<int>{[](int x) { return x; }}; }).join();

  const std::string message = message_of([&] { g.switch_to(1); });

  EXPECT_NE(message.find("which has exited"), std::string::npos) << message;
}

TEST(GreenletThreads, TheRootOfAnotherThreadIsNoParent) {
  const greenlet<int> g{[] {}};
  greenlet<int> other_root;
  std::thread([&] { other_root = root(); }).join();

  EXPECT_THROW(g.set_parent(other_root), std::logic_error);
}

TEST(GreenletThreads, ASuspendedOneDroppedElsewhereIsUnwoundByItsThreadAtTheNextSwitch) {
  strings log;
  greenlet<int> g = suspended(log, "unwound");
  std::thread([g = std::move(g)] {}).join();
  EXPECT_EQ(log, strings());

  greenlet<int>([] {}).switch_to();

  EXPECT_EQ(log, strings{"unwound"});
}

TEST(GreenletThreads, ASuspendedOneOfAThreadThatHasEndedIsNeverUnwound) {
  strings log;
  greenlet<int> g;
  std::thread([&] { g = suspended(log, "unwound"); }).join();

  g = greenlet<int>();

  EXPECT_EQ(log, strings());
}

TEST(GreenletThreads, EachThreadHasItsOwnRoot) {
  std::uint64_t other = 0;

  std::thread([&] { other = root().id(); }).join();

  EXPECT_NE(other, root().id());
}

// ---- inside coroutines

TEST(GreenletInCoroutine, TheCoroutinesStackIsTheRoot) {
  const auto outside = root().id();
  std::vector<std::uint64_t> roots;
  weft::run([&] {
    roots.push_back(root().id());
    weft::spawn([&] { roots.push_back(root().id()); }).join();
    roots.push_back(root().id());
  });

  EXPECT_NE(roots[0], outside);
  EXPECT_NE(roots[0], roots[1]);
  EXPECT_EQ(roots[0], roots[2]);
  EXPECT_EQ(root().id(), outside);
}

TEST(GreenletInCoroutine, AWaitInAGreenletSuspendsTheCoroutineAndReturnsIntoTheGreenlet) {
  strings order;
  weft::run([&] {
    auto other = weft::spawn([&] {
      greenlet<int> g{[&] {
        order.emplace_back("other's greenlet");
        weft::yield();
        order.emplace_back("other's greenlet again");
      }};
      g.switch_to();
    });
    greenlet<int> g{[&] {
      order.emplace_back("before");
      weft::yield();
      order.emplace_back("after");
      weft::yield();
      return 1;
    }};
    order.push_back("got " + std::to_string(g.switch_to()));
    other.join();
  });

  EXPECT_EQ(order, (strings{"before", "other's greenlet", "after", "other's greenlet again", "got 1"}));
}

TEST(GreenletInCoroutine, OneOfAnotherCoroutineIsRefusedAndUnchanged) {
  std::string message;
  weft::run([&] {
    greenlet<int> g{[](int x) { return x; }};
    weft::spawn([&] { message = message_of([&] { g.switch_to(1); }); }).join();
    EXPECT_EQ(g.switch_to(2), 2);
  });

  EXPECT_NE(message.find("different thread"), std::string::npos) << message;
}

TEST(GreenletInCoroutine, OneOfACoroutineThatHasEndedSaysSo) {
  std::string message;
  weft::run([&] {
    greenlet<int> g;
    weft::spawn([&] { g = greenlet<int>{[](int x) { return x; }}; }).join();
    message = message_of([&] { g.switch_to(1); });
  });

  EXPECT_NE(message.find("which has exited"), std::string::npos) << message;
}

TEST(GreenletInCoroutine, ASuspendedOneOutlivesItsCoroutineAndIsUnwoundWithItsLastReference) {
  strings log;
  weft::run([&] {
    greenlet<int> g;
    weft::spawn([&] { g = suspended(log, "unwound"); }).join();
    EXPECT_EQ(log, strings());
    g = greenlet<int>();
  });

  EXPECT_EQ(log, strings{"unwound"});
}

TEST(GreenletInCoroutine, GreenletsOutsideOfARunKeepTheirStateAcrossIt) {
  const greenlet<int> main = root();
  greenlet<int> g{[&](int x) { return main.switch_to(x + 1) + 10; }};
  EXPECT_EQ(g.switch_to(1), 2);

  weft::run([&] { EXPECT_THROW(g.switch_to(2), std::logic_error); });

  EXPECT_EQ(g.switch_to(5), 15);
}

TEST(GreenletInCoroutine, IdentityAndLocksAreTheCoroutines) {
  weft::run([&] {
    weft::mutex m;
    m.lock();
    const auto id = weft::this_coroutine::id();
    greenlet<int> g{[&] {
      EXPECT_EQ(weft::this_coroutine::id(), id);
      m.unlock();
    }};
    g.switch_to();
    EXPECT_TRUE(m.try_lock());
    m.unlock();
  });
}

TEST(GreenletInCoroutine, CancellationComesOutOfTheWaitAndGoesUpToTheRoot) {
  strings log;
  weft::run([&] {
    auto t = weft::spawn([&] {
      const says at_end{log, "root unwound"};
      greenlet<int> g{[&] {
        const says inner{log, "greenlet unwound"};
        weft::yield();
      }};
      g.switch_to();
      log.emplace_back("not reached");
    });
    weft::yield();
    t.kill();
  });

  EXPECT_EQ(log, (strings{"greenlet unwound", "root unwound"}));
}

TEST(GreenletInCoroutine, AThousandCoroutinesWithGreenletsOneAfterTheOther) {
  int sum = 0;
  weft::run([&] {
    for (int i = 0; i < 1000; ++i) {
      weft::spawn([&] {
        greenlet<int> g{[](int x) { return x + 1; }};
        sum += g.switch_to(1);
      }).join();
    }
  });

  EXPECT_EQ(sum, 2000);
}

TEST(GreenletInCoroutine, ASuspendedOneDroppedOnAnotherThreadIsUnwoundByASchedulerThatWaits) {
  strings log;
  weft::run([&] {
    greenlet<int> g = suspended(log, "unwound");
    std::thread([g = std::move(g)] {}).join();
    while (log.empty()) weft::yield();
  });

  EXPECT_EQ(log, strings{"unwound"});
}

// ---- with generators

TEST(GreenletAndGenerator, AGeneratorConsumedInAGreenletMaySwitchAway) {
  const greenlet<int> main = root();
  greenlet<int> g{[&](int) {
    weft::generator<int> numbers_of{[&](auto& y) { y(main.switch_to(1)); }};
    return *numbers_of.next() * 2;
  }};

  EXPECT_EQ(g.switch_to(0), 1);
  EXPECT_EQ(g.switch_to(21), 42);
}

TEST(GreenletAndGenerator, AYieldOnTheStackOfAnotherGreenletIsALogicError) {
  std::string message;
  const greenlet<int> main = root();
  weft::generator<int> numbers_of{[&](auto& y) {
    greenlet<int> other{[&] { message = message_of([&] { y(1); }); }};
    other.switch_to();
    y(2);
  }};

  EXPECT_EQ(numbers_of.next(), 2);
  EXPECT_EQ(message, "yield of a generator that is running elsewhere");
}

}  // namespace
