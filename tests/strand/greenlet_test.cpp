#include "weft/greenlet.hpp"

#include <gtest/gtest.h>

#include <any>
#include <cerrno>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <unordered_set>
#include <utility>
#include <vector>

#include "strand/greenlet_helpers.hpp"

namespace {

using weft::greenlet;
using weft::greenlet_event;
using weft::tests::error;
using weft::tests::message_of;
using weft::tests::numbers;
using weft::tests::root;
using weft::tests::strings;
using weft::tests::suspended;
using weft::tests::traced;

static_assert(std::copyable<greenlet<int>>);
static_assert(std::equality_comparable<greenlet<int>>);
static_assert(std::constructible_from<greenlet<int>, int (*)(int)>);
static_assert(std::constructible_from<greenlet<int>, int (*)()>);
static_assert(std::constructible_from<greenlet<int>, void (*)(int)>);
static_assert(std::constructible_from<greenlet<int>, void (*)()>);
static_assert(!std::constructible_from<greenlet<int>, void (*)(std::string)>);
static_assert(!std::convertible_to<int (*)(int), greenlet<int>>, "the constructor is explicit");

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

}  // namespace
