#include "model/trace_model.hpp"

#include <gtest/gtest.h>

#include "model/overview.hpp"
#include "model/stepping.hpp"
#include "model/wake_arrows.hpp"
#include "small_trace.hpp"

namespace weft::viz {
namespace {

using namespace tests;

// For example "ready@1 running@2", times in milliseconds.
std::string states_of(const trace_model& trace, coroutine_index c) {
  std::string text;
  for (const transition& t : trace.track_of(c)->states.all()) {
    text += (text.empty() ? "" : " ") + std::string(to_text(t.status())) + "@" + std::to_string(t.t_ns / ms);
  }
  return text;
}

TEST(TraceModel, HasEveryStateOfEveryCoroutine) {
  const auto trace = small_trace();

  ASSERT_EQ(trace->coroutine_count(), 3u);
  EXPECT_EQ(states_of(*trace, main_index), "ready@0 running@0 blocked@2");
  EXPECT_EQ(states_of(*trace, producer_index), "ready@1 running@2 blocked@3 ready@5 running@6 done@27");
  EXPECT_EQ(states_of(*trace, consumer_index), "ready@1 running@3 blocked@4 ready@7 running@27 done@28");
}

TEST(TraceModel, KnowsWhoRanOnTheThread) {
  const auto trace = small_trace();

  ASSERT_EQ(trace->threads().size(), 1u);
  const std::vector<coroutine_index> expected{main_index,     producer_index, consumer_index, nobody,
                                              producer_index, consumer_index, nobody};
  EXPECT_EQ(trace->threads()[0].who, expected);
  EXPECT_EQ(trace->running_before(0, 18), producer_index);
  EXPECT_EQ(trace->running_after(0, 18), consumer_index);
}

TEST(TraceModel, KnowsWhoWokeWhom) {
  const auto trace = small_trace();

  ASSERT_EQ(trace->wakes().size(), 2u);
  EXPECT_EQ(trace->wakes()[0].target, producer_index);
  EXPECT_EQ(trace->wakes()[0].waker, nobody);
  EXPECT_EQ(trace->wakes()[0].late_ns, 1000);
  EXPECT_EQ(trace->wakes()[1].target, consumer_index);
  EXPECT_EQ(trace->wakes()[1].waker, producer_index);
  EXPECT_EQ(trace->wakes()[1].reason, diary::wait_reason::queue_get);
  EXPECT_EQ(trace->wake_at(17), &trace->wakes()[1]);
  EXPECT_EQ(trace->wake_at(16), nullptr);
}

TEST(Stepping, GoesToEveryEventInBothDirections) {
  const auto trace = small_trace();

  EXPECT_EQ(next_event(*trace, 0, direction::forth), 1u);
  EXPECT_EQ(next_event(*trace, 1, direction::back), 0u);
  EXPECT_EQ(next_event(*trace, 0, direction::back), std::nullopt);
  EXPECT_EQ(next_event(*trace, 21, direction::forth), std::nullopt);
}

TEST(Stepping, LeavesOutWhatTheScreenDoesNotShow) {
  const auto trace = small_trace();

  EXPECT_EQ(next_shown_event(*trace, 0, direction::forth), 5u);  // behind names and an object
  EXPECT_EQ(next_shown_event(*trace, 5, direction::forth), 6u);
  EXPECT_EQ(next_shown_event(*trace, 5, direction::back), 0u);
  EXPECT_EQ(next_shown_event(*trace, 0, direction::back), std::nullopt);
  EXPECT_EQ(next_shown_event(*trace, 21, direction::forth), std::nullopt);
}

TEST(Stepping, VisitsTheSameSwitchesForthAndBack) {
  const auto trace = small_trace();
  std::vector<std::uint64_t> forth, back;
  for (auto n = next_switch(*trace, 0, direction::forth); n; n = next_switch(*trace, *n, direction::forth))
    forth.push_back(*n);
  for (auto n = next_switch(*trace, 21, direction::back); n; n = next_switch(*trace, *n, direction::back))
    back.push_back(*n);

  EXPECT_EQ(forth, (std::vector<std::uint64_t>{6, 9, 10, 11, 15, 18, 19}));
  std::reverse(back.begin(), back.end());
  EXPECT_EQ(back, forth);
}

TEST(Stepping, OfACoroutineStopsAtItsOwnEventsToo) {
  const auto trace = small_trace();
  std::vector<std::uint64_t> forth, back;
  for (auto n = next_of_coroutine(*trace, producer_index, 0, direction::forth); n;
       n = next_of_coroutine(*trace, producer_index, *n, direction::forth)) {
    forth.push_back(*n);
  }
  for (auto n = next_of_coroutine(*trace, producer_index, 21, direction::back); n;
       n = next_of_coroutine(*trace, producer_index, *n, direction::back)) {
    back.push_back(*n);
  }

  EXPECT_EQ(forth, (std::vector<std::uint64_t>{7, 9, 10, 14, 15, 16, 17, 18}));
  std::reverse(back.begin(), back.end());
  EXPECT_EQ(back, forth);
}

TEST(Stepping, BySpanFollowsTheLane) {
  const auto trace = small_trace();

  EXPECT_EQ(next_span(*trace, consumer_index, 11, direction::forth), 17u);
  EXPECT_EQ(next_span(*trace, consumer_index, 11, direction::back), 10u);
  EXPECT_EQ(next_span(*trace, consumer_index, 13, direction::back), 11u);
  EXPECT_EQ(next_span(*trace, consumer_index, 19, direction::forth), std::nullopt);
}

TEST(Stepping, FollowsAWakeBackToWhoCausedItAndForthAgain) {
  const auto trace = small_trace();

  const wake* cause = next_wake(*trace, consumer_index, 19, direction::back);
  ASSERT_NE(cause, nullptr);
  EXPECT_EQ(cause->event, 17u);
  EXPECT_EQ(next_wake(*trace, cause->waker, cause->event, direction::forth), cause);
  EXPECT_EQ(next_wake(*trace, main_index, 21, direction::back), nullptr);
}

TEST(Cursor, StandsBetweenEvents) {
  const auto trace = small_trace();

  EXPECT_EQ(cursor_at_time(*trace, 10 * ms), (cursor{17, 10 * ms}));
  EXPECT_EQ(cursor_at_time(*trace, -5), (cursor{cursor_at_time(*trace, 0).event, 0}));
  EXPECT_EQ(cursor_at_time(*trace, 99 * ms), (cursor{21, 30 * ms}));
  EXPECT_EQ(cursor_at_event(*trace, 99), (cursor{21, 30 * ms}));
}

TEST(WakeArrows, SayWhenTheWokenOneRuns) {
  const auto trace = small_trace();

  const auto arrows = wake_arrows(*trace, consumer_index, {17, 7 * ms}, trace->whole());

  ASSERT_EQ(arrows.size(), 1u);
  EXPECT_EQ(arrows[0].what.event, 17u);
  EXPECT_EQ(arrows[0].run_ns, 27 * ms);
  EXPECT_TRUE(arrows[0].nearest);
}

TEST(WakeArrows, OfAWakerLeadAwayFromIt) {
  const auto trace = small_trace();

  const auto arrows = wake_arrows(*trace, producer_index, {0, 0}, trace->whole());

  ASSERT_EQ(arrows.size(), 2u);
  EXPECT_EQ(arrows[0].what.target, producer_index);
  EXPECT_TRUE(arrows[0].nearest);
  EXPECT_EQ(arrows[1].what.waker, producer_index);
  EXPECT_FALSE(arrows[1].nearest);
}

TEST(WakeArrows, OutOfSightAreLeftOut) {
  const auto trace = small_trace();

  EXPECT_TRUE(wake_arrows(*trace, consumer_index, {0, 0}, {8 * ms, 30 * ms}).empty());
  EXPECT_TRUE(wake_arrows(*trace, main_index, {0, 0}, trace->whole()).empty());
}

TEST(Overview, ShowsBusyTimeAndLongRuns) {
  const auto trace = small_trace();

  const auto columns = overview(*trace, 30);

  ASSERT_EQ(columns.size(), 30u);
  EXPECT_FLOAT_EQ(columns[0].busy, 1);
  EXPECT_FLOAT_EQ(columns[4].busy, 0);
  EXPECT_FLOAT_EQ(columns[29].busy, 0);
  EXPECT_FALSE(columns[5].long_run);
  EXPECT_TRUE(columns[6].long_run);
  EXPECT_TRUE(columns[26].long_run);
  EXPECT_FALSE(columns[27].long_run);
}

TEST(LaneLayout, OneLaneACoroutineWhileThereAreFew) {
  const auto trace = small_trace();
  lane_layout layout;

  layout.update(*trace);

  EXPECT_FALSE(layout.packed());
  EXPECT_EQ(layout.lanes().size(), 3u);
  EXPECT_EQ(layout.lane_of(consumer_index), 2u);
}

TEST(LaneLayout, ManyShortLivesShareALane) {
  std::string text = "0.0 T0 thread_start tid=1\n";
  for (int i = 1; i <= 60; ++i) {
    const std::string t = "0." + std::to_string(100 + i);
    text += t + " T0 spawn slot=1 id=" + std::to_string(i) + "\n" + t + " T0 enter to=1\n" + t +
            " T0 finish to=0 status=done\n";
  }
  const auto trace = model_of(text);
  lane_layout layout;

  layout.update(*trace);

  EXPECT_TRUE(layout.packed());
  ASSERT_EQ(layout.lanes().size(), 1u);
  EXPECT_EQ(layout.lanes()[0].who.size(), 60u);
  EXPECT_EQ(present_in(layout.lanes()[0], *trace, 0), 0u);
  EXPECT_EQ(present_in(layout.lanes()[0], *trace, 1 + 3 * 59), 59u);
}

TEST(LaneLayout, VisibleLanesIncludeThoseCutOff) {
  const lane_range seen = visible_lanes(100, 44, 50, 100);

  EXPECT_EQ(seen.first, 1u);
  EXPECT_EQ(seen.last, 4u);
}

}  // namespace
}  // namespace weft::viz
