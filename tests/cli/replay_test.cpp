// A real program with sockets, timers, a queue and a lock, replayed from its own trace only by environment variables.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "shell.hpp"

namespace weft::tests {
namespace {

using ::testing::HasSubstr;

// Records the demo, replays it while recording again, and compares the two traces.
outcome replayed_demo(const std::string& environment) {
  const test_folder folder;
  const std::string demo = " \"$WEFT\" demo shop --no-window --seconds 0.3";
  return shell("cd '" + folder.path("") + "' && " + environment + " WEFT_TRACE=a.weft" + demo +
               " && WEFT_REPLAY=a.weft WEFT_TRACE=b.weft" + demo +
               " && \"$WEFT\" diff a.weft b.weft && \"$WEFT\" validate b.weft");
}

TEST(ReplayedDemo, DecidesNothingElse) {
  const outcome result = replayed_demo("");

  EXPECT_EQ(result.status, 0) << result.out;
}

TEST(ReplayedDemo, OfAShuffledRunNeither) {
  const outcome result = replayed_demo("WEFT_SHUFFLE_SEED=7");

  EXPECT_EQ(result.status, 0) << result.out;
}

TEST(ReplayedDemo, FromTheEndOfAKilledRunOnGoesFreely) {
  const test_folder folder;
  const outcome result =
      shell("cd '" + folder.path("") +
            "' && WEFT_TRACE=a.weft timeout -s KILL 0.4 \"$WEFT\" demo shop --no-window --seconds 60\n"
            "WEFT_REPLAY=a.weft timeout -s INT 0.6 \"$WEFT\" demo shop --no-window --seconds 60\n"
            "test $? -lt 125");

  EXPECT_THAT(result.out, HasSubstr("weft: replay of a.weft: the recording ends at event "));
  EXPECT_EQ(result.status, 0) << result.out;
}

}  // namespace
}  // namespace weft::tests
