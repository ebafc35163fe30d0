// The tabs below the lanes: events, coroutine, findings, statistics. Draws a const model; keeps what only the controls
// know: filters, sorting, what is unfolded.
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
  // Another trace is shown.
  void restart();
  // Goes on looking for events that match; true if there is something new to draw.
  bool work(const viewer_model& model, event_filter::clock::time_point until);
  bool has_work(const viewer_model& model) const;
  // What the open tab shows.
  std::unique_ptr<table_rows> rows(const viewer_model& model) const;
  // The text field of the open tab, if it has one, gets the keys.
  bool is_settling() const { return frames_to_settle_ > 0 || wants_focus_; }
  void focus_filter() { wants_focus_ = true; }

 private:
  void draw_tabs(const viewer_model& model, const panel_frame& f);
  void draw_body(const viewer_model& model, const panel_frame& f);
  void draw_filter(std::string& text, const char* hint, const panel_frame& f);
  void draw_statistics_head(const viewer_model& model, const panel_frame& f);

  std::optional<tab> shown_;  // as the model had it in the last frame
  int frames_to_settle_ = 0;
  bool wants_focus_ = false;
  std::string event_words_, statistics_words_;
  event_filter events_;
  table_memory event_table_, fact_table_, wake_table_, finding_table_, statistics_table_;
};

}  // namespace weft::viz
