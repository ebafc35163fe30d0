#include "view/window_view.hpp"

#include "view/keys.hpp"
#include "view/widgets.hpp"

namespace weft::viz {

void window_view::arrange(float width, float height, const viewer_model& model) {
  layout_ = layout_window(width, height, model);
}

void window_view::draw(canvas& to, const viewer_model& model) {
  hits_.clear();
  const screen on{to, model.dark ? dark_theme() : light_theme(), hits_,
                  model.keys_shown ? std::nullopt : pointer_.at()};
  to.fill(layout_.window, on.colours.ground);
  draw_transport_bar(on, layout_, model);
  if (!model.trace || model.trace->event_count() == 0) {
    draw_start_page(on, layout_, model);
  } else {
    draw_sentence_line(on, layout_, model);
    draw_overview_strip(on, layout_, model);
    draw_time_axis(on, layout_, model);
    draw_thread_lanes(on, layout_, model);
    const float seam = layout_.threads.bottom();
    to.line({0, seam}, {layout_.side.x, seam}, on.colours.line, 1);
    draw_coroutine_lanes(on, layout_, model);
    draw_wake_arrows(on, layout_, model);
    draw_cursor(on, layout_, model);
    (shows_dashboard(model) ? draw_live_dashboard : draw_state_panel)(on, layout_, model);
    const rect& heads = layout_.tab_heads;
    to.fill({heads.x, heads.y, heads.w, layout_.legend.bottom() - heads.y}, on.colours.panel);
    to.line({heads.x, heads.y}, {heads.right(), heads.y}, on.colours.line);
    draw_legend(on, layout_, model);
  }
}

void window_view::draw_above(canvas& to, const viewer_model& model) {
  const screen on{to, model.dark ? dark_theme() : light_theme(), hits_, pointer_.at()};
  const bool has_events = model.trace && model.trace->event_count() > 0;
  if (model.keys_shown) {
    draw_key_overlay(on, layout_);
  } else if (has_events && !pointer_.dragging() && !pointer_.rests()) {
    draw_tooltip(on, layout_, model);
  }
}

std::vector<action> window_view::handle(const input& what, const viewer_model& model) {
  if (const auto* pressed = std::get_if<key_down>(&what)) {
    pointer_.rest();  // who steps by keys does not ask what lies under the mouse
    key_place place;
    place.lanes_width = static_cast<double>(layout_.lanes.w);
    const std::optional<point> mouse = pointer_.at();
    const bool over_lanes = mouse && mouse->x >= layout_.lanes.x && mouse->x < layout_.lanes.right() &&
                            mouse->y >= layout_.axis.y && mouse->y < layout_.lanes.bottom();
    place.mouse_x = over_lanes ? static_cast<double>(mouse->x - layout_.lanes.x)
                               : std::clamp(time_to_x(model.view.scale, model.at.t_ns), 0.0, place.lanes_width);
    if (const std::optional<action> a = action_of(*pressed, place)) return {*a};
    return {};
  }
  return pointer_.handle(what, model, layout_, hits_);
}

}  // namespace weft::viz
