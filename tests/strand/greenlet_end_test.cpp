// Greenlets: errors thrown in, kill(), and the last reference.
#include <gtest/gtest.h>

#include <exception>
#include <memory>
#include <stdexcept>
#include <string>

#include "async/unhandled_errors.hpp"
#include "strand/greenlet_helpers.hpp"
#include "weft/greenlet.hpp"

namespace {

using weft::greenlet;
using weft::tests::error;
using weft::tests::message_of;
using weft::tests::root;
using weft::tests::says;
using weft::tests::strings;
using weft::tests::suspended;
using weft::tests::unhandled_errors;

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
  unhandled_errors unhandled;
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
  unhandled_errors unhandled;
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
  unhandled_errors unhandled;
  greenlet<std::string> other{[&](std::string s) {
    g = greenlet<int>();
    return s;
  }};

  EXPECT_EQ(other.switch_to("ok"), "ok");
  EXPECT_EQ(log, strings{"unwound"});
  EXPECT_EQ(unhandled.lines, strings());
}

}  // namespace
