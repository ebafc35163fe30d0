// The sums of a trace: all counts of runs and switches agree.
#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

#include "analysis/statistics.hpp"
#include "analysis/summaries.hpp"
#include "support/text_traces.hpp"
#include "trace/words/time_sums.hpp"

namespace weft::tests {
namespace {

using viz::grouping;

// Two coroutines run; then one sleeps, yields and sleeps alone, with the poller in between.
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

// Paused for 10 s: one is ready, one sleeps meanwhile.
TEST(Statistics, APauseCountsNowhere) {
  const diary::history trace = trace_history(
      "0.000 T0 spawn slot=1 id=1\n0.000 T0 spawn slot=2 id=2\n0.000 T0 enter to=1\n"
      "0.001 T0 sleep to=2 delay_ns=5000000\n0.002 T0 yield to=0\n0.003 T0 mark text=\"weft: paused\"\n"
      "10.003 T0 mark text=\"weft: resumed\"\n10.004 T0 enter to=2\n10.005 T0 yield to=2\n"
      "10.006 T0 wake_timer slot=1 cause=granted lateness_ns=0\n10.007 T0 finish to=1 status=done\n"
      "10.008 T0 finish to=0 status=done\n");
  constexpr std::int64_t ms = 1'000'000;

  const std::vector<viz::statistics_row> rows = compute_statistics(trace, grouping::coroutine);

  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].blocked_ns, 5 * ms);
  EXPECT_EQ(rows[0].ready_ns, 1 * ms);
  EXPECT_EQ(rows[1].ready_ns, 3 * ms);
  EXPECT_EQ(rows[1].delay.max_ns(), 1 * ms);
  EXPECT_EQ(rows[1].longest_run_ns, 6 * ms);  // it goes on alone: the same run
  std::int64_t blocked_ns = 0, ready_ns = 0;
  for (const viz::statistics_row& r : compute_statistics(trace, grouping::reason)) {
    blocked_ns += r.blocked_ns;
    ready_ns += r.ready_ns;
  }
  EXPECT_EQ(blocked_ns, 5 * ms);
  EXPECT_EQ(ready_ns, 4 * ms);
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

  EXPECT_EQ(rows[0].delay.count(), 3u);  // its start, after the second one, and after the sleep
  EXPECT_EQ(rows[0].delay.max_ns(), 1'000'000);
}

void expect_same_in_window_and_stat(const std::string& text) {
  const viz::trace_model model(trace_history(text));
  const std::vector<viz::statistics_row> rows = compute_statistics(model.history(), grouping::coroutine);
  const std::vector<viz::coroutine_summary> shown = summarise_all(model);
  ASSERT_EQ(rows.size(), shown.size());
  for (const viz::coroutine_summary& s : shown) {
    const viz::statistics_row& row = rows[s.who];
    EXPECT_EQ(s.runs, row.runs);
    EXPECT_EQ(s.run_ns, row.run_ns);
    EXPECT_EQ(s.ready_ns, row.ready_ns);
    EXPECT_EQ(s.blocked_ns, row.blocked_ns);
    EXPECT_EQ(s.longest_run_ns, row.longest_run_ns);
    EXPECT_EQ(s.delay.percentile_ns(50), row.delay.percentile_ns(50));
    EXPECT_EQ(s.delay.percentile_ns(99), row.delay.percentile_ns(99));
    EXPECT_EQ(s.delay.max_ns(), row.delay.max_ns());
  }
}

TEST(Statistics, TheWindowAndTheCommandHaveOneDefinition) {
  expect_same_in_window_and_stat(one_goes_on_alone);
  expect_same_in_window_and_stat(
      "0.001 T0 spawn slot=1 id=1\n0.0012 T0 enter to=1\n0.002 T0 yield to=1\n0.003 T0 yield to=1\n"
      "0.004 T0 yield to=1\n0.010 T0 finish to=0 status=done\n");
}

