#include "model/viewer_model.hpp"

#include <gtest/gtest.h>

#include "analysis/findings.hpp"
#include "analysis/summaries.hpp"
#include "small_trace.hpp"

namespace weft::viz {
namespace {

using namespace tests;

class ViewerModel : public testing::Test {
 protected:
  ViewerModel() {
    model.open(small_trace(), false);
    model.take_findings(find_all(*model.trace, false));
    model.resize({1000, 400, 300});
  }
  viewer_model model;
};

TEST_F(ViewerModel, StartsAtTheFirstEventWithTheWholeTraceInView) {
  EXPECT_EQ(model.at.event, 0u);
  EXPECT_GE(time_to_x(model.view.scale, 0), 0);
  EXPECT_LE(time_to_x(model.view.scale, 30 * ms), 1000);
}

TEST_F(ViewerModel, AWindowThatShowsTheWholeGoesOnShowingItWhenItIsResized) {
  model.resize({3000, 400, 300});
  EXPECT_GT(time_to_x(model.view.scale, 30 * ms), 2800);
  EXPECT_LE(time_to_x(model.view.scale, 30 * ms), 3000);
  model.resize({500, 400, 300});
  EXPECT_LE(time_to_x(model.view.scale, 30 * ms), 500);
}

TEST_F(ViewerModel, AZoomOfTheUsersIsKeptWhenTheWindowIsResized) {
  model.apply(act::zoom{500, 0.5});
  const time_scale before = model.view.scale;
  model.resize({3000, 400, 300});
  EXPECT_EQ(model.view.scale, before);
}

TEST_F(ViewerModel, PlayingTakesSomeSecondsWhateverIsInView) {
  model.apply(act::play_or_pause{});
  const double seconds = model.view.scale.ns_per_px * 1000 / 1e9 / model.speed;
  EXPECT_GE(seconds, 3);
  EXPECT_LE(seconds, 60);
}

TEST_F(ViewerModel, StateIsThatAfterTheEventUnderTheCursorHoweverItGotThere) {
  for (const std::uint64_t n : {17u, 18u, 17u, 5u, 21u, 16u}) {
    model.apply(act::go_to_event{n});
    EXPECT_EQ(model.state().applied(), n + 1);
    EXPECT_EQ(model.state_before().applied(), n);
  }
  model.apply(act::go_to_event{17});
  ASSERT_EQ(model.state().threads()[0].ready.size(), 1u);
  EXPECT_TRUE(model.state_before().threads()[0].ready.empty());
}

TEST_F(ViewerModel, StepsAreInverse) {
  model.apply(act::go_to_event{10});
  model.apply(act::step_switch{direction::forth});
  EXPECT_EQ(model.at.event, 11u);
  model.apply(act::step_switch{direction::back});
  EXPECT_EQ(model.at.event, 10u);
  model.apply(act::step_event{direction::back});
  model.apply(act::step_event{direction::forth});
  EXPECT_EQ(model.at.event, 10u);
}

TEST_F(ViewerModel, SteppingOutOfSightBringsTheCursorIntoView) {
  model.apply(act::show_range{{0, 1 * ms}});

  model.apply(act::go_to_event{18});

  const double x = time_to_x(model.view.scale, model.at.t_ns);
  EXPECT_GE(x, 0);
  EXPECT_LE(x, 1000);
}

TEST_F(ViewerModel, PlayingMovesRecordedTimeAtItsSpeedAndEndsAtTheEnd) {
  model.speed = 0.001;
  model.apply(act::play_or_pause{});
  model.apply(act::let_time_pass{10});
  EXPECT_EQ(model.at.t_ns, 10 * ms);
  EXPECT_EQ(model.at.event, 17u);
  EXPECT_TRUE(model.playing);

  model.apply(act::let_time_pass{60});

  EXPECT_EQ(model.at.event, 21u);
  EXPECT_FALSE(model.playing);
}

TEST_F(ViewerModel, UndoGoesBackToWhereTheViewWasAndRedoForthAgain) {
  const time_scale first = model.view.scale;
  model.apply(act::show_range{{5 * ms, 8 * ms}});
  const time_scale second = model.view.scale;

  model.apply(act::undo{});
  EXPECT_EQ(model.view.scale, first);
  model.apply(act::redo{});
  EXPECT_EQ(model.view.scale, second);
  model.apply(act::redo{});
  EXPECT_EQ(model.view.scale, second);
}

TEST_F(ViewerModel, AFindingOpensItsEvidence) {
  ASSERT_EQ(model.finding_groups.size(), 2u);  // somebody waits for good: that is worse than the held thread

  model.apply(act::show_finding{1});

  EXPECT_EQ(model.at.event, 15u);
  EXPECT_EQ(model.selected, producer_index);
}

TEST_F(ViewerModel, AFindingIsFittedWithAMarginAndItsEvidenceLit) {
  model.apply(act::show_finding{1});

  EXPECT_NEAR(time_to_x(model.view.scale, 6 * ms), 200, 1);
  EXPECT_NEAR(time_to_x(model.view.scale, 27 * ms), 800, 1);
  ASSERT_TRUE(model.lit);
  EXPECT_EQ(model.lit->when, (time_range{6 * ms, 27 * ms}));
  EXPECT_TRUE(model.lit->has(producer_index));
  EXPECT_TRUE(model.lit->has(consumer_index));  // stood ready meanwhile
  EXPECT_FALSE(model.lit->has(main_index));

  model.apply(act::clear{});
  EXPECT_FALSE(model.lit);
}

TEST_F(ViewerModel, TheStoryIsTheWorstFinding) {
  model.show_story();

  EXPECT_EQ(model.at.event, 9u);  // main's wait for good
  EXPECT_EQ(model.selected, main_index);
  EXPECT_EQ(model.chosen->group, 0u);
  EXPECT_NEAR(time_to_x(model.view.scale, 2 * ms), 200, 1);
  EXPECT_NEAR(time_to_x(model.view.scale, 30 * ms), 800, 1);
  EXPECT_FALSE(model.lit);
}

TEST_F(ViewerModel, TheStoryIsShownHoweverWideTheWindowTurnsOutToBe) {
  viewer_model unsized;
  unsized.open(small_trace(), false);
  unsized.take_findings(find_all(*unsized.trace, false));
  unsized.show_story();
  unsized.resize({2000, 400, 300});

  EXPECT_NEAR(time_to_x(unsized.view.scale, 2 * ms), 400, 1);
}

TEST_F(ViewerModel, TheStoryWithoutAFindingIsTheDensestStretch) {
  model.take_findings({});
  model.densest = {5 * ms, 7 * ms};

  model.show_story();

  EXPECT_NEAR(time_to_x(model.view.scale, 5 * ms), 200, 1);
  EXPECT_NEAR(time_to_x(model.view.scale, 7 * ms), 800, 1);
}

TEST_F(ViewerModel, AStoryFromEndToEndIsTheWholeTrace) {
  model.take_findings({});
  model.densest = model.trace->whole();

  model.show_story();

  EXPECT_NEAR(time_to_x(model.view.scale, model.trace->begin_ns()), 20, 2);
  EXPECT_NEAR(time_to_x(model.view.scale, model.trace->end_ns()), 980, 2);
}

TEST_F(ViewerModel, TheChosenFindingStaysChosenWhenTheWorstChanges) {
  model.apply(act::show_finding{1});
  std::vector<finding_group> fewer = find_all(*model.trace, true);

  model.take_findings(fewer);

  ASSERT_TRUE(model.chosen);
  EXPECT_EQ(model.chosen->group, 0u);
}

TEST(WholeTrace, BeginsWhereSomethingHappens) {
  const auto trace = model_of(
      "0.000 T0 thread_start tid=1\n0.090 T0 string id=1 text=\"a\"\n0.100 T0 spawn slot=1 id=1 called=1\n"
      "0.101 T0 enter to=1\n0.110 T0 finish to=0 status=done\n");

  EXPECT_EQ(trace->whole(), (time_range{100 * ms, 110 * ms}));
}

TEST_F(ViewerModel, EscapeClearsTheRangeThenTheSelection) {
  model.apply(act::select{consumer_index});
  model.apply(act::measure{{9 * ms, 3 * ms}});
  EXPECT_EQ(model.measured->begin_ns, 3 * ms);

  model.apply(act::clear{});
  EXPECT_FALSE(model.measured);
  EXPECT_TRUE(model.selected);
  model.apply(act::clear{});
  EXPECT_FALSE(model.selected);
}

TEST_F(ViewerModel, FollowsAWakeWithCursorAndSelection) {
  model.apply(act::go_to_event{19});
  model.apply(act::select{consumer_index});

  model.apply(act::follow_wake{direction::back});

  EXPECT_EQ(model.at.event, 17u);
  EXPECT_EQ(model.selected, producer_index);
}

TEST_F(ViewerModel, WithoutATraceOnlyTheWindowObeys) {
  viewer_model empty;

  empty.apply(act::step_event{direction::forth});
  empty.apply(act::zoom{5, 2});
  empty.apply(act::toggle_theme{});

  EXPECT_EQ(empty.at.event, 0u);
  EXPECT_FALSE(empty.dark);
}

TEST(LiveModel, FollowsTheEndUntilTheUserGoesElsewhere) {
  viewer_model model;
  model.open(small_trace(), true);
  EXPECT_TRUE(model.following);
  EXPECT_EQ(model.at.event, 21u);

  model.apply(act::step_event{direction::back});
  EXPECT_FALSE(model.following);
  model.trace_grew();
  EXPECT_EQ(model.at.event, 20u);
  model.apply(act::go_to_last{});
  EXPECT_TRUE(model.following);
}

TEST(Findings, NameWhoHeldTheThreadAndWhoStoodReady) {
  const auto trace = small_trace();

  const auto found = held_threads(*trace);

  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].title, "producer held the thread for 21.0 ms");
  EXPECT_NE(found[0].detail.find("1 coroutine stood ready meanwhile, the longest for 20.0 ms (consumer)."),
            std::string::npos);
  EXPECT_EQ(found[0].evidence, 15u);
  EXPECT_EQ(found[0].when, (time_range{6 * ms, 27 * ms}));
}

