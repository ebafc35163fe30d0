// Environment variables with values that mean nothing.
#include "core/environment.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace weft::core {
namespace {

TEST(EnvironmentDeathTest, SaysWhichOddValuesItIgnores) {
  EXPECT_EXIT(
      {
        setenv("WEFT_CONTROL", "OFF", 1);
        check_environment();
        check_environment();
        std::exit(0);
      },
      testing::ExitedWithCode(0),
      testing::StrEq("weft: WEFT_CONTROL=OFF is ignored: expected \"off\" in small letters\n"));
}

TEST(EnvironmentDeathTest, SaysNothingOfValuesWithAMeaning) {
  EXPECT_EXIT(
      {
        setenv("WEFT_CONTROL", "off", 1);
        setenv("WEFT_SHUFFLE_SEED", "12", 1);
        check_environment();
        std::exit(0);
      },
      testing::ExitedWithCode(0), testing::StrEq(""));
}

}  // namespace
}  // namespace weft::core