// What a ring keeps: its first event is long after 0, and a coroutine already runs.
constexpr const char* end_of_a_ring =
    "gap T0 1000\n"
    "5.000 T0 generation number=3 tid=7 text=\"main\"\n"
    "5.000 T0 checkpoint_begin count=2 running=1\n"
    "5.000 T0 checkpoint_coroutine slot=1 id=11 status_and_reason=2\n"
    "5.000 T0 checkpoint_coroutine slot=2 id=12 status_and_reason=1\n"
    "5.000 T0 checkpoint_ready slot=2 for_ns=0\n"
    "5.000 T0 checkpoint_end\n"
    "5.001 T0 yield to=2\n"
    "5.002 T0 finish to=1 status=done\n"
    "5.003 T0 finish to=0 status=done\n"
    "5.005 T0 poll_begin timeout_ns_plus_1=0\n";

TEST(Statistics, OfARingAreThoseOfWhatIsKept) {
  expect_same_in_window_and_stat(end_of_a_ring);
  const diary::history trace = trace_history(end_of_a_ring);
  EXPECT_EQ(trace.violation_count(), 0u) << violations_of(trace).front();
  const std::vector<viz::statistics_row> rows = compute_statistics(trace, grouping::coroutine);
  ASSERT_EQ(rows.size(), 2u);

  EXPECT_EQ(rows[0].runs, 1u);  // one switch to it was before the kept events, one is in them
  EXPECT_EQ(rows[0].run_ns, 2'000'000);
  EXPECT_EQ(trace.source().info().first_ns, 5'000'000'000);
  EXPECT_EQ(trace.source().info().last_ns, 5'005'000'000);
  EXPECT_EQ(trace.source().info().duration_ns, 5'000'000);
  EXPECT_EQ(trace.totals().run_ns + trace.totals().idle_ns, trace.source().info().duration_ns);
}

TEST(Statistics, ABodyThatNeverBeganHasNoRun) {
  const std::string text =
      "0.000 T0 spawn slot=1 id=1\n0.000 T0 spawn slot=2 id=2\n0.000 T0 enter to=1\n0.001 T0 cancel slot=2\n"
      "0.002 T0 sleep to=2 delay_ns=1000000\n0.002 T0 cancel_delivered\n"
      "0.003 T0 stack_mark slot=2 used_bytes=4096 reserved_bytes=262144\n0.003 T0 finish to=0 status=cancelled\n";
  const diary::history trace = trace_history(text);

  const std::vector<viz::statistics_row> rows = compute_statistics(trace, grouping::coroutine);

  EXPECT_EQ(rows[1].runs, 0u);
  EXPECT_EQ(rows[1].switches, 1u);
  EXPECT_EQ(trace.find_coroutine(2)->runs, 0u);
  EXPECT_EQ(trace.totals().switches, 2u);
  EXPECT_EQ(runs_of_rows(trace, grouping::reason), 1u);
  expect_same_in_window_and_stat(text);
}

TEST(Statistics, SumsOfMoreTimeThanANumberHoldsStayAtTheLimit) {
  std::string text;
  for (int i = 1; i <= 10; ++i) {
    text += "0.000 T0 spawn slot=" + std::to_string(i) + " id=" + std::to_string(i) + "\n";
  }
  text += "1152921504.0 T0 mark text=\"36 years later\"\n";  // all ten were ready all the time
  const diary::history trace = trace_history(text);

  EXPECT_EQ(compute_statistics(trace, grouping::whole)[0].ready_ns, std::numeric_limits<std::int64_t>::max());
}

TEST(TimeSums, AreRightUpToTheLimits) {
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max(),
                         least = std::numeric_limits<std::int64_t>::min();
  EXPECT_EQ(diary::sum_ns(3, -5), -2);
  EXPECT_EQ(diary::sum_ns(most, 1), most);
  EXPECT_EQ(diary::sum_ns(least, -1), least);
  EXPECT_EQ(diary::per_cent(most / 2, most), 50);
  EXPECT_EQ(diary::per_cent(1, 3), 33);
  EXPECT_EQ(diary::per_cent(2, 3), 67);
  EXPECT_EQ(diary::per_cent(5, 0), 0);
}

TEST(Statistics, ACancellationInTheFirstWaitEndsABodyThatBegan) {
  const diary::history trace = trace_history(
      "0.000 T0 spawn slot=1 id=1\n0.000 T0 enter to=1\n0.001 T0 cancel slot=1\n0.002 T0 cancel_delivered\n"
      "0.003 T0 finish to=0 status=cancelled\n");

  EXPECT_EQ(compute_statistics(trace, grouping::coroutine)[0].runs, 1u);
}

}  // namespace
}  // namespace weft::tests
