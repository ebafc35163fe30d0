#include "panels/panels.hpp"

#include <utility>

#include "panels/imgui_input.hpp"

namespace weft::viz {

std::vector<action> panels::draw(const viewer_model& model, const window_layout& layout, font_set& fonts, float scale) {
  std::vector<action> wanted;
  const panel_frame f{fonts, model.dark ? dark_theme() : light_theme(), scale, wanted};
  apply_style(f.colours, scale);
  const bool asks_for_keys = bottom_.asks_for_keys() || lanes_.is_settling() || chooser_.opens();
  const bool has_trace = model.trace && model.trace->event_count() > 0;
  if (has_trace && !model.keys_shown) {
    bottom_.draw(model, layout, f);
    lanes_.draw(model, layout, f);
  }
  const bool was_open = chooser_.is_open();
  chooser_.draw(layout, f);
  unsettled_ = was_open != chooser_.is_open();
  if (asks_for_keys) expects_text_ = 3;
  types_ = ImGui::GetIO().WantTextInput;
  if (types_) expects_text_ = 0;
  if (expects_text_ > 0) --expects_text_;
  menu_is_open_ = ImGui::IsPopupOpen("", ImGuiPopupFlags_AnyPopupId | ImGuiPopupFlags_AnyPopupLevel);
  return wanted;
}

bool panels::covers(point at, const viewer_model& model, const window_layout& layout) const {
  if (menu_is_open_ || chooser_.is_open()) return true;
  const bool has_trace = model.trace && model.trace->event_count() > 0;
  if (!has_trace || model.keys_shown || layout.bottom_edge.contains(at) || layout.side_edge.contains(at)) return false;
  if (lanes_.is_shown() && lane_filter::place(layout).contains(at)) return true;
  return layout.tab_heads.contains(at) || layout.tab_body.contains(at);
}

bool panels::take(const input& what, const viewer_model& model, const window_layout& layout, float scale) {
  if (const auto* pressed = std::get_if<key_down>(&what)) {
    if (chooser_.take(*pressed)) return true;
    if (!has_keys() && !menu_is_open_) return false;
    // A text field knows few keys with Ctrl; the others remain the window's.
    const bool is_letter = static_cast<std::uint32_t>(pressed->which) < 0x110000;
    if (is_letter && (pressed->with.alt || pressed->with.ctrl) && !imgui_input::edits_text(*pressed)) {
      chooser_.close();
      return false;
    }
    imgui_input::feed(what, scale);
    return true;
  }
  if (std::holds_alternative<text_typed>(what)) {
    if (!has_keys()) return false;
    imgui_input::feed(what, scale);
    return true;
  }
  if (const auto* m = std::get_if<mouse_down>(&what)) {
    const bool ours = covers(m->at, model, layout);
    // A click elsewhere also removes the focus from a text field.
    if (!ours && !types_) return false;
    has_button_ = ours;
    imgui_input::feed(what, scale);
    return ours;
  }
  if (const auto* m = std::get_if<mouse_up>(&what)) {
    imgui_input::feed(what, scale);
    return std::exchange(has_button_, false) || covers(m->at, model, layout);
  }
  if (const auto* m = std::get_if<mouse_wheel>(&what)) {
    if (!covers(m->at, model, layout)) return false;
    imgui_input::feed(what, scale);
    return true;
  }
  // Dear ImGui always gets the mouse position, but a picture does not see the mouse above a control.
  imgui_input::feed(what, scale);
  const auto* m = std::get_if<mouse_move>(&what);
  return m != nullptr && (has_button_ || covers(m->at, model, layout));
}

void panels::let_go_of_keys() { imgui_input::release_keys(); }

}  // namespace weft::viz
