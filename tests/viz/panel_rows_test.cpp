// The tables of the window, as text.
#include <gtest/gtest.h>

#include "panels/chooser.hpp"
#include "panels/coroutine_rows.hpp"
#include "panels/event_rows.hpp"
#include "panels/finding_rows.hpp"
#include "panels/statistics_rows.hpp"
#include "small_trace.hpp"

namespace weft::viz {
namespace {

using namespace tests;

class PanelRows : public testing::Test {
 protected:
  PanelRows() { model.open(small_trace(), false); }

  static std::vector<std::string> all_of(const table_rows& rows) {
    std::vector<std::string> text;
    for (std::size_t i = 0; i < rows.count(); ++i) text.push_back(text_of(rows.row(i)));
    return text;
  }
  void look_through(event_filter& filter, const std::string& words) {
    filter.look_for(words);
    while (filter.work(*model.trace, event_filter::clock::now())) {
    }
  }

  viewer_model model;
};

TEST_F(PanelRows, EventsSayWhoDidWhat) {
  const event_rows rows(model, nullptr);

  ASSERT_EQ(rows.count(), model.trace->event_count());
  EXPECT_EQ(text_of(rows.row(17)), "17\t7.0000 ms\tproducer\twake\tconsumer, granted, queue “orders”");
  EXPECT_EQ(std::get<act::go_to_event>(*rows.row(17).open).n, 17u);
}

TEST_F(PanelRows, TheEventUnderTheCursorIsTheCurrentRow) {
  model.apply(act::go_to_event{17});
  const event_rows rows(model, nullptr);

  EXPECT_EQ(rows.current(), 17u);
  EXPECT_TRUE(rows.row(17).here);
  EXPECT_FALSE(rows.row(16).here);
}

TEST_F(PanelRows, AFilterKeepsTheEventsThatHaveAllWords) {
  event_filter filter;
  look_through(filter, "WAKE orders");
  const event_rows rows(model, &filter);

  ASSERT_GT(rows.count(), 0u);
  for (const std::string& line : all_of(rows)) {
    EXPECT_NE(line.find("wake"), std::string::npos) << line;
    EXPECT_NE(line.find("orders"), std::string::npos) << line;
  }
}

TEST_F(PanelRows, AFilterThatNothingMatchesSaysSo) {
  event_filter filter;
  look_through(filter, "there is no such word");
  const event_rows rows(model, &filter);

  EXPECT_EQ(rows.count(), 0u);
  EXPECT_EQ(rows.when_empty(), "No event has all of these words.");
}

TEST_F(PanelRows, OfAFilteredListTheNextEventFromTheCursorOnIsCurrent) {
  event_filter filter;
  look_through(filter, "wake orders");
  model.apply(act::go_to_event{0});
  EXPECT_EQ(event_rows(model, &filter).current(), 0u);
  model.apply(act::go_to_event{model.trace->event_count() - 1});
  EXPECT_EQ(event_rows(model, &filter).current(), table_rows::npos);
}

TEST_F(PanelRows, WithoutASelectionTheCoroutineTabSaysHowToMakeOne) {
  EXPECT_EQ(fact_rows(model).count(), 0u);
  EXPECT_EQ(fact_rows(model).when_empty(), "No coroutine is selected: click a lane, or press Ctrl P.");
}

TEST_F(PanelRows, FactsAreOfTheSelectedOneAtTheCursor) {
  model.apply(act::select{consumer_index});
  model.apply(act::go_to_event{17});
  const std::vector<std::string> lines = all_of(fact_rows(model));

  ASSERT_GE(lines.size(), 2u);
  EXPECT_EQ(lines[0].substr(0, 13), "name\tconsumer");
  EXPECT_EQ(lines[1], "at the cursor\tready");
}

TEST_F(PanelRows, TheLatestWakeComesFirst) {
  model.apply(act::select{consumer_index});
  model.apply(act::go_to_event{17});
  const wake_rows rows(model);

  ASSERT_GT(rows.count(), 0u);
  EXPECT_EQ(text_of(rows.row(0)), "7.0000 ms\tproducer\tqueue get\t20.0 ms");
}

TEST_F(PanelRows, StatisticsAreSortedByTheChosenColumn) {
  coroutine_summary a, b;
  a.who = 0;
  a.run_ns = 5;
  b.who = 1;
  b.run_ns = 9;
  model.summaries = {a, b};
  const statistics_rows unsorted(model, {}, "");
  std::size_t column = 0;
  while (unsorted.columns()[column].title != "run") ++column;

  EXPECT_EQ(std::get<act::select>(*statistics_rows(model, sorting{column, false}, "").row(0).open).who, 0u);
  EXPECT_EQ(std::get<act::select>(*statistics_rows(model, sorting{column, true}, "").row(0).open).who, 1u);
}

TEST_F(PanelRows, StatisticsKeepTheNamesThatHaveTheLetters) {
  coroutine_summary a, b;
  a.who = producer_index;
  b.who = consumer_index;
  model.summaries = {a, b};

  const statistics_rows rows(model, {}, "PROD");

  ASSERT_EQ(rows.count(), 1u);
  EXPECT_EQ(rows.row(0).cells[0].text, "producer");
}

TEST_F(PanelRows, StatisticsOfAHugeTraceAreStillCounted) {
  model.analysed = viewer_model::analysis_state::going_on;

  EXPECT_EQ(statistics_rows(model, {}, "").when_empty().substr(0, 14), "Still counting");
  EXPECT_EQ(finding_rows(model).when_empty().substr(0, 13), "Still looking");
}

TEST(Chooser, OffersWhatBeginsWithTheWordsFirst) {
  chooser list;
  list.open("", {{"zoom in", "", act::fit_all{}}, {"in the lanes", "", act::clear{}}, {"other", "", act::undo{}}});
  list.type("in");

  EXPECT_EQ(list.matching(), (std::vector<std::size_t>{1, 0}));
}

TEST(Chooser, GoesAroundByTheArrowsAndAwayByEscape) {
  chooser list;
  list.open("", {{"a", "", act::fit_all{}}, {"b", "", act::clear{}}});

  EXPECT_TRUE(list.take({key::down, {}}));
  EXPECT_FALSE(list.take({letter('a'), {}}));
  EXPECT_TRUE(list.take({key::escape, {}}));
  EXPECT_FALSE(list.is_open());
  EXPECT_FALSE(list.take({key::escape, {}}));
}

TEST_F(PanelRows, AFindingIsARowAndTheChosenOneUnfolds) {
  finding_group once, twice;
  once.title = "a waits for itself";
  once.severity = finding_severity::stuck;
  once.count = 1;
  once.instances.resize(1);
  twice.title = "hog held the thread 2 times";
  twice.severity = finding_severity::severe;
  twice.count = 2;
  twice.sum_ns = 40 * ms;
  twice.share = 0.5;
  twice.instances.resize(2);
  twice.instances[1].title = "hog held the thread for 30.0 ms";
  twice.instances[1].lasted_ns = 30 * ms;
  twice.instances[1].when = {5 * ms, 35 * ms};
  twice.worst = twice.instances[1];
  model.take_findings({once, twice});

  EXPECT_EQ(
      all_of(finding_rows(model)),
      (std::vector<std::string>{
          "a waits for itself\t\t\t\t0.00 µs",
          "hog held the thread 2 times\t2\t40.0 ms\t50 %\t5.0000 ms\tThe worst: hog held the thread for 30.0 ms. "}));
  EXPECT_EQ(finding_rows(model).row(0).severity, 1);
  EXPECT_EQ(finding_rows(model).row(1).folds, folding::folded);

  model.apply(act::show_finding{1, 1});

  const finding_rows unfolded(model);
  ASSERT_EQ(unfolded.count(), 4u);
  EXPECT_EQ(unfolded.row(1).folds, folding::unfolded);
  EXPECT_FALSE(unfolded.row(1).here);
  EXPECT_EQ(text_of(unfolded.row(3)), "  hog held the thread for 30.0 ms\t\t30.0 ms\t\t5.0000 ms");
  EXPECT_TRUE(unfolded.row(3).here);
  EXPECT_EQ(unfolded.current(), 3u);
}

}  // namespace
}  // namespace weft::viz
