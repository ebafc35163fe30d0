// The order in which contexts run.
#include <gtest/gtest.h>

#include <string>

#include "ping_pong.hpp"

namespace weft::testing {
namespace {

TEST(Switch, ANewContextRunsOnlyWhenSwitchedTo) {
  std::string order;
  partner other([&](partner&) { order += "b"; });

  order += "a";
  other.resume();
  order += "c";

  EXPECT_EQ(order, "abc");
}

TEST(Switch, EachSideGoesOnWhereItLeft) {
  std::string order;
  partner other([&](partner& self) {
    order += "2";
    self.back();
    order += "4";
    self.back();
    order += "6";
  });

  order += "1";
  other.resume();
  order += "3";
  other.resume();
  order += "5";
  other.resume();

  EXPECT_EQ(order, "123456");
  EXPECT_TRUE(other.ended());
}

TEST(Switch, EntryGetsItsArgument) {
  struct box {
    void* test = nullptr;
    void* other = nullptr;
    void* seen = nullptr;
  } context;
  alignas(16) static std::byte memory[64 * 1024];
  context.other = core::make_context(
      memory + sizeof(memory),
      [](void* argument) {
        auto& box_of_test = *static_cast<box*>(argument);
        box_of_test.seen = argument;
        weft_switch(&box_of_test.other, box_of_test.test);
      },
      &context);

  weft_switch(&context.test, context.other);

  EXPECT_EQ(context.seen, &context);
}

TEST(Switch, EachSideKeepsItsLocals) {
  long sum_there = 0;
  partner other([&](partner& self) {
    for (long i = 0; i < 1000; ++i) {
      sum_there += i;
      self.back();
    }
  });

  long sum_here = 0;
  for (long i = 0; i < 1000; ++i) {
    sum_here += 3 * i;
    other.resume();
  }

  EXPECT_EQ(sum_here, 3 * 499500);
  EXPECT_EQ(sum_there, 499500);
}

TEST(Switch, AContextMaySwitchToAThirdOne) {
  std::string order;
  partner third([&](partner& self) {
    order += "3";
    self.back();
    order += "5";
  });
  partner second([&](partner&) {
    order += "2";
    third.resume();
    order += "4";
    third.resume();
    order += "6";
  });

  order += "1";
  second.resume();
  order += "7";

  EXPECT_EQ(order, "1234567");
}

TEST(Switch, TheBodyRunsOnItsOwnStack) {
  const void* where = nullptr;
  partner other([&](partner&) { where = __builtin_frame_address(0); });

  other.resume();

  EXPECT_TRUE(other.holds(where));
}

}  // namespace
}  // namespace weft::testing
