// The small parts the commands are made of.
#include <gtest/gtest.h>

#include <sstream>

#include "analysis/distribution.hpp"
#include "cli/console.hpp"
#include "cli/position.hpp"
#include "cli/table.hpp"

namespace weft::tests {
namespace {

using namespace viz::cli;

TEST(Time, UnitsAreExact) {
  EXPECT_EQ(parse_time_ns("1.5s"), 1'500'000'000);
  EXPECT_EQ(parse_time_ns("20ms"), 20'000'000);
  EXPECT_EQ(parse_time_ns("540us"), 540'000);
  EXPECT_EQ(parse_time_ns("540µs"), 540'000);
  EXPECT_EQ(parse_time_ns("7ns"), 7);
  EXPECT_EQ(parse_time_ns("2m"), 120'000'000'000);
  EXPECT_EQ(parse_time_ns("0.1s"), 100'000'000);
}

TEST(Time, PlainNumberIsSeconds) {
  EXPECT_EQ(parse_time_ns("3"), 3'000'000'000);
  EXPECT_EQ(parse_time_ns("0.000000001"), 1);
}

TEST(Time, DigitsBelowANanosecondAreDropped) { EXPECT_EQ(parse_time_ns("1.9ns"), 1); }

TEST(Time, RefusesWhatIsNoTime) {
  for (const char* const text :
       {"", "s", ".5s", "5.", "1,5s", "-1s", "+1s", "1 s", "1e3", "0x10", "1S", "9999999999s"}) {
    EXPECT_THROW(parse_time_ns(text), usage_error) << text;
  }
}

TEST(Size, SuffixesArePowersOf1024) {
  EXPECT_EQ(parse_size_bytes("16M"), 16U << 20);
  EXPECT_EQ(parse_size_bytes("64K"), 64U << 10);
  EXPECT_EQ(parse_size_bytes("1G"), 1U << 30);
  EXPECT_EQ(parse_size_bytes("4096"), 4096U);
}

TEST(Size, RefusesWhatIsNoSize) {
  for (const char* const text : {"", "M", "16m", "16 M", "-1", "0", "99999999999G", "1.5M"}) {
    EXPECT_THROW(parse_size_bytes(text), usage_error) << text;
  }
}

TEST(DisplayWidth, WideAndCombiningCharacters) {
  EXPECT_EQ(display_width("abc"), 3U);
  EXPECT_EQ(display_width("工人"), 4U);
  EXPECT_EQ(display_width("ümlaut"), 6U);
  EXPECT_EQ(display_width("e\u0301"), 1U);
  EXPECT_EQ(display_width("🧵"), 2U);
}

TEST(DisplayWidth, CutOffCharacterStaysInBounds) { EXPECT_LE(display_width("a\xe5"), 2U); }

TEST(Table, ColumnsLineUp) {
  table t({{"n", align::right}, {"name"}, {"end"}});
  t.add({"1", "工人", "x"});
  t.add({"10", "worker", ""});
  std::ostringstream out;

  t.print(out);

  EXPECT_EQ(out.str(), " n  name    end\n 1  工人    x\n10  worker\n");
}

TEST(ShortDuration, HasThreeDigits) {
  EXPECT_EQ(short_duration(0), "0");
  EXPECT_EQ(short_duration(999), "999 ns");
  EXPECT_EQ(short_duration(1250), "1.25 us");
  EXPECT_EQ(short_duration(12500), "12.5 us");
  EXPECT_EQ(short_duration(380'000'000), "380 ms");
  EXPECT_EQ(short_duration(12'500'000'000), "12.5 s");
  EXPECT_EQ(short_duration(-1250), "-1.25 us");
}

TEST(ShortDuration, NeverShowsAThousandOfAUnit) {
  EXPECT_EQ(short_duration(999'999), "1.00 ms");
  EXPECT_EQ(short_duration(999'999'999), "1.00 s");
}

TEST(ExactTime, ShowsEveryNanosecond) {
  EXPECT_EQ(exact_time(51500), "0.000051500 s");
  EXPECT_EQ(exact_time(-1'000'000'001), "-1.000000001 s");
  EXPECT_EQ(exact_time(INT64_MIN), "-9223372036.854775808 s");
}

TEST(ShortSize, UsesBinaryUnits) {
  EXPECT_EQ(short_size(512), "512 B");
  EXPECT_EQ(short_size(1536), "1.5 KiB");
  EXPECT_EQ(short_size(3U << 20), "3.0 MiB");
}

TEST(Distribution, EmptyHasNoPercentiles) {
  const viz::distribution d;

  EXPECT_EQ(d.count(), 0U);
  EXPECT_EQ(d.percentile_ns(99), 0);
}

TEST(Distribution, FewSamplesAreExact) {
  viz::distribution d;
  for (int i = 100; i >= 1; --i) d.add(i * 1001);

  EXPECT_EQ(d.percentile_ns(50), 50 * 1001);
  EXPECT_EQ(d.percentile_ns(99), 99 * 1001);
  EXPECT_EQ(d.percentile_ns(100), 100 * 1001);
  EXPECT_EQ(d.max_ns(), 100 * 1001);
}

TEST(Distribution, ManySamplesStayWithinABucketWidth) {
  viz::distribution d;
  constexpr std::int64_t count = 100000;
  for (std::int64_t i = 1; i <= count; ++i) d.add(i * 1000);

  for (const unsigned per_cent : {1U, 50U, 90U, 99U}) {
    const auto exact = static_cast<double>(count * 1000 / 100 * per_cent);
    const auto shown = static_cast<double>(d.percentile_ns(per_cent));
    EXPECT_GE(shown, exact);
    EXPECT_LE(shown, exact * (1 + 1.0 / 64));
  }
  EXPECT_EQ(d.max_ns(), count * 1000);
  EXPECT_EQ(d.percentile_ns(100), count * 1000);
}

}  // namespace
}  // namespace weft::tests
