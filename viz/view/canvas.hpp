// What the widgets draw on. There are three: the window (imgui_canvas), a file (svg_canvas) and a list for tests
// (recording_canvas). Deliberately small; everything is in logical pixels.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "view/geometry.hpp"

namespace weft::viz {

enum class pattern : std::uint8_t { dots, diagonal, cross };
enum class align : std::uint8_t { left, centre, right };
// The few fonts of the window; sizes in font_size().
enum class face : std::uint8_t { brand, title, strong, heading, body, small, mono, mono_small };
inline constexpr std::size_t face_count = 8;
constexpr bool is_mono(face f) { return f == face::mono || f == face::mono_small; }
constexpr bool is_bold(face f) { return f <= face::heading; }
float font_size(face f);

class canvas {
 public:
  virtual ~canvas() = default;

  virtual void fill(const rect& area, colour ink, float radius = 0) = 0;
  // Draws the pattern over a faint ground of the same ink. The pattern is anchored to the window, so neighbouring areas
  // join.
  virtual void fill_pattern(const rect& area, pattern kind, colour ink) = 0;
  virtual void frame(const rect& area, colour ink, float width = 1, float radius = 0) = 0;
  virtual void line(point from, point to, colour ink, float width = 1) = 0;
  virtual void curve(point from, point control_from, point control_to, point to, colour ink, float width) = 0;
  virtual void triangle(point a, point b, point c, colour ink) = 0;
  virtual void disc(point centre, float radius, colour ink) = 0;
  // Draws one line of UTF-8; `at` is on the baseline, at its left end, centre or right end.
  virtual void text(point at, std::string_view words, face f, colour ink, align a = align::left) = 0;
  virtual float text_width(std::string_view words, face f) = 0;
  virtual void push_clip(const rect& area) = 0;
  virtual void pop_clip() = 0;
};

class clip_scope {
 public:
  clip_scope(canvas& to, const rect& area) : to_(to) { to_.push_clip(area); }
  ~clip_scope() { to_.pop_clip(); }
  clip_scope(const clip_scope&) = delete;
  clip_scope& operator=(const clip_scope&) = delete;

 private:
  canvas& to_;
};

// Returns as much of `words` as fits into `width`, with "…" if it was cut; "" if not even one letter and the dots fit.
std::string fitted(canvas& to, std::string_view words, face f, float width);
// Draws what fits.
void text_in(canvas& to, point at, std::string_view words, face f, colour ink, float width);

}  // namespace weft::viz
