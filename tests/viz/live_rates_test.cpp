// How a watched program does, in tenths of seconds.
#include "model/live_rates.hpp"

#include <gtest/gtest.h>

#include "small_trace.hpp"

namespace weft::viz {
namespace {

using namespace tests;

// Two who yield to each other every ten milliseconds, for `seconds`.
std::string two_in_turns(int seconds) {
  std::string text =
      "0.0 T0 thread_start tid=1\n0.0 T0 spawn slot=1 id=1\n0.0 T0 spawn slot=2 id=2\n0.0 T0 enter to=1\n";
  for (int i = 1; i <= seconds * 100; ++i) {
    char line[64];
    std::snprintf(line, sizeof line, "%d.%02d T0 yield to=%d\n", i / 100, i % 100, 1 + i % 2);
    text += line;
  }
  return text;
}

live_rates rates_of(const trace_model& trace) {
  live_rates rates;
  rates.restart(trace, 0);
  rates.take_in(trace);
  return rates;
}

TEST(LiveRates, CountTheSwitchesOfTheLastWholeSecond) {
  const auto trace = model_of(two_in_turns(3));
  const live_rates rates = rates_of(*trace);

  EXPECT_EQ(rates.last_second().switches, 100u);
  EXPECT_EQ(rates.last_second().live, 2u);
  EXPECT_EQ(rates.last_second().deepest_ready, 1u);
}

TEST(LiveRates, EachWaitsForTheOthersRun) {
  const auto trace = model_of(two_in_turns(3));
  const live_rates rates = rates_of(*trace);

  EXPECT_NEAR(static_cast<double>(rates.last_second().delay_p50_ns), 10e6, 1e3);
  EXPECT_NEAR(static_cast<double>(rates.last_second().delay_p99_ns), 10e6, 1e3);
}

TEST(LiveRates, AThreadOnWhichAlwaysSomebodyRunsIsBusy) {
  const auto trace = model_of(two_in_turns(3));

  EXPECT_NEAR(rates_of(*trace).last_second().busy, 1, 0.02);
}

TEST(LiveRates, RunsThatAreTooLongAreCounted) {
  // 10 ms is the limit.
  const auto trace = model_of(two_in_turns(2));

  EXPECT_EQ(rates_of(*trace).last_second().holds, 100u);
}

TEST(LiveRates, KeepTenSecondsOfBins) {
  const auto trace = model_of(two_in_turns(15));
  const live_rates rates = rates_of(*trace);

  EXPECT_EQ(rates.bins().size(), live_rates::bins_kept);
  EXPECT_EQ(rates.bins().back().begin_ns - rates.bins().front().begin_ns, 99 * live_rates::bin_ns);
}

TEST(LiveRates, AYearOfNothingMakesNoMoreBinsThanAreKept) {
  const auto trace = model_of(two_in_turns(1) + "31536000.0 T0 yield to=1\n");
  const live_rates rates = rates_of(*trace);

  EXPECT_LE(rates.bins().size(), live_rates::bins_kept + 1);
  EXPECT_EQ(rates.last_second().switches, 0u);
}

TEST(LiveRates, BeginInTheMiddleWithTheStateThere) {
  const auto trace = model_of(two_in_turns(3));
  live_rates rates;
  rates.restart(*trace, 150);
  rates.take_in(*trace);

  EXPECT_EQ(rates.last_second().switches, 100u);
  EXPECT_EQ(rates.last_second().live, 2u);
}

}  // namespace
}  // namespace weft::viz
