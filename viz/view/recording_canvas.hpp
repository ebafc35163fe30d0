// Records what was drawn, for tests. The width of a text depends only on its number of characters.
#pragma once

#include <string>
#include <vector>

#include "view/canvas.hpp"

namespace weft::viz {

class recording_canvas final : public canvas {
 public:
  enum class shape : std::uint8_t { fill, pattern, frame, line, curve, triangle, disc, text };
  struct item {
    shape what = shape::fill;
    rect area;  // bounds; for a text: baseline, width and no height
    colour ink;
    pattern kind = pattern::dots;
    std::string words;
  };

  const std::vector<item>& items() const { return items_; }
  // All items that are at least partly within `area`.
  std::vector<item> within(const rect& area) const;
  bool has_text(std::string_view words) const;
  int open_clips() const { return clips_; }

  void fill(const rect& area, colour ink, float radius) override;
  void fill_pattern(const rect& area, pattern kind, colour ink) override;
  void frame(const rect& area, colour ink, float width, float radius) override;
  void line(point from, point to, colour ink, float width) override;
  void curve(point from, point control_from, point control_to, point to, colour ink, float width) override;
  void triangle(point a, point b, point c, colour ink) override;
  void disc(point centre, float radius, colour ink) override;
  void text(point at, std::string_view words, face f, colour ink, align a) override;
  float text_width(std::string_view words, face f) override;
  void push_clip(const rect&) override { ++clips_; }
  void pop_clip() override { --clips_; }

 private:
  std::vector<item> items_;
  int clips_ = 0;
};

}  // namespace weft::viz
