// The input of every panel besides the model: fonts, colours, the size of a logical pixel, and the list to which it
// adds the user's actions. Panels draw with Dear ImGui, in physical pixels.
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

// Draws one line of text with its top left at `corner`, at most `width` physical pixels wide; a cut text ends with "…".
// Returns true if it was cut.
bool draw_text(const panel_frame& f, ImVec2 corner, std::string_view words, face type, colour ink, float width);
float text_width(const panel_frame& f, std::string_view words, face type);  // physical pixels
float text_height(const panel_frame& f, face type);

// From here on Dear ImGui's controls look like the canvas. Cheap enough for each frame.
void apply_style(const theme& colours, float scale);

}  // namespace weft::viz
