// Switch, then run a function on the other stack.
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "ping_pong.hpp"

namespace weft::testing {
namespace {

TEST(SwitchCall, TheFunctionRunsBeforeTheContextGoesOn) {
  static std::string order;
  order.clear();
  partner other([](partner& self) {
    order += "1";
    self.back();
    order += "3";
  });
  other.resume();

  other.resume_with([](void*) { order += "2"; }, nullptr);

  EXPECT_EQ(order, "123");
}

TEST(SwitchCall, TheFunctionRunsOnTheOtherStack) {
  const void* where = nullptr;
  partner other([](partner& self) { self.back(); });
  other.resume();

  other.resume_with([](void* found) { *static_cast<const void**>(found) = __builtin_frame_address(0); }, &where);

  EXPECT_TRUE(other.holds(where));
}

TEST(SwitchCall, OnANewContextTheFunctionRunsBeforeTheEntry) {
  static std::string order;
  order.clear();
  partner other([](partner&) { order += "2"; });

  other.resume_with([](void*) { order += "1"; }, nullptr);

  EXPECT_EQ(order, "12");
  EXPECT_TRUE(other.ended());
}

TEST(SwitchCall, TheFunctionMayFreeTheStackThatWasLeft) {
  std::unique_ptr<partner> other;
  other = std::make_unique<partner>([&](partner& self) {
    self.back_with([](void* owner) { static_cast<std::unique_ptr<partner>*>(owner)->reset(); }, &other);
  });

  partner& still_there = *other;
  still_there.resume();

  EXPECT_EQ(other, nullptr);
}

TEST(SwitchCall, TheFunctionMaySwitchAwayBeforeTheContextGoesOn) {
  static std::string order;
  order.clear();
  partner other([](partner& self) {
    order += "1";
    self.back();
    order += "4";
  });
  other.resume();

  other.resume_with(
      [](void* of) {
        order += "2";
        static_cast<partner*>(of)->back();
        order += "3";
      },
      &other);
  order += "|";
  other.resume();

  EXPECT_EQ(order, "12|34");
}

TEST(SwitchCall, CallsOnASuspendedContextNest) {
  static std::string order;
  order.clear();
  partner other([](partner& self) {
    self.back();
    order += "end";
  });
  const auto go_back = [](void* of) {
    order += "(";
    static_cast<partner*>(of)->back();
    order += ")";
  };
  other.resume();

  other.resume_with(go_back, &other);
  other.resume_with(go_back, &other);
  other.resume();

  EXPECT_EQ(order, "(())end");
}

}  // namespace
}  // namespace weft::testing
