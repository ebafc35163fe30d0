#include "trace/words/varint.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <limits>
#include <tuple>
#include <vector>

namespace weft::diary {
namespace {

std::vector<std::uint8_t> encoded(std::uint64_t value) {
  std::uint8_t buffer[max_varint_bytes];
  return {buffer, put_varint(buffer, value)};
}

class VarintLimits : public testing::TestWithParam<std::tuple<std::uint64_t, std::size_t>> {};

TEST_P(VarintLimits, HasTheExpectedLengthAndComesBack) {
  const auto [value, length] = GetParam();

  const std::vector<std::uint8_t> bytes = encoded(value);
  std::uint64_t back = ~value;
  const std::uint8_t* end = get_varint(bytes.data(), bytes.data() + bytes.size(), back);

  EXPECT_EQ(bytes.size(), length);
  EXPECT_EQ(back, value);
  EXPECT_EQ(end, bytes.data() + bytes.size());
}

INSTANTIATE_TEST_SUITE_P(Limits, VarintLimits,
                         testing::Values(std::tuple(0u, 1u), std::tuple(1u, 1u), std::tuple(0x7fu, 1u),
                                         std::tuple(0x80u, 2u), std::tuple(0x3fffu, 2u), std::tuple(0x4000u, 3u),
                                         std::tuple(0xffffffffu, 5u), std::tuple((std::uint64_t{1} << 63) - 1, 9u),
                                         std::tuple(std::uint64_t{1} << 63, 10u),
                                         std::tuple(std::numeric_limits<std::uint64_t>::max(), 10u)));

TEST(Varint, EveryPrefixOfALongNumberIsRefused) {
  const std::vector<std::uint8_t> bytes = encoded(std::numeric_limits<std::uint64_t>::max());

  for (std::size_t length = 0; length < bytes.size(); ++length) {
    std::uint64_t value = 0;
    EXPECT_EQ(get_varint(bytes.data(), bytes.data() + length, value), nullptr) << length;
  }
}

TEST(Varint, A65BitNumberIsRefused) {
  const std::vector<std::uint8_t> bytes{0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x02};

  std::uint64_t value = 0;

  EXPECT_EQ(get_varint(bytes.data(), bytes.data() + bytes.size(), value), nullptr);
}

TEST(Varint, ElevenBytesAreRefusedEvenIfTheyAddNothing) {
  const std::vector<std::uint8_t> bytes{0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00};

  std::uint64_t value = 0;

  EXPECT_EQ(get_varint(bytes.data(), bytes.data() + bytes.size(), value), nullptr);
}

TEST(Varint, ZigzagKeepsSmallNumbersSmallAndComesBack) {
  EXPECT_EQ(zigzag(0), 0u);
  EXPECT_EQ(zigzag(-1), 1u);
  EXPECT_EQ(zigzag(1), 2u);
  EXPECT_EQ(unzigzag(zigzag(std::numeric_limits<std::int64_t>::min())), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(unzigzag(zigzag(std::numeric_limits<std::int64_t>::max())), std::numeric_limits<std::int64_t>::max());
}

}  // namespace
}  // namespace weft::diary
