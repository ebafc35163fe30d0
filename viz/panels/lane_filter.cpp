#include "panels/lane_filter.hpp"

#include <utility>

#include "panels/text_field.hpp"

namespace weft::viz {

rect lane_filter::place(const window_layout& layout) {
  return {8, layout.axis.y + 1, layout.lane_labels.w - 14, layout.axis.h - 2};
}

void lane_filter::draw(const viewer_model& model, const window_layout& layout, const panel_frame& f) {
  // The model forgets the letters by itself: when another trace is opened, or a lane is shown on purpose.
  if (!wants_focus_ && model.row_wishes.filter != text_) text_ = model.row_wishes.filter;
  is_shown_ |= !text_.empty();
  if (!is_shown_) return;
  const rect at = place(layout);
  ImGui::SetNextWindowPos(f.px(at.x, at.y));
  ImGui::SetNextWindowSize(f.px(at.w, at.h));
  ImGui::PushFont(f.fonts.of(face::body));
  constexpr ImGuiWindowFlags fixed = ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                                     ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoNav;
  if (ImGui::Begin("lane filter", nullptr, fixed)) {
    const bool asks = std::exchange(wants_focus_, false);
    if (asks) ImGui::SetKeyboardFocusHere();
    ImGui::SetNextItemWidth(-1);
    if (text_field("##letters", "letters of a name", text_, f)) f.wanted.push_back(act::filter_lanes{text_});
    if (!asks && text_.empty() && !ImGui::IsItemActive()) is_shown_ = false;
  }
  ImGui::End();
  ImGui::PopFont();
}

}  // namespace weft::viz
