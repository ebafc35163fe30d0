// What every panel gets besides the model: the fonts, the colours, how large a logical pixel is, and a list into which
// it puts what the user wants. Panels draw by Dear ImGui, in physical pixels.
#pragma once

#include <imgui.h>

#include <string>
#include <string_view>
#include <vector>

#include "model/action.hpp"
#include "view/fonts.hpp"
#include "view/theme.hpp"

namespace weft::viz {

struct panel_frame {
  font_set& fonts;
  const theme& colours;
  float scale;
  std::vector<action>& wanted;

  float px(float logical) const { return logical * scale; }
  ImVec2 px(float x, float y) const { return {x * scale, y * scale}; }
};

inline ImU32 packed(colour c) { return IM_COL32(c.r, c.g, c.b, c.a); }
inline ImVec4 vector_of(colour c) { return ImGui::ColorConvertU32ToFloat4(packed(c)); }

// One line of text at `corner`, its top left; no more than `width` physical pixels, "…" where it is cut. True if it
// was cut.
bool draw_text(const panel_frame& f, ImVec2 corner, std::string_view words, face type, colour ink, float width);
float text_width(const panel_frame& f, std::string_view words, face type);  // physical pixels
float text_height(const panel_frame& f, face type);

// Dear ImGui's controls look as the canvas does from here on. Cheap; for each frame.
void apply_style(const theme& colours, float scale);

}  // namespace weft::viz
