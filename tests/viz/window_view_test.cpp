// What the views draw, according to a recording canvas, and their reaction to input.
#include "view/window_view.hpp"

#include <gtest/gtest.h>

#include <set>
#include <tuple>

#include "small_trace.hpp"
#include "view/keys.hpp"
#include "view/recording_canvas.hpp"
#include "view/svg_canvas.hpp"

namespace weft::viz {
namespace {

using namespace tests;
using shape = recording_canvas::shape;

class WindowView : public testing::Test {
 protected:
  WindowView() {
    model.open(small_trace(), false);
    arrange();
  }
  void arrange() {
    view.arrange(1600, 1000, model);
    model.resize(view.port());
  }
  recording_canvas drawn() {
    arrange();
    recording_canvas canvas;
    view.draw(canvas, model);
    view.draw_above(canvas, model);
    return canvas;
  }
  void take(const input& what) {
    for (const action& a : view.handle(what, model)) model.apply(a);
  }
  void click(point at) {
    take(mouse_move{at});
    take(mouse_down{at, button::left, 1, {}});
    take(mouse_up{at, button::left});
  }
  float x_of(std::int64_t t_ns) const {
    return view.layout().lanes.x + static_cast<float>(time_to_x(model.view.scale, t_ns));
  }
  // One pixel of a lane at a time.
  rect spot(std::size_t lane, std::int64_t t_ns) const {
    const rect row = lane_rect(view.layout(), model, lane);
    return {x_of(t_ns), row.y + row.h / 2, 1, 1};
  }
  bool has(const recording_canvas& canvas, const rect& where, shape what, colour ink) const {
    const auto found = canvas.within(where);
    return std::any_of(found.begin(), found.end(), [&](const auto& i) { return i.what == what && i.ink == ink; });
  }

