// What a program prints when weft itself has a bug.
#include "trace/words/check.hpp"

#include <gtest/gtest.h>

#include <csignal>

namespace weft::diary {
namespace {

TEST(Check, ThatHoldsSaysNothing) {
  int evaluated = 0;
  WEFT_CHECK(++evaluated == 1);
  WEFT_CHECK(evaluated == 1, {"evaluated", evaluated});
  EXPECT_EQ(evaluated, 1);
}

TEST(CheckDeathTest, ThatFailsEndsTheProgramWithTheValues) {
  const int slots = 3;
  enum class state { blocked = 2 };
  EXPECT_EXIT(WEFT_CHECK(slots == 4, {"slots", slots}, {"state", state::blocked}), testing::KilledBySignal(SIGABRT),
              "weft: internal error in .*check_test.cpp:[0-9]+: slots == 4 does not hold \\(slots = 3, state = 2\\)\n");
}

}  // namespace
}  // namespace weft::diary
