// The whole window with a huge trace: what it draws, and what it must not claim.
#include <gtest/gtest.h>

#include <fstream>

#include "busy_trace.hpp"
#include "view/recording_canvas.hpp"
#include "view/window_view.hpp"

namespace weft::viz {
namespace {

using tests::busy_trace;

class HugeView : public testing::Test {
 protected:
  HugeView() {
    model_limits limits;
    limits.around_events = 512;
    limits.view_events = 4000;
    limits.columns = 128;
    model.open(std::make_unique<trace_model>(busy_trace::get().untold(), limits), false);
    model.analysed = viewer_model::analysis_state::going_on;
  }
  const recording_canvas& drawn() {
    canvas = {};
    view.arrange(1600, 1000, model);
    model.resize(view.port());
    view.draw(canvas, model);
    view.draw_above(canvas, model);
    return canvas;
  }
  void read_all() {
    while (model.work(std::chrono::steady_clock::now())) {
    }
  }
  bool says(const std::string& part) const {
    for (const auto& i : canvas.items()) {
      if (i.words.find(part) != std::string::npos) return true;
    }
    return false;
  }
  std::size_t shapes_in_lanes(recording_canvas::shape what) const {
    std::size_t count = 0;
    for (const auto& i : canvas.within(view.layout().lanes)) count += i.what == what;
    return count;
  }

  viewer_model model;
  window_view view;
  recording_canvas canvas;
};

TEST_F(HugeView, ShowsThatItReadsWhileItDoes) {
  drawn();
  EXPECT_TRUE(says("reading, 0 %"));

  model.work(std::chrono::steady_clock::now());
  drawn();
  EXPECT_TRUE(says("reading, "));

  read_all();
  drawn();
  EXPECT_FALSE(says("reading, "));
  EXPECT_TRUE(says("overview"));
}

TEST_F(HugeView, CanBeUsedWhileItReads) {
  drawn();
  model.work(std::chrono::steady_clock::now());
  model.apply(act::go_to_time{busy_trace::get().exact.end_ns() / 2});
  model.apply(act::zoom{300, 0.01});
  model.apply(act::step_switch{direction::forth});
  drawn();
  model.apply(act::step_event{direction::back});
  model.apply(act::show_tab{tab::events});

  drawn();

  EXPECT_GT(model.at.event, 0u);
  EXPECT_TRUE(canvas.has_text("State at the cursor"));
}

TEST_F(HugeView, SaysThatLanesShowSharesUntilTheyShowStates) {
  drawn();
  read_all();
  drawn();
  EXPECT_TRUE(says("lanes show shares of each"));
  EXPECT_GT(shapes_in_lanes(recording_canvas::shape::pattern), 100u);

  const std::int64_t middle = busy_trace::get().exact.events().at(100'000).t_ns;
  model.apply(act::go_to_time{middle});
  model.apply(act::show_range{{middle - 20'000, middle + 20'000}});
  read_all();
  drawn();

  EXPECT_FALSE(says("lanes show shares of each"));
  EXPECT_TRUE(canvas.has_text("? all keys") || says("? all keys"));
}

TEST_F(HugeView, DrawsTheSameAsAnExactTraceWhereItIsExact) {
  const busy_trace& busy = busy_trace::get();
  const std::int64_t middle = busy.exact.events().at(123'456).t_ns;
  const act::show_range range{{middle - 15'000, middle + 15'000}};
  drawn();
  read_all();
  model.apply(act::go_to_event{123'456});
  model.apply(range);
  read_all();
  drawn();

  viewer_model exact;
  exact.open(std::make_unique<trace_model>(diary::history(diary::reader::open(busy.path))), false);
  window_view exact_view;
  exact_view.arrange(1600, 1000, exact);
  exact.resize(exact_view.port());
  exact.apply(act::go_to_event{123'456});
  exact.apply(range);
  recording_canvas expected;
  exact_view.draw(expected, exact);

  const rect all{0, view.layout().threads.y, view.layout().side.x,
                 view.layout().lanes.bottom() - view.layout().threads.y};
  const auto is = canvas.within(all), want = expected.within(all);
  ASSERT_EQ(is.size(), want.size());
  for (std::size_t i = 0; i < is.size(); ++i) {
    EXPECT_EQ(is[i].what, want[i].what);
    EXPECT_EQ(is[i].area, want[i].area);
    EXPECT_EQ(is[i].words, want[i].words);
    EXPECT_EQ(is[i].ink, want[i].ink);
  }
}

TEST_F(HugeView, AtNoZoomAndNowhereDoesItFail) {
  drawn();
  read_all();
  model.apply(act::select{8});
  for (int i = 0; i < 30; ++i) {
    model.apply(act::zoom{400, 0.7});
    drawn();  // before it is refined
    read_all();
    model.apply(act::step_span{i % 2 == 0 ? direction::forth : direction::back});
    model.apply(act::show_tab{static_cast<tab>(i % 4)});
    view.handle(mouse_move{{500, 300 + static_cast<float>(i) * 10}}, model);
    drawn();
    EXPECT_EQ(canvas.open_clips(), 0);
  }
}

TEST_F(HugeView, TheTipOfABucketTellsShares) {
  drawn();
  read_all();
  const rect row = lane_rect(view.layout(), model, 3);
  view.handle(mouse_move{{row.x + row.w / 2, row.y + row.h / 2}}, model);

  drawn();

  EXPECT_TRUE(says("in these"));
  EXPECT_TRUE(says("Zoom in to see each state."));
}

TEST(GrowingTrace, BecomesAHugeOneWhenItHasTooManyEvents) {
  const support::temporary_trace file;
  const std::string path = busy_trace::get().path;
  // The first half: whole chunks, as a program would have written them.
  std::ifstream in(path, std::ios::binary);
  const std::vector<char> bytes{std::istreambuf_iterator<char>(in), {}};
  const std::size_t half = diary::file_header_bytes + (bytes.size() / diary::chunk_bytes / 2) * diary::chunk_bytes;
  std::ofstream out(file.path(), std::ios::binary);
  out.write(bytes.data(), static_cast<std::streamsize>(half));
  out.flush();
  model_limits limits;
  limits.exact_events = 80'000;
  trace_model trace(diary::history(diary::reader::open(file.path())), limits);
  ASSERT_FALSE(trace.is_huge());

  out.write(bytes.data() + half, static_cast<std::streamsize>(bytes.size() - half));
  out.flush();
  ASSERT_TRUE(trace.refresh());

  const trace_model& exact = busy_trace::get().exact;
  EXPECT_TRUE(trace.is_huge());
  EXPECT_TRUE(trace.is_indexed());
  EXPECT_EQ(trace.event_count(), exact.event_count());
  ASSERT_EQ(trace.coroutine_count(), exact.coroutine_count());
  EXPECT_EQ(trace.label(5), exact.label(5));
  EXPECT_EQ(trace.held_runs(), exact.held_runs());
}

}  // namespace
}  // namespace weft::viz
