#include "panels/chooser.hpp"

#include <algorithm>

#include "model/search_words.hpp"
#include "panels/text_field.hpp"

namespace weft::viz {
namespace {

constexpr float row_height = 26, field_height = 34;
constexpr std::size_t most_rows = 12;

}  // namespace

void chooser::open(std::string hint, std::vector<choice> choices) {
  hint_ = std::move(hint);
  choices_ = std::move(choices);
  text_.clear();
  at_ = 0;
  open_ = opens_ = true;
  chosen_ = false;
}

bool chooser::take(const key_down& pressed) {
  if (!open_) return false;
  const std::size_t count = matching().size();
  if (pressed.which == key::escape) {
    close();
  } else if (pressed.which == key::enter) {
    chosen_ = true;
  } else if (pressed.which == key::down) {
    at_ = count == 0 ? 0 : (at_ + 1) % count;
  } else if (pressed.which == key::up) {
    at_ = count == 0 ? 0 : (at_ + count - 1) % count;
  } else {
    return false;
  }
  return true;
}

std::vector<std::size_t> chooser::matching() const {
  const std::vector<std::string> words = search_words(text_);
  std::vector<std::size_t> first, later;  // choices that begin with the typed text come first
  for (std::size_t i = 0; i < choices_.size(); ++i) {
    if (!contains_all(choices_[i].text, words)) continue;
    const std::string text = lower_case(choices_[i].text);
    (!words.empty() && text.compare(0, words.front().size(), words.front()) == 0 ? first : later).push_back(i);
  }
  first.insert(first.end(), later.begin(), later.end());
  return first;
}

void chooser::choose(std::size_t which, const panel_frame& f) {
  f.wanted.push_back(choices_[which].does);
  close();
}

void chooser::draw(const window_layout& layout, const panel_frame& f) {
  if (!open_) return;
  const std::vector<std::size_t> rows = matching();
  at_ = rows.empty() ? 0 : std::min(at_, rows.size() - 1);
  if (std::exchange(chosen_, false) && !rows.empty()) {
    choose(rows[at_], f);
    return;
  }
  const float width = std::min(560.0f, layout.window.w - 40);
  const std::size_t shown = std::min(rows.size(), most_rows);
  const float list = std::max(1.0f, static_cast<float>(shown)) * row_height;
  ImGui::SetNextWindowPos(f.px((layout.window.w - width) / 2, 70));
  ImGui::SetNextWindowSize(f.px(width, field_height + list + 22));
  ImGui::PushFont(f.fonts.of(face::body));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowPadding, f.px(10, 10));
  ImGui::PushStyleVar(ImGuiStyleVar_WindowBorderSize, 1.0f);
  ImGui::PushStyleVar(ImGuiStyleVar_WindowRounding, f.px(8));
  ImGui::PushStyleColor(ImGuiCol_WindowBg, vector_of(f.colours.raised));
  ImGui::PushStyleColor(ImGuiCol_FrameBg, vector_of(f.colours.panel));
  if (opens_) ImGui::SetNextWindowFocus();
  constexpr ImGuiWindowFlags fixed = ImGuiWindowFlags_NoDecoration | ImGuiWindowFlags_NoMove |
                                     ImGuiWindowFlags_NoSavedSettings | ImGuiWindowFlags_NoNav;
  if (ImGui::Begin("choose", nullptr, fixed)) {
    if (std::exchange(opens_, false)) ImGui::SetKeyboardFocusHere();
    ImGui::SetNextItemWidth(-1);
    if (text_field("##text", hint_.c_str(), text_, f)) at_ = 0;
    const std::size_t first = at_ < most_rows ? 0 : at_ - most_rows + 1;
    const ImVec2 top = ImGui::GetCursorScreenPos();
    const float inner = ImGui::GetContentRegionAvail().x;
    if (rows.empty()) {
      draw_text(f, {top.x + f.px(10), top.y + f.px(5)}, "Nothing has these letters.", face::body, f.colours.text_dim,
                inner);
    }
    for (std::size_t i = first; i < std::min(rows.size(), first + most_rows); ++i) {
      const choice& c = choices_[rows[i]];
      const ImVec2 corner{top.x, top.y + f.px(row_height) * static_cast<float>(i - first)};
      ImGui::SetCursorScreenPos(corner);
      ImGui::PushID(static_cast<int>(i));
      const bool clicked = ImGui::InvisibleButton("row", {inner, f.px(row_height)});
      ImGui::PopID();
      if (i == at_ || ImGui::IsItemHovered()) {
        ImGui::GetWindowDrawList()->AddRectFilled(corner, {corner.x + inner, corner.y + f.px(row_height)},
                                                  packed(f.colours.accent.faded(i == at_ ? 0.2f : 0.08f)), f.px(4));
      }
      const float right = text_width(f, c.right, face::small);
      draw_text(f, {corner.x + f.px(10), corner.y + f.px(5)}, c.text, face::body, f.colours.text,
                inner - right - f.px(36));
      draw_text(f, {corner.x + inner - right - f.px(10), corner.y + f.px(7)}, c.right, face::small, f.colours.text_dim,
                right + 1);
      if (clicked) choose(rows[i], f);
    }
    if (!ImGui::IsWindowFocused(ImGuiFocusedFlags_RootAndChildWindows) && !opens_) close();
  }
  ImGui::End();
  ImGui::PopStyleColor(2);
  ImGui::PopStyleVar(3);
  ImGui::PopFont();
}

}  // namespace weft::viz
