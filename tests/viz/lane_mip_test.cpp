#include "model/lane_mip.hpp"

#include <gtest/gtest.h>

namespace weft::viz {
namespace {

mip_bucket bucket(std::uint8_t running, std::uint8_t ready, std::uint8_t with) {
  mip_bucket b;
  b.shares[0] = running;
  b.shares[1] = ready;
  b.severity = with;
  return b;
}

struct packing {
  std::int64_t running_ns, sleeping_ns;
  std::uint8_t running, sleeping;
};

class Packed : public testing::TestWithParam<packing> {};

TEST_P(Packed, HasTheShareOfEachState) {
  state_sums sums{};
  sums[static_cast<std::size_t>(span_kind::running)] = GetParam().running_ns;
  sums[static_cast<std::size_t>(span_kind::sleeping)] = GetParam().sleeping_ns;

  const mip_bucket b = packed(sums, 0, 1'000'000);

  EXPECT_EQ(b.shares[0], GetParam().running);
  EXPECT_EQ(b.shares[4], GetParam().sleeping);
}

INSTANTIATE_TEST_SUITE_P(Shares, Packed,
                         testing::Values(packing{0, 0, 0, 0}, packing{1'000'000, 0, 255, 0},
                                         packing{500'000, 500'000, 128, 128},
                                         packing{1, 999'999, 1, 255},  // visible, however short
                                         packing{2'000'000, 0, 255, 0}));

TEST(JoinedBuckets, AreTheMeanOfSharesAndEverythingThatIsSevere) {
  const mip_bucket both = joined(bucket(100, 0, severity::long_run), bucket(50, 200, severity::failed));

  EXPECT_EQ(both.shares[0], 75);
  EXPECT_EQ(both.shares[1], 100);
  EXPECT_EQ(both.severity, severity::long_run | severity::failed);
}

TEST(JoinedBuckets, NeverLoseABriefStateOrASeverityHoweverOften) {
  lane_mip lane;
  for (std::uint32_t i = 0; i < 1024; ++i) lane.append(i, bucket(0, 255, 0));
  lane.buckets[700] = bucket(1, 254, severity::long_run);

  for (int i = 0; i < 10; ++i) lane.halve();

  ASSERT_EQ(lane.buckets.size(), 1u);
  EXPECT_EQ(lane.buckets[0].severity, severity::long_run);
  EXPECT_GE(lane.buckets[0].shares[0], 1);
  EXPECT_GE(lane.buckets[0].shares[1], 250);
}

TEST(LaneMip, HalvesBucketsThatStandInPairsOfTheWholeTrace) {
  lane_mip lane;
  for (std::uint32_t i = 3; i < 6; ++i) lane.append(i, bucket(200, 0, 0));

  lane.halve();

  EXPECT_EQ(lane.first, 1u);  // of buckets 2 and 3, of which 2 was empty
  ASSERT_EQ(lane.buckets.size(), 2u);
  EXPECT_EQ(lane.buckets[0].shares[0], 100);
  EXPECT_EQ(lane.buckets[1].shares[0], 200);
}

TEST(LaneMip, IsNothingBetweenBucketsThatAreApart) {
  lane_mip lane;
  lane.append(2, bucket(9, 0, 0));
  lane.append(5, bucket(7, 0, 0));

  ASSERT_EQ(lane.buckets.size(), 4u);
  EXPECT_EQ(lane.buckets[1], mip_bucket{});
  EXPECT_EQ(lane.buckets[3].shares[0], 7);
}

TEST(MipSums, OfAPartOfABucketAreThatPartOfItsShares) {
  mip_sums sums;

  add(sums, bucket(51, 204, severity::failed), 0.5, 1000);

  EXPECT_NEAR(sums.ns[static_cast<std::size_t>(span_kind::running)], 100, 0.01);
  EXPECT_NEAR(sums.ns[static_cast<std::size_t>(span_kind::ready)], 400, 0.01);
  EXPECT_NEAR(sums.ns[static_cast<std::size_t>(span_kind::nothing)], 0, 0.01);
  EXPECT_EQ(sums.severity, severity::failed);
}

}  // namespace
}  // namespace weft::viz
