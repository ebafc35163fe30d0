#include "model/time_scale.hpp"

#include <gtest/gtest.h>

namespace weft::viz {
namespace {

TEST(TimeScale, TimeAndPixelsAreInverse) {
  const time_scale scale{1'000'000, 0.25, 12.5};

  EXPECT_EQ(x_to_time(scale, time_to_x(scale, 1'234'567)), 1'234'567);
  EXPECT_DOUBLE_EQ(time_to_x(scale, 1'000'000), -0.02);
}

TEST(TimeScale, KeepsSingleNanosecondsApartTenDaysIntoATrace) {
  constexpr std::int64_t ten_days = 864'000'000'000'000;
  const time_scale scale = fit({ten_days, ten_days + 100}, 1000);

  EXPECT_NEAR(time_to_x(scale, ten_days + 1) - time_to_x(scale, ten_days), 10, 1e-6);
}

TEST(TimeScale, FitShowsTheRangeBetweenItsMargins) {
  const time_scale scale = fit({2000, 3000}, 1000, 0.1);

  EXPECT_NEAR(time_to_x(scale, 2000), 100, 1e-9);
  EXPECT_NEAR(time_to_x(scale, 3000), 900, 1e-9);
}

TEST(TimeScale, ZoomLeavesTheTimeUnderTheMouseWhereItIs) {
  const time_scale before = fit({0, 1'000'000}, 1000);

  const time_scale after = zoomed(before, 300, 0.5, {0, 1'000'000}, 1000);

  EXPECT_DOUBLE_EQ(after.ns_per_px, before.ns_per_px / 2);
  EXPECT_NEAR(time_to_x(after, 300'000), 300, 1e-6);
}

TEST(TimeScale, ZoomStopsAtTheFinestAndAtFourTimesTheWhole) {
  const time_scale scale = fit({0, 1000}, 1000);

  EXPECT_DOUBLE_EQ(zoomed(scale, 0, 1e-9, {0, 1000}, 1000).ns_per_px, min_ns_per_px);
  EXPECT_DOUBLE_EQ(zoomed(scale, 0, 1e9, {0, 1000}, 1000).ns_per_px, 4);
}

TEST(TimeScale, PanKeepsAPartOfTheTraceInSight) {
  const time_scale scale = fit({0, 1000}, 1000);

  const time_scale far_right = panned(scale, 1e6, {0, 1000}, 1000);
  const time_scale far_left = panned(scale, -1e6, {0, 1000}, 1000);

  EXPECT_NEAR(time_to_x(far_right, 1000), 100, 1e-6);
  EXPECT_NEAR(time_to_x(far_left, 0), 900, 1e-6);
}

struct tick_case {
  std::int64_t begin_ns, end_ns;
  const char* first;
  std::int64_t step_ns;
};

class Ticks : public testing::TestWithParam<tick_case> {};

TEST_P(Ticks, AreRoundEvenlySpacedAndFarEnoughApart) {
  const tick_case& wanted = GetParam();
  const time_scale scale = fit({wanted.begin_ns, wanted.end_ns}, 1000);

  const std::vector<tick> found = ticks(scale, 1000, 90);

  ASSERT_GE(found.size(), 2u);
  EXPECT_EQ(found[0].label, wanted.first);
  EXPECT_EQ(found[1].t_ns - found[0].t_ns, wanted.step_ns);
  EXPECT_EQ(found[0].t_ns % wanted.step_ns, 0);
  EXPECT_GE(found[1].x - found[0].x, 90);
}

INSTANTIATE_TEST_SUITE_P(Ranges, Ticks,
                         testing::Values(tick_case{0, 1000, "0 ns", 100},
                                         tick_case{180'000, 810'000, "200 µs", 100'000},
                                         tick_case{0, 50'000'000, "0 ms", 5'000'000},
                                         tick_case{3'000'000'000, 3'000'400'000, "3000.00 ms", 50'000},
                                         tick_case{-500, 9500, "0 µs", 1000}));

TEST(DurationText, HasThreeDigitsAndAUnit) {
  EXPECT_EQ(duration_text(0), "0 ns");
  EXPECT_EQ(duration_text(999), "999 ns");
  EXPECT_EQ(duration_text(1'500), "1.50 µs");
  EXPECT_EQ(duration_text(12'345), "12.3 µs");
  EXPECT_EQ(duration_text(124'000), "124 µs");
  EXPECT_EQ(duration_text(999'700), "1.00 ms");
  EXPECT_EQ(duration_text(14'600'000), "14.6 ms");
  EXPECT_EQ(duration_text(2'040'000'000), "2.04 s");
  EXPECT_EQ(duration_text(123'000'000'000), "2 min 3 s");
  EXPECT_EQ(duration_text(-1'500), "-1.50 µs");
}

TEST(InstantText, IsExactEnoughToTellEventsApart) {
  EXPECT_EQ(instant_text(540'000), "540.00 µs");
  EXPECT_EQ(instant_text(12'345'600), "12.3456 ms");
  EXPECT_EQ(instant_text(1'204'512'000), "1.204512 s");
}

}  // namespace
}  // namespace weft::viz
