// What a trace amounts to: that all who count runs and switches count the same.
#include <gtest/gtest.h>

#include "analysis/statistics.hpp"
#include "analysis/summaries.hpp"
#include "support/text_traces.hpp"

namespace weft::tests {
namespace {

using viz::grouping;

// Two coroutines; then one sleeps, yields and sleeps alone, with the poller in between.
constexpr const char* one_goes_on_alone =
    "0.000 T0 spawn slot=1 id=1\n"
    "0.000 T0 spawn slot=2 id=2\n"
    "0.000 T0 enter to=1\n"
    "0.001 T0 yield to=2\n"
    "0.002 T0 finish to=1 status=done\n"
    "0.003 T0 sleep to=0 delay_ns=1000000\n"
    "0.003 T0 poll_begin timeout_ns_plus_1=1000001\n"
    "0.004 T0 poll_end ready_fds=0\n"
    "0.004 T0 wake_timer slot=1 cause=granted lateness_ns=0\n"
    "0.005 T0 enter to=1\n"
    "0.006 T0 yield to=1\n"
    "0.007 T0 yield to=0\n"
    "0.008 T0 enter to=1\n"
    "0.009 T0 finish to=0 status=done\n";

std::uint64_t runs_of_rows(const diary::history& trace, grouping by) {
  std::uint64_t sum = 0;
  for (const viz::statistics_row& row : compute_statistics(trace, by)) sum += row.runs;
  return sum;
}

TEST(Statistics, GoingOnAloneAfterThePollerIsTheSameRun) {
  const diary::history trace = trace_history(one_goes_on_alone);

  const std::vector<viz::statistics_row> rows = compute_statistics(trace, grouping::coroutine);

  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].runs, 2u);
  EXPECT_EQ(rows[0].switches, 2u);
  EXPECT_EQ(rows[1].runs, 1u);
}

TEST(Statistics, EveryGroupingAndTheHistoryCountTheSameRuns) {
  const diary::history trace = trace_history(one_goes_on_alone);

  for (const grouping by : {grouping::coroutine, grouping::site, grouping::reason}) {
    EXPECT_EQ(runs_of_rows(trace, by), 3u);
  }
  EXPECT_EQ(trace.totals().switches, 3u);
  EXPECT_EQ(trace.find_coroutine(1)->runs, 2u);
}

TEST(Statistics, TheWindowsSummariesCountTheSameRuns) {
  const viz::trace_model model(trace_history(one_goes_on_alone));

  std::uint64_t sum = 0;
  for (const viz::coroutine_summary& s : summarise_all(model)) sum += s.runs;

  EXPECT_EQ(sum, 3u);
}

TEST(Statistics, AWaitAloneStillHasItsDelay) {
  const std::vector<viz::statistics_row> rows =
      compute_statistics(trace_history(one_goes_on_alone), grouping::coroutine);

  EXPECT_EQ(rows[0].delay.count(), 3u);  // its start, behind the second, and after the sleep
  EXPECT_EQ(rows[0].delay.max_ns(), 1'000'000);
}

}  // namespace
}  // namespace weft::tests
