// Which lanes stand below each other, and what the row of a group shows.
#include "model/lane_rows.hpp"

#include <gtest/gtest.h>

#include "model/group_area.hpp"
#include "model/viewer_model.hpp"
#include "small_trace.hpp"

namespace weft::viz {
namespace {

using namespace tests;

// `count` workers of one site, and main; each worker runs for one millisecond after the other.
std::string many_workers(int count) {
  std::string text =
      "0.0 T0 thread_start tid=1\n0.0 T0 string id=1 text=\"main\"\n0.0 T0 string id=2 text=\"job.cpp\"\n"
      "0.0 T0 site id=1 file=2 line=7 function=2\n0.0 T0 site id=2 file=2 line=9 function=2\n"
      "0.0 T0 spawn slot=1 id=1 called=1 site=1\n0.0 T0 enter to=1\n";
  for (int i = 0; i < count; ++i) {
    const std::string n = std::to_string(i);
    text += "0.0 T0 string id=" + std::to_string(10 + i) + " text=\"worker " + n + "\"\n";
    text += "0.0 T0 spawn slot=" + std::to_string(2 + i) + " id=" + std::to_string(2 + i) +
            " parent=1 called=" + std::to_string(10 + i) + " site=2\n";
  }
  for (int i = 0; i < count; ++i) {
    char line[64];
    std::snprintf(line, sizeof line, "0.%03d T0 yield to=%d\n", i + 1, 2 + i);
    text += line;
  }
  return text;
}

class LaneRows : public testing::Test {
 protected:
  void open(int workers) {
    model.open(model_of(many_workers(workers)), false);
    model.resize({1000, 400, 300});
  }
  std::string kinds() const {
    std::string all;
    for (const lane_row& r : model.rows.rows()) all += r.is_group ? 'g' : r.inside ? 'i' : 'l';
    return all;
  }

  viewer_model model;
};

TEST_F(LaneRows, FewLanesAreShownOneByOne) {
  open(5);
  EXPECT_EQ(kinds(), "llllll");
  EXPECT_EQ(model.rows.units(), 6);
}

TEST_F(LaneRows, ManyOfOneSiteAreAGroupOfWhichTheWorstThreeLookOut) {
  open(40);
  EXPECT_EQ(kinds(), "lgiii");
  ASSERT_EQ(model.rows.groups().size(), 2u);
  EXPECT_EQ(model.rows.groups()[1].coroutines, 40u);
  EXPECT_EQ(model.rows.groups()[1].name, "worker… · job.cpp:9");
}

TEST_F(LaneRows, TheWorstAreThoseThatRanLongest) {
  open(40);
  for (coroutine_index c = 1; c <= 40; ++c) {
    coroutine_summary s;
    s.who = c;
    s.longest_run_ns = c == 17 || c == 23 || c == 31 ? 100 : 1;
    model.summaries.push_back(s);
  }
  model.arrange_rows();

  EXPECT_EQ(model.rows.rows()[2].index, 17u);
  EXPECT_EQ(model.rows.rows()[3].index, 23u);
  EXPECT_EQ(model.rows.rows()[4].index, 31u);
}

TEST_F(LaneRows, TheSelectedOneLooksOutOfItsGroup) {
  open(40);
  model.apply(act::select{35});

  EXPECT_EQ(kinds(), "lgiiii");
  EXPECT_EQ(model.rows.row_of(model.lanes.lane_of(35)), 5u);
}

TEST_F(LaneRows, AGroupUnfoldsAndFolds) {
  open(40);
  const std::uint64_t site = model.rows.groups()[1].site;
  model.apply(act::toggle_group{site});
  EXPECT_EQ(model.rows.rows().size(), 42u);
  model.apply(act::toggle_group{site});
  EXPECT_EQ(kinds(), "lgiii");
}

TEST_F(LaneRows, AnUnfoldedGroupIsOrderedAsAskedFor) {
  open(40);
  coroutine_summary slow;
  slow.who = 30;
  slow.longest_run_ns = 5;
  model.summaries = {slow};
  model.apply(act::toggle_group{model.rows.groups()[1].site});
  EXPECT_EQ(model.rows.rows()[2].index, 1u);

  model.apply(act::order_lanes{lane_order::slowest});

  EXPECT_EQ(model.rows.rows()[2].index, 30u);
}

TEST_F(LaneRows, AFilterLeavesTheNamesThatHaveItsLetters) {
  open(40);
  model.apply(act::filter_lanes{"WORKER 3"});
  EXPECT_EQ(kinds(), std::string(11, 'l'));
  EXPECT_EQ(model.rows.row_of(0), lane_rows::npos);
}

TEST_F(LaneRows, WhatIsSelectedOnPurposeEndsTheFilter) {
  open(40);
  model.apply(act::filter_lanes{"worker 3"});
  model.apply(act::select{0});
  EXPECT_EQ(model.row_wishes.filter, "");
  EXPECT_EQ(model.rows.row_of(0), 0u);
}

TEST_F(LaneRows, PlacesAreOneAfterTheOther) {
  open(40);
  EXPECT_EQ(model.rows.row_at(0.5f), 0u);
  EXPECT_EQ(model.rows.row_at(1.5f), 1u);
  EXPECT_EQ(model.rows.row_at(1 + lane_rows::group_units), 2u);
  EXPECT_EQ(model.rows.row_at(-1), lane_rows::npos);
  EXPECT_EQ(model.rows.row_at(model.rows.units()), lane_rows::npos);
  const lane_range seen = model.rows.within(1.1f, 1.2f);
  EXPECT_EQ(seen.first, 1u);
  EXPECT_EQ(seen.last, 2u);
}

// At every instant each of the forty is in one state, and one of them runs.
TEST_F(LaneRows, TheAreaOfAGroupCountsEachCoroutineOnce) {
  open(40);
  model.apply(act::show_range{{5 * ms, 35 * ms}});
  const std::vector<area_column>& columns = model.area_of(1);

  ASSERT_GT(columns.size(), 300u);
  for (std::size_t i = 5; i < 300; ++i) {
    float all = 0;
    for (const float share : columns[i]) all += share;
    EXPECT_NEAR(all, 40, 0.01) << i;
    EXPECT_NEAR(columns[i][static_cast<std::size_t>(span_kind::running)], 1, 0.01) << i;
  }
}

}  // namespace
}  // namespace weft::viz
