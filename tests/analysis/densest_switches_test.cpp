// Where most happens in a trace.
#include "analysis/densest_switches.hpp"

#include <gtest/gtest.h>

namespace weft::viz {
namespace {

diary::event switch_at(std::int64_t t_ns) {
  diary::event e;
  e.type = diary::event_type::yield;
  e.t_ns = t_ns;
  return e;
}

TEST(DensestSwitches, AreTwoHundredOfALongTrace) {
  densest_switches found;
  for (int i = 0; i < 1000; ++i) found.take(switch_at(i * 1000LL));
  for (int i = 0; i < 200; ++i) found.take(switch_at(2'000'000 + i * 10LL));

  EXPECT_EQ(found.result(), (time_range{2'000'000, 2'001'990}));
}

TEST(DensestSwitches, AreAThirdOfAShortTrace) {
  densest_switches found;
  for (int burst = 0; burst < 3; ++burst) {
    for (int i = 0; i < 20; ++i) found.take(switch_at(burst * 1'000'000'000LL + i * (burst == 1 ? 10 : 1000)));
  }

  EXPECT_EQ(found.result(), (time_range{1'000'000'000, 1'000'000'190}));
}

TEST(DensestSwitches, AreNoneOfAHandful) {
  densest_switches found;
  for (int i = 0; i < 10; ++i) found.take(switch_at(i));

  EXPECT_EQ(found.result().length_ns(), 0);
}

}  // namespace
}  // namespace weft::viz