TEST(Findings, CountTimersThatFiredLateBehindALongRun) {
  const auto trace = model_of(
      "0.000 T0 thread_start tid=1\n0.000 T0 spawn slot=1 id=1\n0.000 T0 spawn slot=2 id=2\n0.000 T0 enter to=2\n"
      "0.001 T0 sleep to=1 delay_ns=4000000\n0.021 T0 sleep to=0 delay_ns=1000000000\n"
      "0.021 T0 poll_begin timeout_ns_plus_1=1\n0.021 T0 poll_end ready_fds=0\n"
      "0.021 T0 wake_timer slot=2 cause=granted lateness_ns=16000000\n0.021 T0 enter to=2\n");

  const auto found = held_threads(*trace);

  ASSERT_EQ(found.size(), 1u);
  EXPECT_NE(found[0].detail.find("Nobody stood ready meanwhile. 1 timer fired late, by up to 16.0 ms."),
            std::string::npos)
      << found[0].detail;
}

TEST(Findings, NameWhoIsBlockedAtTheEnd) {
  const auto trace = small_trace();

  const auto found = blocked_at_end(*trace);

  ASSERT_EQ(found.size(), 1u);
  EXPECT_EQ(found[0].title, "main is blocked at the end of the trace: join all");
  EXPECT_EQ(found[0].evidence, 9u);
}

TEST(Findings, SayNothingOfTheEndWhileTheTraceGrows) {
  const auto trace = small_trace();

  const auto found = find_all(*trace, true);

  EXPECT_TRUE(std::none_of(found.begin(), found.end(),
                           [](const finding_group& g) { return g.kind == finding_kind::blocked_at_end; }));
}

TEST(Summaries, AddUpALifeAndItsDelays) {
  const auto trace = small_trace();

  const coroutine_summary s = summarise(*trace, consumer_index);

  EXPECT_EQ(s.runs, 2u);
  EXPECT_EQ(s.run_ns, 2 * ms);
  EXPECT_EQ(s.ready_ns, 22 * ms);
  EXPECT_EQ(s.blocked_ns, 3 * ms);
  EXPECT_EQ(s.longest_run_ns, 1 * ms);
  EXPECT_EQ(s.delay.percentile_ns(50), 2 * ms);
  EXPECT_EQ(s.delay.percentile_ns(99), 20 * ms);
  EXPECT_EQ(summarise_all(*trace)[0].who, producer_index);
}

}  // namespace
}  // namespace weft::viz
