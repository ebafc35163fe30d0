// Draws into a Dear ImGui draw list. Converts logical pixels to physical ones, with edges on whole pixels.
#pragma once

#include <array>
#include <vector>

#include <imgui.h>

#include "view/fonts.hpp"

namespace weft::viz {

// One repeating texture per pattern, `size` physical pixels wide and high.
struct pattern_textures {
  std::array<ImTextureID, 3> of{};
  float size = 6;
};

// The width and height of one period of a pattern, in physical pixels.
int pattern_period(float scale);
// White pixels whose alpha is the pattern, faint in its ground: RGBA, size x size.
std::vector<std::uint8_t> pattern_pixels(pattern kind, int size);

class imgui_canvas final : public canvas {
 public:
  imgui_canvas(ImDrawList& list, font_set& fonts, const pattern_textures& patterns)
      : list_(list), fonts_(fonts), patterns_(patterns), scale_(fonts.scale()) {}

  void fill(const rect& area, colour ink, float radius) override;
  void fill_pattern(const rect& area, pattern kind, colour ink) override;
  void frame(const rect& area, colour ink, float width, float radius) override;
  void line(point from, point to, colour ink, float width) override;
  void curve(point from, point control_from, point control_to, point to, colour ink, float width) override;
  void triangle(point a, point b, point c, colour ink) override;
  void disc(point centre, float radius, colour ink) override;
  void text(point at, std::string_view words, face f, colour ink, align a) override;
  float text_width(std::string_view words, face f) override;
  void push_clip(const rect& area) override;
  void pop_clip() override;

 private:
  struct box {
    ImVec2 low, high;
  };
  box snapped(const rect& area) const;
  ImVec2 scaled(point p) const { return {p.x * scale_, p.y * scale_}; }

  ImDrawList& list_;
  font_set& fonts_;
  const pattern_textures& patterns_;
  float scale_;
};

}  // namespace weft::viz
