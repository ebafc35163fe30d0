// The small building blocks of the commands.
#include <gtest/gtest.h>

#include <ctime>
#include <sstream>

#include "cli/output/console.hpp"
#include "cli/output/table.hpp"
#include "cli/position.hpp"
#include "model/distribution.hpp"
#include "support/text_traces.hpp"

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

TEST(Time, MayBeHours) { EXPECT_EQ(parse_time_ns("3h"), 10'800'000'000'000); }

TEST(Position, MayLieBeforeTime0) {
  EXPECT_EQ(parse_position("-2us").time_ns, -2'000);
  EXPECT_EQ(parse_position("-1.5ms").time_ns, -1'500'000);
}

TEST(Position, IsAlsoAShareOrAWallClock) {
  EXPECT_EQ(parse_position("50%").share, 0.5);
  ASSERT_TRUE(parse_position("12:03:04.5").clock);
  EXPECT_FALSE(parse_position("12:03:04.5").clock->has_date);
  EXPECT_EQ(parse_position("12:03:04.5").clock->nanoseconds, 500'000'000);
  EXPECT_EQ(parse_position("2026-11-30T12:03:04.5").clock->month, 11);
  for (const char* const each :
       {"101%", "-1%", "%", "12:03", "25:00:00", "12:03:04.", "2026-13-01T00:00:00", "12:3:4"}) {
    EXPECT_THROW(parse_position(each), usage_error) << each;
  }
}

// Ten seconds from 5 s on; the recording started one second before a midnight, local time.
diary::reader around_midnight() {
  std::tm local{};
  local.tm_year = 126;
  local.tm_mon = 10;
  local.tm_mday = 29;
  local.tm_hour = 23;
  local.tm_min = 59;
  local.tm_sec = 54;
  local.tm_isdst = -1;
  const std::string start = std::to_string(static_cast<std::int64_t>(std::mktime(&local)) * 1'000'000'000);
  return tests::trace_reader("start_real_ns " + start +
                             "\n5.0 T0 thread_start tid=1 text=\"\"\n8.0 T0 mark text=\"a\"\n" +
                             "15.0 T0 mark text=\"b\"\n");
}

TEST(Position, IsATimeAsRecorded) {
  const diary::reader trace = around_midnight();

  EXPECT_EQ(time_of(trace, parse_position("50%")), 10'000'000'000);
  EXPECT_EQ(time_of(trace, parse_position("0%")), 5'000'000'000);
  EXPECT_EQ(time_of(trace, parse_position("100%")), 15'000'000'000);
  EXPECT_EQ(time_of(trace, parse_position("#1")), 8'000'000'000);
  EXPECT_EQ(time_of(trace, parse_position("end")), 15'000'000'000);
  EXPECT_EQ(time_of(trace, parse_position("23:59:59.5")), 5'500'000'000);
  EXPECT_EQ(time_of(trace, parse_position("00:00:02")), 8'000'000'000);  // the next day
  EXPECT_EQ(time_of(trace, parse_position("2026-11-30T00:00:02")), 8'000'000'000);
  EXPECT_THROW(time_of(trace, parse_position("12:00:00")), usage_error);
  EXPECT_EQ(events_until(trace, parse_position("50%")), 2u);
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

TEST(Table, ShortensWhatIsTooWide) {
  table t({{"name"}, {"count", align::right}});
  t.add({std::string(4000, 'x'), "1"});
  std::ostringstream out;
  t.print(out);

  EXPECT_EQ(shortened("abcdef", 4), "abc…");
  EXPECT_EQ(shortened("工人工人", 5), "工人…");
  EXPECT_EQ(shortened("abcd", 4), "abcd");
  EXPECT_LT(out.str().size(), 300u);
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
