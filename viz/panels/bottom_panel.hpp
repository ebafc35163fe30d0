// The tabs below the lanes: events, coroutine, findings, statistics. Draws a const model; stores only what the controls
// need: filters, sorting, unfolded rows.
#pragma once

#include <memory>

#include "panels/event_filter.hpp"
#include "panels/panel_frame.hpp"
#include "panels/table.hpp"
#include "view/window_layout.hpp"

namespace weft::viz {

class bottom_panel {
 public:
  void draw(const viewer_model& model, const window_layout& layout, const panel_frame& f);
  // Call when another trace is shown.
  void restart();
  // Continues the search for matching events until that time; returns true if there is something new to draw.
  bool work(const viewer_model& model, event_filter::clock::time_point until);
  bool has_work(const viewer_model& model) const;
  // The rows of the open tab.
  std::unique_ptr<table_rows> rows(const viewer_model& model) const;
  // True from focus_filter() to the next frame.
  bool asks_for_keys() const { return wants_focus_; }
  // True if another frame is needed.
  bool is_settling() const { return frames_to_settle_ > 0 || wants_focus_; }
  // The text field of the open tab, if there is one, gets the keys.
  void focus_filter() { wants_focus_ = true; }

 private:
  void draw_tabs(const viewer_model& model, const panel_frame& f);
  void draw_body(const viewer_model& model, const panel_frame& f);
  void draw_filter(std::string& text, const char* hint, const panel_frame& f);
  void draw_statistics_head(const viewer_model& model, const panel_frame& f);

  std::optional<tab> shown_;  // the model's open tab in the last frame
  int frames_to_settle_ = 0;
  bool wants_focus_ = false;
  std::string event_words_, statistics_words_;
  event_filter events_;
  table_memory event_table_, fact_table_, wake_table_, finding_table_, statistics_table_;
};

}  // namespace weft::viz
