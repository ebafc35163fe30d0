#include "view/window_layout.hpp"

#include <algorithm>
#include <cmath>

namespace weft::viz {

window_layout layout_window(float width, float height, const viewer_model& model) {
  window_layout l;
  l.window = {0, 0, width, height};
  rect rest = l.window;
  l.top = rest.cut_top(46);
  l.sentence = rest.cut_top(height < 600 ? 22.0f : 42.0f);
  l.overview_row = rest.cut_top(40);
  const float side = std::min(model.side_width, width * 0.5f);
  const float bottom = std::min(model.bottom_height, rest.h * 0.6f);
  const float labels = std::min(model.label_width, (width - side) * 0.5f);
  l.side = rest.cut_right(side);
  rect low = rest.cut_bottom(bottom);
  l.bottom_edge = {low.x, low.y - 3, low.w, 6};
  l.side_edge = {l.side.x - 3, l.side.y, 6, l.side.h};
  l.legend = low.cut_bottom(34);
  l.tab_heads = low.cut_top(40);
  l.tab_body = low;

  const std::size_t thread_count = model.trace ? std::max<std::size_t>(1, model.trace->thread_count()) : 1;
  l.thread_height = thread_count <= 2 ? 52.0f : thread_count <= 4 ? 36.0f : 24.0f;
  const float right_margin = 8;
  l.axis = rest.cut_top(26);
  l.axis.cut_left(labels);
  l.axis.w -= right_margin;
  // Many threads get at most half of the space.
  const float thread_rows = std::min(static_cast<float>(thread_count) * l.thread_height, rest.h * 0.5f);
  l.threads = rest.cut_top(thread_rows);
  l.thread_labels = l.threads.cut_left(labels);
  l.threads.w -= right_margin;
  l.lanes = rest;
  l.lane_labels = l.lanes.cut_left(labels);
  l.lanes.w -= right_margin;
  l.overview = {labels, l.overview_row.y + 8, width - labels - 16, 24};
  l.label_edge = {labels - 3, l.threads.y, 6, l.threads.h + l.lanes.h};
  return l;
}

rect row_rect(const window_layout& layout, const viewer_model& model, std::size_t row) {
  const float unit = model.lane_height();
  return {layout.lanes.x, layout.lanes.y + model.rows.top(row) * unit - std::round(model.view.scroll), layout.lanes.w,
          model.rows.height(row) * unit};
}

rect lane_rect(const window_layout& layout, const viewer_model& model, std::size_t i) {
  const std::size_t row = model.rows.row_of(i);
  if (row == lane_rows::npos) return {layout.lanes.x, layout.lanes.y - 1000, layout.lanes.w, 0};
  return row_rect(layout, model, row);
}

rect thread_rect(const window_layout& layout, std::size_t i) {
  return {layout.threads.x, layout.threads.y + static_cast<float>(i) * layout.thread_height, layout.threads.w,
          layout.thread_height};
}

std::size_t lane_at(const window_layout& layout, const viewer_model& model, point p) {
  if (!model.trace || (!layout.lanes.contains(p) && !layout.lane_labels.contains(p))) return track::npos;
  const std::size_t row = row_at(layout, model, p);
  if (row == lane_rows::npos || model.rows.rows()[row].is_group) return track::npos;
  return model.rows.rows()[row].index;
}

std::size_t row_at(const window_layout& layout, const viewer_model& model, point p) {
  return model.rows.row_at((p.y - layout.lanes.y + model.view.scroll) / model.lane_height());
}

}  // namespace weft::viz