  viewer_model model;
  window_view view;
};

TEST_F(WindowView, LanesShowStatesByColourAndPattern) {
  const recording_canvas canvas = drawn();
  const theme& t = dark_theme();

  EXPECT_TRUE(has(canvas, spot(0, 1 * ms), shape::fill, t.running));
  EXPECT_TRUE(has(canvas, spot(0, 10 * ms), shape::pattern, t.other));
  EXPECT_TRUE(has(canvas, spot(1, 4 * ms), shape::fill, t.sleeping));
  EXPECT_TRUE(has(canvas, spot(2, 15 * ms), shape::pattern, t.ready));
  EXPECT_FALSE(has(canvas, spot(2, 29 * ms), shape::fill, t.running));
}

TEST_F(WindowView, AFindingDimsEverythingButItsEvidence) {
  finding_group held;
  held.count = 1;
  held.worst.who = producer_index;
  held.worst.when = {6 * ms, 27 * ms};
  held.worst.evidence = 15;
  held.instances = {held.worst};
  model.take_findings({held});
  const colour dimmed = dark_theme().ground.faded(0.66f);

  model.apply(act::show_finding{0});

  const recording_canvas canvas = drawn();
  EXPECT_TRUE(has(canvas, spot(0, 15 * ms), shape::fill, dimmed));
  EXPECT_FALSE(has(canvas, spot(1, 15 * ms), shape::fill, dimmed));
  EXPECT_TRUE(has(canvas, spot(1, 4 * ms), shape::fill, dimmed));  // before it

  model.apply(act::clear{});
  EXPECT_FALSE(has(drawn(), spot(0, 15 * ms), shape::fill, dimmed));
}

TEST_F(WindowView, ALongRunHasTheHoldingColourInItsLaneAndOnTheThread) {
  const recording_canvas canvas = drawn();
  const rect row = thread_rect(view.layout(), 0);

  EXPECT_TRUE(has(canvas, spot(1, 15 * ms), shape::fill, dark_theme().holding));
  EXPECT_TRUE(has(canvas, {x_of(15 * ms), row.y + row.h / 2, 1, 1}, shape::fill, dark_theme().holding));
  EXPECT_FALSE(has(canvas, spot(0, 1 * ms), shape::fill, dark_theme().holding));
}

TEST_F(WindowView, WhatRunsIsTallerThanWhatWaits) {
  const recording_canvas canvas = drawn();
  const auto height = [&](const rect& where, shape what, colour ink) {
    for (const auto& i : canvas.within(where)) {
      if (i.what == what && i.ink == ink) return i.area.h;
    }
    return -1.0f;
  };

  const float running = height(spot(0, 1 * ms), shape::fill, dark_theme().running);
  const float ready = height(spot(2, 15 * ms), shape::pattern, dark_theme().ready);
  const float waiting = height(spot(0, 10 * ms), shape::pattern, dark_theme().other);
  EXPECT_GT(running, ready);
  EXPECT_GT(ready, waiting);
  EXPECT_GT(waiting, 0);
}

TEST_F(WindowView, LabelsTellTheStateAtTheCursor) {
  model.apply(act::go_to_event{11});
  EXPECT_TRUE(drawn().has_text("waits: queue “orders”"));

  model.apply(act::go_to_event{18});
  EXPECT_FALSE(drawn().has_text("waits: queue “orders”"));
}

TEST_F(WindowView, ThePanelTellsTheReadyQueueAndTheSwitch) {
  model.apply(act::go_to_event{9});

  const recording_canvas canvas = drawn();

  EXPECT_TRUE(canvas.has_text("READY, in order"));
  EXPECT_TRUE(canvas.has_text("1  consumer"));
  EXPECT_TRUE(canvas.has_text("This switch"));
  EXPECT_TRUE(canvas.has_text("main → producer"));
  EXPECT_TRUE(canvas.has_text("rsp"));
}

TEST_F(WindowView, TheSelectedOnesWakeIsAnArrowWithItsDelay) {
  model.apply(act::select{consumer_index});

  const recording_canvas canvas = drawn();

  EXPECT_TRUE(canvas.has_text("producer wakes consumer, +20.0 ms until it runs"));
  const rect at_wake{x_of(7 * ms) - 12, lane_rect(view.layout(), model, 1).y, 24, 80};
  const auto found = canvas.within(at_wake);
  EXPECT_TRUE(std::any_of(found.begin(), found.end(), [](const auto& i) { return i.what == shape::curve; }));
}

TEST_F(WindowView, ItemsBoundedByPixelsForALongTrace) {
  std::string text =
      "0.0 T0 thread_start tid=1\n0.0 T0 spawn slot=1 id=1\n0.0 T0 spawn slot=2 id=2\n0.0 T0 enter to=1\n";
  for (int i = 1; i <= 20'000; ++i) {
    char line[64];
    std::snprintf(line, sizeof line, "%d.%06d T0 yield to=%d\n", i / 100'000, i * 10 % 1'000'000, 1 + i % 2);
    text += line;
  }
  model.open(model_of(text), false);

  EXPECT_LT(drawn().items().size(), 6000u);
}

TEST_F(WindowView, ArrowKeysStepBothWays) {
  take(key_down{key::right, {}});
  take(key_down{key::right, {}});
  EXPECT_EQ(model.at.event, 6u);
  take(key_down{key::left, {}});
  EXPECT_EQ(model.at.event, 5u);
  take(key_down{key::right, {true, false, false}});
  take(key_down{key::right, {true, false, false}});
  EXPECT_EQ(model.at.event, 9u);
  take(key_down{key::left, {true, false, false}});
  EXPECT_EQ(model.at.event, 6u);
}

TEST_F(WindowView, ButtonsStepBothWays) {
  drawn();
  const rect bar = view.layout().top;
  model.apply(act::go_to_event{6});
  const recording_canvas canvas = drawn();
  // The five buttons are framed boxes in a row.
  std::vector<rect> boxes;
  for (const auto& i : canvas.within(bar)) {
    if (i.what == shape::frame && i.area.w == 34) boxes.push_back(i.area);
  }
  ASSERT_EQ(boxes.size(), 5u);
  const auto middle = [](const rect& r) { return point{r.x + r.w / 2, r.y + r.h / 2}; };

  click(middle(boxes[1]));
  EXPECT_EQ(model.at.event, 5u);
  click(middle(boxes[3]));
  EXPECT_EQ(model.at.event, 6u);
  click(middle(boxes[4]));
  EXPECT_EQ(model.at.event, 21u);
  click(middle(boxes[0]));
  EXPECT_EQ(model.at.event, 0u);
}

TEST_F(WindowView, AClickInALaneSelectsItAndMovesTheCursorThere) {
  drawn();
  const rect row = lane_rect(view.layout(), model, 2);

  click({x_of(10 * ms), row.y + row.h / 2});

  EXPECT_EQ(model.selected, consumer_index);
  EXPECT_EQ(model.at.event, 17u);
  EXPECT_NEAR(static_cast<double>(model.at.t_ns), 10e6, 1e5);
}

TEST_F(WindowView, ADragMeasures) {
  drawn();
  const rect row = lane_rect(view.layout(), model, 0);
  take(mouse_down{{x_of(20 * ms), row.y + 5}, button::left, 1, {}});
  take(mouse_move{{x_of(10 * ms), row.y + 9}});
  take(mouse_up{{x_of(10 * ms), row.y + 9}, button::left});

  ASSERT_TRUE(model.measured);
  EXPECT_NEAR(static_cast<double>(model.measured->length_ns()), 10e6, 1e5);
  EXPECT_EQ(model.at.event, 0u);
}

TEST_F(WindowView, ARightDragPansWithTheMouse) {
  drawn();
  const rect row = lane_rect(view.layout(), model, 0);
  const float before = x_of(10 * ms);
  take(mouse_down{{600, row.y + 5}, button::right, 1, {}});
  take(mouse_move{{650, row.y + 5}});
  take(mouse_up{{650, row.y + 5}, button::right});

  EXPECT_NEAR(x_of(10 * ms), before + 50, 0.1);
}

TEST_F(WindowView, CtrlWheelZoomsAtTheMouse) {
  drawn();
  const float x = x_of(10 * ms);
  const double before = model.view.scale.ns_per_px;
  take(mouse_wheel{{x, view.layout().lanes.y + 10}, 0, 1, {false, true, false}});

  EXPECT_LT(model.view.scale.ns_per_px, before);
  EXPECT_NEAR(x_of(10 * ms), x, 0.1);
}

TEST_F(WindowView, ChangesOfThePanelEdgesStayWithinTheWindow) {
  model.apply(act::drag_edge{panel_edge::side, 5000});
  model.apply(act::drag_edge{panel_edge::bottom, 5000});

  drawn();

  EXPECT_GT(view.layout().lanes.w, 100);
  EXPECT_GT(view.layout().lanes.h, 50);
}

TEST(Keys, EveryKeyOfTheOverlayHasExactlyOneMeaning) {
  std::set<std::tuple<std::uint32_t, bool, bool, bool>> seen;
  for (const key_binding& b : all_keys()) {
    EXPECT_TRUE(seen.insert({static_cast<std::uint32_t>(b.which), b.with.shift, b.with.ctrl, b.with.alt}).second);
    EXPECT_TRUE(action_of({b.which, b.with}, {}).has_value());
  }
}

TEST(StartPage, IsShownWithoutATrace) {
  viewer_model model;
  window_view view;
  view.arrange(1600, 1000, model);
  recording_canvas canvas;

  view.draw(canvas, model);

  EXPECT_TRUE(canvas.has_text("weft demo"));
}

TEST(SvgCanvas, DrawsTheSameBytesForTheSameCalls) {
  svg_canvas canvas(100, 50, [](std::string_view words, face) { return static_cast<float>(words.size()); });
  canvas.fill({1, 2, 3.5f, 4}, colour::hex(0x2fb68a), 0);
  canvas.fill_pattern({0, 0, 6, 6}, pattern::diagonal, colour::hex(0x3f8fd2));
  canvas.fill_pattern({9, 0, 6, 6}, pattern::diagonal, colour::hex(0x3f8fd2));
  canvas.push_clip({0, 0, 10, 10});
  canvas.text({5, 9}, "a<b & 报告", face::body, colour::hex(0xffffff, 0.5f), align::right);
  canvas.pop_clip();

  EXPECT_EQ(
      canvas.document(),
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"100\" height=\"50\" viewBox=\"0 0 100 50\">\n<defs>\n"
      "<pattern id=\"p0\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">"
      "<rect width=\"6\" height=\"6\" fill=\"#3f8fd2\" fill-opacity=\"0.26\"/>"
      "<rect width=\"2\" height=\"6\" fill=\"#3f8fd2\" fill-opacity=\"0.75\"/></pattern>\n"
      "<clipPath id=\"c0\"><rect x=\"0\" y=\"0\" width=\"10\" height=\"10\"/></clipPath>\n"
      "</defs>\n"
      "<rect x=\"1\" y=\"2\" width=\"3.5\" height=\"4\" fill=\"#2fb68a\"/>\n"
      "<rect x=\"0\" y=\"0\" width=\"6\" height=\"6\" fill=\"url(#p0)\"/>\n"
      "<rect x=\"9\" y=\"0\" width=\"6\" height=\"6\" fill=\"url(#p0)\"/>\n"
      "<g clip-path=\"url(#c0)\">\n"
      "<text x=\"5\" y=\"9\" font-size=\"12.5\" font-family=\"DejaVu Sans,Noto Sans CJK SC,sans-serif\""
      " text-anchor=\"end\" xml:space=\"preserve\" fill=\"#ffffff\" fill-opacity=\"0.5\">a&lt;b &amp; 报告</text>\n"
      "</g>\n</svg>\n");
}

TEST(Fitted, CutsAtALetterAndSaysSo) {
  recording_canvas canvas;
  const float letter = canvas.text_width("x", face::body);

  EXPECT_EQ(fitted(canvas, "producer", face::body, 8 * letter), "producer");
  EXPECT_EQ(fitted(canvas, "producer", face::body, 5 * letter), "prod…");
  EXPECT_EQ(fitted(canvas, "报告报告", face::body, 3 * letter), "报告…");
  EXPECT_EQ(fitted(canvas, "producer", face::body, 1.5f * letter), "");
}

// Id 0 belongs to no coroutine, and slots and ids occur twice.
TEST(WindowViewOfNonsense, ImpossibleSpawnsAreDrawn) {
  viewer_model model;
  model.open(model_of("0.001 T0 spawn slot=1 id=0\n"
                      "0.002 T0 spawn slot=2 id=7 parent=9\n"
                      "0.003 T0 spawn slot=18446744073709551615 id=0 parent=2\n"
                      "0.004 T0 spawn slot=2 id=8\n"
                      "0.005 T0 spawn slot=4 id=7\n"
                      "0.006 T0 spawn_after slot=5 id=18446744073709551615 delay_ns=3\n"),
             false);
  window_view view;
  view.arrange(1600, 1000, model);
  model.resize(view.port());
  recording_canvas canvas;

  for (std::uint64_t n = 0; n < model.trace->event_count(); ++n) {
    model.apply(act::go_to_event{n});
    view.draw(canvas, model);
  }

  EXPECT_EQ(model.trace->coroutine_count(), 3u);
  EXPECT_TRUE(canvas.has_text("#7"));
}

}  // namespace
}  // namespace weft::viz
