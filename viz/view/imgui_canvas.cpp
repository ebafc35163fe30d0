#include "view/imgui_canvas.hpp"

#include <algorithm>
#include <cmath>

#include "view/imgui_fonts.hpp"

namespace weft::viz {
namespace {

ImU32 packed(colour c) { return IM_COL32(c.r, c.g, c.b, c.a); }

// True if the pattern has ink at (x, y), both 0..1 within its tile.
bool inked(pattern kind, float x, float y) {
  switch (kind) {
    case pattern::dots: {
      const auto near = [&](float cx, float cy) { return (x - cx) * (x - cx) + (y - cy) * (y - cy) < 0.028f; };
      return near(0.25f, 0.25f) || near(0.75f, 0.75f);
    }
    case pattern::diagonal: {
      const float along = x + y;
      return along - std::floor(along) < 0.42f;
    }
    case pattern::cross: {
      const float up = x + y - std::floor(x + y);
      const float down = x - y - std::floor(x - y);
      const auto thin = [](float d) { return d < 0.11f || d > 0.89f; };
      return thin(up) || thin(down);
    }
  }
  return false;
}

}  // namespace

int pattern_period(float scale) { return std::max(4, static_cast<int>(std::lround(6 * scale))); }

std::vector<std::uint8_t> pattern_pixels(pattern kind, int size) {
  constexpr int samples = 4;
  constexpr float ground = 0.24f, ink = 0.86f;
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(size) * static_cast<std::size_t>(size) * 4, 255);
  for (int y = 0; y < size; ++y) {
    for (int x = 0; x < size; ++x) {
      int hits = 0;
      for (int s = 0; s < samples * samples; ++s) {
        const float fx =
            (static_cast<float>(x) + (static_cast<float>(s % samples) + 0.5f) / samples) / static_cast<float>(size);
        const float fy =
            (static_cast<float>(y) + (static_cast<float>(s / samples) + 0.5f) / samples) / static_cast<float>(size);
        hits += inked(kind, fx, fy) ? 1 : 0;
      }
      const float share = static_cast<float>(hits) / (samples * samples);
      const float alpha = ground + (ink - ground) * share;
      pixels[(static_cast<std::size_t>(y) * static_cast<std::size_t>(size) + static_cast<std::size_t>(x)) * 4 + 3] =
          static_cast<std::uint8_t>(alpha * 255 + 0.5f);
    }
  }
  return pixels;
}

imgui_canvas::box imgui_canvas::snapped(const rect& area) const {
  box b{{std::round(area.x * scale_), std::round(area.y * scale_)},
        {std::round(area.right() * scale_), std::round(area.bottom() * scale_)}};
  if (area.w > 0) b.high.x = std::max(b.high.x, b.low.x + 1);  // nothing may disappear
  if (area.h > 0) b.high.y = std::max(b.high.y, b.low.y + 1);
  return b;
}

void imgui_canvas::fill(const rect& area, colour ink, float radius) {
  const box b = snapped(area);
  list_.AddRectFilled(b.low, b.high, packed(ink), radius * scale_);
}

void imgui_canvas::fill_pattern(const rect& area, pattern kind, colour ink) {
  const box b = snapped(area);
  const font_set::pattern_tile& tile = fonts_.tile(kind);
  const float left = b.low.x - std::floor(b.low.x / tile.period) * tile.period;
  const float top = b.low.y - std::floor(b.low.y / tile.period) * tile.period;
  const float width = b.high.x - b.low.x, height = b.high.y - b.low.y;
  if (left + width <= tile.size && top + height <= tile.size) {
    const ImVec2 from{tile.u + left * tile.texel_u, tile.v + top * tile.texel_v};
    list_.AddImage(imgui_fonts::texture_of(fonts_.atlas()), b.low, b.high, from,
                   {from.x + width * tile.texel_u, from.y + height * tile.texel_v}, packed(ink));
    return;
  }
  const float n = patterns_.size;
  list_.AddImage(patterns_.of[static_cast<std::size_t>(kind)], b.low, b.high, {b.low.x / n, b.low.y / n},
                 {b.high.x / n, b.high.y / n}, packed(ink));
}

void imgui_canvas::frame(const rect& area, colour ink, float width, float radius) {
  const box b = snapped(area);
  list_.AddRect(b.low, b.high, packed(ink), radius * scale_, 0, std::max(1.0f, std::round(width * scale_)));
}

void imgui_canvas::line(point from, point to, colour ink, float width) {
  const float thick = std::max(1.0f, std::round(width * scale_));
  if (from.x == to.x || from.y == to.y) {
    const float x0 = std::round(std::min(from.x, to.x) * scale_);
    const float y0 = std::round(std::min(from.y, to.y) * scale_);
    const float x1 = std::round(std::max(from.x, to.x) * scale_);
    const float y1 = std::round(std::max(from.y, to.y) * scale_);
    const bool upright = from.x == to.x;
    const float shift = std::floor(thick / 2);
    list_.AddRectFilled({upright ? x0 - shift : x0, upright ? y0 : y0 - shift},
                        {upright ? x0 - shift + thick : x1, upright ? y1 : y0 - shift + thick}, packed(ink));
    return;
  }
  list_.AddLine(scaled(from), scaled(to), packed(ink), width * scale_);
}

void imgui_canvas::curve(point from, point control_from, point control_to, point to, colour ink, float width) {
  list_.AddBezierCubic(scaled(from), scaled(control_from), scaled(control_to), scaled(to), packed(ink), width * scale_);
}

void imgui_canvas::triangle(point a, point b, point c, colour ink) {
  list_.AddTriangleFilled(scaled(a), scaled(b), scaled(c), packed(ink));
}

void imgui_canvas::disc(point centre, float radius, colour ink) {
  list_.AddCircleFilled(scaled(centre), radius * scale_, packed(ink));
}

void imgui_canvas::text(point at, std::string_view words, face f, colour ink, align a) {
  if (words.empty()) return;
  fonts_.want(words);
  ImFont* font = fonts_.of(f);
  const float width = a == align::left ? 0 : fonts_.text_width(words, f);
  const float x = a == align::left ? at.x : a == align::centre ? at.x - width / 2 : at.x - width;
  const ImVec2 corner{std::round(x * scale_), std::round(at.y * scale_ - imgui_fonts::ascent_of(*font))};
  list_.AddText(font, fonts_.pixel_size(f), corner, packed(ink), words.data(), words.data() + words.size());
}

float imgui_canvas::text_width(std::string_view words, face f) {
  fonts_.want(words);
  return fonts_.text_width(words, f);
}

void imgui_canvas::push_clip(const rect& area) {
  const box b = snapped(area);
  list_.PushClipRect(b.low, b.high, true);
}

void imgui_canvas::pop_clip() { list_.PopClipRect(); }

}  // namespace weft::viz
