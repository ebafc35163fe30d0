#include "core/rounds.hpp"

#include <gtest/gtest.h>

namespace weft {
namespace {

using core::look_pace;
using core::rounds;

// Counts switches until the next look.
unsigned steps_to_look(rounds& r) {
  unsigned steps = 1;
  while (!r.step()) ++steps;
  return steps;
}

TEST(Rounds, TheFirstSwitchLooks) {
  rounds r;
  EXPECT_TRUE(r.next_step_looks());
  EXPECT_TRUE(r.step());
  EXPECT_TRUE(r.at_look());
}

TEST(Rounds, ARoundIsOverAfterItsSwitchesHoweverManyLooksLieBetween) {
  rounds r;
  r.pace().rested(0);
  r.begin();
  unsigned steps = 0;
  for (std::int64_t now = 0;; ++now) {
    steps += steps_to_look(r);
    if (r.over()) break;
    r.pace().looked(now);
    r.count_to_next_look();
  }
  EXPECT_EQ(steps, rounds::every);
}

TEST(Rounds, WhoNeedsALookNowGetsItAtTheNextSwitch) {
  rounds r;
  r.pace().rested(0);
  for (std::int64_t now = 0; r.pace().every() < look_pace::most; ++now) r.pace().looked(now);
  r.begin();
  EXPECT_FALSE(r.next_step_looks());
  r.look_at_next_step();
  EXPECT_EQ(steps_to_look(r), 1u);
}

}  // namespace
}  // namespace weft
