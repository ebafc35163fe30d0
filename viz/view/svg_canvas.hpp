// Draws into an SVG document. The same calls produce the same bytes. The caller measures the width of text, with the
// window's fonts if there are any.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "view/canvas.hpp"

namespace weft::viz {

class svg_canvas final : public canvas {
 public:
  using measure_text = std::function<float(std::string_view, face)>;

  svg_canvas(float width, float height, measure_text measure);
  // The whole document so far.
  std::string document() const;

  void fill(const rect& area, colour ink, float radius) override;
  void fill_pattern(const rect& area, pattern kind, colour ink) override;
  void frame(const rect& area, colour ink, float width, float radius) override;
  void line(point from, point to, colour ink, float width) override;
  void curve(point from, point control_from, point control_to, point to, colour ink, float width) override;
  void triangle(point a, point b, point c, colour ink) override;
  void disc(point centre, float radius, colour ink) override;
  void text(point at, std::string_view words, face f, colour ink, align a) override;
  float text_width(std::string_view words, face f) override { return measure_(words, f); }
  void push_clip(const rect& area) override;
  void pop_clip() override;

 private:
  struct used_pattern {
    pattern kind;
    colour ink;
  };

  float width_, height_;
  measure_text measure_;
  std::string body_;
  std::string definitions_;
  std::vector<used_pattern> patterns_;
  unsigned clips_ = 0;
};

}  // namespace weft::viz
