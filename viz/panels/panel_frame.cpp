#include "panels/panel_frame.hpp"

#include <cmath>

namespace weft::viz {

float text_width(const panel_frame& f, std::string_view words, face type) {
  f.fonts.want(words);
  return f.fonts.text_width(words, type) * f.scale;
}

float text_height(const panel_frame& f, face type) { return f.fonts.line_height(type) * f.scale; }

bool draw_text(const panel_frame& f, ImVec2 corner, std::string_view words, face type, colour ink, float width) {
  if (words.empty()) return false;
  std::string cut;
  if (text_width(f, words, type) > width) {
    constexpr std::string_view dots = "…";
    const float room = width - text_width(f, dots, type);
    // The longest prefix that fits, in whole letters.
    std::size_t fits = 0, too_long = words.size();
    while (fits + 1 < too_long) {
      const std::size_t middle = (fits + too_long) / 2;
      (text_width(f, words.substr(0, middle), type) <= room ? fits : too_long) = middle;
    }
    while (fits > 0 && (static_cast<unsigned char>(words[fits]) & 0xc0) == 0x80) --fits;
    cut.assign(words.substr(0, fits)).append(dots);
  }
  const std::string_view shown = cut.empty() ? words : std::string_view(cut);
  ImFont* const font = f.fonts.of(type);
  ImGui::GetWindowDrawList()->AddText(font, f.fonts.pixel_size(type), {std::round(corner.x), std::round(corner.y)},
                                      packed(ink), shown.data(), shown.data() + shown.size());
  return !cut.empty();
}

void apply_style(const theme& c, float scale) {
  ImGuiStyle& s = ImGui::GetStyle();
  s = ImGuiStyle();
  s.WindowPadding = {0, 0};
  s.WindowBorderSize = 0;
  s.WindowRounding = 0;
  s.FramePadding = {10, 4};
  s.FrameRounding = 5;
  s.FrameBorderSize = 1;
  s.PopupRounding = 6;
  s.PopupBorderSize = 1;
  s.ItemSpacing = {8, 4};
  s.CellPadding = {6, 0};
  s.ScrollbarSize = 12;
  s.ScrollbarRounding = 6;
  s.GrabMinSize = 24;
  s.TabRounding = 5;
  s.TabBorderSize = 0;
  s.ScaleAllSizes(scale);
  s.AntiAliasedLinesUseTex = false;
  const auto set = [&](ImGuiCol which, colour ink) { s.Colors[which] = vector_of(ink); };
  const colour nothing = c.panel.faded(0);
  set(ImGuiCol_Text, c.text);
  set(ImGuiCol_TextDisabled, c.text_faint);
  set(ImGuiCol_WindowBg, c.panel);
  set(ImGuiCol_ChildBg, nothing);
  set(ImGuiCol_PopupBg, c.raised);
  set(ImGuiCol_Border, c.line);
  set(ImGuiCol_BorderShadow, nothing);
  set(ImGuiCol_FrameBg, c.raised);
  set(ImGuiCol_FrameBgHovered, c.raised);
  set(ImGuiCol_FrameBgActive, c.raised);
  set(ImGuiCol_ScrollbarBg, nothing);
  set(ImGuiCol_ScrollbarGrab, c.text_faint.faded(0.4f));
  set(ImGuiCol_ScrollbarGrabHovered, c.text_faint.faded(0.7f));
  set(ImGuiCol_ScrollbarGrabActive, c.text_faint);
  set(ImGuiCol_CheckMark, c.accent);
  set(ImGuiCol_Button, c.raised);
  set(ImGuiCol_ButtonHovered, c.line);
  set(ImGuiCol_ButtonActive, c.line);
  set(ImGuiCol_Header, c.row);
  set(ImGuiCol_HeaderHovered, c.text.faded(0.05f));
  set(ImGuiCol_HeaderActive, c.text.faded(0.08f));
  set(ImGuiCol_Separator, c.line);
  set(ImGuiCol_SeparatorHovered, c.accent);
  set(ImGuiCol_SeparatorActive, c.accent);
  set(ImGuiCol_Tab, nothing);
  set(ImGuiCol_TabHovered, c.raised);
  set(ImGuiCol_TabActive, c.raised);
  set(ImGuiCol_TabUnfocused, nothing);
  set(ImGuiCol_TabUnfocusedActive, c.raised);
  set(ImGuiCol_TableHeaderBg, nothing);
  set(ImGuiCol_TableBorderStrong, c.line);
  set(ImGuiCol_TableBorderLight, nothing);
  set(ImGuiCol_TableRowBg, nothing);
  set(ImGuiCol_TableRowBgAlt, nothing);
  set(ImGuiCol_TextSelectedBg, c.accent.faded(0.35f));
  set(ImGuiCol_NavHighlight, nothing);
}

}  // namespace weft::viz
