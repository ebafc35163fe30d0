// Greenlets: which greenlet gets the value or the error when one ends.
#include <gtest/gtest.h>

#include <stdexcept>

#include "strand/greenlet_helpers.hpp"
#include "weft/greenlet.hpp"

namespace {

using weft::greenlet;
using weft::tests::message_of;
using weft::tests::root;

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

}  // namespace
