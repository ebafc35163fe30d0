#include "view/pointer.hpp"

#include <cmath>

namespace weft::viz {
namespace {

constexpr float drag_threshold = 4;
constexpr double wheel_zoom = 1.2;
constexpr float wheel_scroll = 60, wheel_pan = 80;

std::int64_t time_at(const viewer_model& model, const window_layout& layout, float x) {
  return x_to_time(model.view.scale,
                   static_cast<double>(std::clamp(x, layout.lanes.x, layout.lanes.right()) - layout.lanes.x));
}

bool in_timeline(const window_layout& layout, point p) {
  return layout.lanes.contains(p) || layout.threads.contains(p);
}

// The coroutine drawn at a point of the lanes or threads.
coroutine_index coroutine_at(const viewer_model& model, const window_layout& layout, point p) {
  const std::int64_t t = time_at(model, layout, p.x);
  if (layout.threads.contains(p)) {
    const auto i = static_cast<std::size_t>((p.y - layout.threads.y) / layout.thread_height);
    const trace_part* part = model.trace->exactly({t, t});
    if (part == nullptr || i >= part->threads().size()) return nobody;
    const thread_track& thread = part->threads()[i];
    const std::size_t at = thread.runs.find_time(t);
    return at == track::npos ? nobody : thread.who[at];
  }
  const std::size_t i = lane_at(layout, model, p);
  if (i == track::npos) return nobody;
  const lane& l = model.lanes.lanes()[i];
  coroutine_index best = l.who.front();
  for (const coroutine_index c : l.who) {
    if (model.trace->record(c).spawn_ns <= t) best = c;
  }
  return best;
}

act::show_range overview_range(const viewer_model& model, const window_layout& layout, float x) {
  const time_range whole = model.trace->whole();
  const time_range seen = visible_range(model.view.scale, model.port.lanes_width);
  const double share = static_cast<double>(std::clamp((x - layout.overview.x) / layout.overview.w, 0.0f, 1.0f));
  const auto middle = whole.begin_ns + static_cast<std::int64_t>(share * static_cast<double>(whole.length_ns()));
  const std::int64_t half = seen.length_ns() / 2;
  return {{middle - half, middle + half}};
}

}  // namespace

std::vector<action> pointer::handle(const input& what, const viewer_model& model, const window_layout& layout,
                                    const std::vector<hit>& hits) {
  if (const auto* m = std::get_if<mouse_move>(&what)) {
    at_ = m->at;
    rests_ = false;
    return drag(m->at, model, layout);
  }
  if (std::holds_alternative<mouse_leave>(what)) {
    if (grip_ == grip::none) at_.reset();
    return {};
  }
  if (const auto* m = std::get_if<mouse_down>(&what)) {
    at_ = m->at;
    return press(*m, model, layout, hits);
  }
  if (const auto* m = std::get_if<mouse_up>(&what)) {
    at_ = m->at;
    return release(*m, model, layout);
  }
  if (const auto* m = std::get_if<mouse_wheel>(&what)) return wheel(*m, model, layout);
  return {};
}

std::vector<action> pointer::press(const mouse_down& m, const viewer_model& model, const window_layout& layout,
                                   const std::vector<hit>& hits) {
  grip_ = grip::none;
  moved_ = false;
  pressed_ = m.at;
  if (model.keys_shown) return {act::toggle_keys{}};
  if (model.trace) {
    if (layout.side_edge.contains(m.at)) grip_ = grip::side_edge;
    if (layout.bottom_edge.contains(m.at)) grip_ = grip::bottom_edge;
    if (layout.label_edge.contains(m.at)) grip_ = grip::label_edge;
    if (grip_ != grip::none) return {};
    if (in_timeline(layout, m.at)) {
      if (m.which != button::left) {
        grip_ = grip::pan;
        return {};
      }
      if (m.clicks >= 2) return {act::fit_selection{}};
      grip_ = grip::measure;
      return {};
    }
    if (m.which == button::left && layout.axis.contains(m.at)) {
      grip_ = grip::scrub;
      return {act::go_to_time{time_at(model, layout, m.at.x)}};
    }
    if (m.which == button::left && layout.overview.inset(-4, -8).contains(m.at)) {
      grip_ = grip::overview;
      return {overview_range(model, layout, m.at.x)};
    }
  }
  if (m.which != button::left) return {};
  for (auto h = hits.rbegin(); h != hits.rend(); ++h) {
    if (h->what && h->area.contains(m.at)) return {*h->what};
  }
  return {};
}

std::vector<action> pointer::drag(point to, const viewer_model& model, const window_layout& layout) {
  if (grip_ == grip::none || !model.trace) return {};
  if (std::abs(to.x - pressed_.x) > drag_threshold || std::abs(to.y - pressed_.y) > drag_threshold) moved_ = true;
  switch (grip_) {
    case grip::none:
      return {};
    case grip::measure:
      if (!moved_) return {};
      return {act::measure{{time_at(model, layout, pressed_.x), time_at(model, layout, to.x)}}};
    case grip::pan: {
      if (!moved_) return {};
      const point from = pressed_;
      pressed_ = to;
      return {act::pan{static_cast<double>(from.x - to.x)}, act::scroll{from.y - to.y}};
    }
    case grip::scrub:
      return {act::go_to_time{time_at(model, layout, to.x)}};
    case grip::overview:
      return {overview_range(model, layout, to.x)};
    case grip::side_edge:
      return {act::drag_edge{panel_edge::side, layout.window.right() - to.x}};
    case grip::bottom_edge:
      return {act::drag_edge{panel_edge::bottom, layout.window.bottom() - to.y}};
    case grip::label_edge:
      return {act::drag_edge{panel_edge::labels, to.x}};
  }
  return {};
}

std::vector<action> pointer::release(const mouse_up& m, const viewer_model& model, const window_layout& layout) {
  const grip was = grip_;
  grip_ = grip::none;
  if (was != grip::measure || moved_ || !model.trace) return {};
  std::vector<action> result{act::go_to_time{time_at(model, layout, m.at.x)}};
  const coroutine_index who = coroutine_at(model, layout, m.at);
  if (who != nobody) result.push_back(act::select{who});
  return result;
}

std::vector<action> pointer::wheel(const mouse_wheel& m, const viewer_model& model, const window_layout& layout) const {
  if (!model.trace) return {};
  if (m.at.y < layout.overview_row.y || m.at.y > layout.lanes.bottom() || m.at.x > layout.side.x) return {};
  if (m.with.ctrl) {
    return {act::zoom{static_cast<double>(m.at.x - layout.lanes.x), std::pow(wheel_zoom, -static_cast<double>(m.dy))}};
  }
  if (m.with.shift) return {act::pan{static_cast<double>(-(m.dy + m.dx) * wheel_pan)}};
  std::vector<action> result;
  if (m.dx != 0) result.push_back(act::pan{static_cast<double>(m.dx * wheel_pan)});
  if (m.dy != 0) result.push_back(act::scroll{-m.dy * wheel_scroll});
  return result;
}

pointer::shape pointer::wanted_shape(const window_layout& layout, const std::vector<hit>& hits) const {
  if (!at_) return shape::arrow;
  if (grip_ == grip::side_edge || grip_ == grip::label_edge) return shape::size_horizontal;
  if (grip_ == grip::bottom_edge) return shape::size_vertical;
  if (layout.side_edge.contains(*at_) || layout.label_edge.contains(*at_)) return shape::size_horizontal;
  if (layout.bottom_edge.contains(*at_)) return shape::size_vertical;
  for (auto h = hits.rbegin(); h != hits.rend(); ++h) {
    if (h->area.contains(*at_)) return h->what ? shape::hand : shape::arrow;
  }
  return shape::arrow;
}

}  // namespace weft::viz
