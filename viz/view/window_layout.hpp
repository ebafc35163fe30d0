// The positions of the panels in a window of a given size. Pure; both drawing and mouse handling use it, so they agree.
#pragma once

#include <algorithm>

#include "model/viewer_model.hpp"
#include "view/geometry.hpp"

namespace weft::viz {

struct window_layout {
  rect window;
  rect top;           // transport
  rect sentence;      // one line, or two if there is room
  rect overview;      // the strip itself; its label is to the left
  rect overview_row;  // with the label
  rect axis;
  rect threads;  // fixed rows, without labels
  rect thread_labels;
  rect lanes;
  rect lane_labels;
  rect side;  // state at the cursor
  rect tab_heads;
  rect tab_body;
  rect legend;
  float thread_height = 0;

  // Where panel edges can be dragged.
  rect side_edge, bottom_edge, label_edge;

  viewer_model::viewport port() const {
    return {static_cast<double>(lanes.w), lanes.h, static_cast<std::size_t>(std::max(1.0f, overview.w / 2))};
  }
};

window_layout layout_window(float width, float height, const viewer_model& model);

// The rectangle of a row, as wide as `lanes`; may be outside of it.
rect row_rect(const window_layout& layout, const viewer_model& model, std::size_t row);
// The rectangle of the row that shows lane i: its own row, or its group's. Flat and far outside if a filter leaves the
// lane out.
rect lane_rect(const window_layout& layout, const viewer_model& model, std::size_t i);
rect thread_rect(const window_layout& layout, std::size_t i);
// The lane at a point in `lanes` or `lane_labels`; npos if there is none.
std::size_t lane_at(const window_layout& layout, const viewer_model& model, point p);

// The same for a row, which may be a group's; lane_rows::npos if there is none. `p` must be in one of the two.
std::size_t row_at(const window_layout& layout, const viewer_model& model, point p);

}  // namespace weft::viz
