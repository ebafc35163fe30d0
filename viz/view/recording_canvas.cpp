#include "view/recording_canvas.hpp"

#include <algorithm>

namespace weft::viz {
namespace {

rect bounds(std::initializer_list<point> points) {
  float x0 = points.begin()->x, x1 = x0, y0 = points.begin()->y, y1 = y0;
  for (const point& p : points) {
    x0 = std::min(x0, p.x);
    x1 = std::max(x1, p.x);
    y0 = std::min(y0, p.y);
    y1 = std::max(y1, p.y);
  }
  return {x0, y0, x1 - x0, y1 - y0};
}

}  // namespace

std::vector<recording_canvas::item> recording_canvas::within(const rect& area) const {
  std::vector<item> found;
  std::copy_if(items_.begin(), items_.end(), std::back_inserter(found), [&](const item& i) {
    return i.area.x < area.right() && i.area.right() >= area.x && i.area.y < area.bottom() && i.area.bottom() >= area.y;
  });
  return found;
}

bool recording_canvas::has_text(std::string_view words) const {
  return std::any_of(items_.begin(), items_.end(),
                     [&](const item& i) { return i.what == shape::text && i.words.find(words) != std::string::npos; });
}

void recording_canvas::fill(const rect& area, colour ink, float) { items_.push_back({shape::fill, area, ink, {}, {}}); }
void recording_canvas::fill_pattern(const rect& area, pattern kind, colour ink) {
  items_.push_back({shape::pattern, area, ink, kind, {}});
}
void recording_canvas::frame(const rect& area, colour ink, float, float) {
  items_.push_back({shape::frame, area, ink, {}, {}});
}
void recording_canvas::line(point from, point to, colour ink, float) {
  items_.push_back({shape::line, bounds({from, to}), ink, {}, {}});
}
void recording_canvas::curve(point from, point control_from, point control_to, point to, colour ink, float) {
  items_.push_back({shape::curve, bounds({from, control_from, control_to, to}), ink, {}, {}});
}
void recording_canvas::triangle(point a, point b, point c, colour ink) {
  items_.push_back({shape::triangle, bounds({a, b, c}), ink, {}, {}});
}
void recording_canvas::disc(point centre, float radius, colour ink) {
  items_.push_back({shape::disc, {centre.x - radius, centre.y - radius, 2 * radius, 2 * radius}, ink, {}, {}});
}
void recording_canvas::text(point at, std::string_view words, face f, colour ink, align a) {
  const float width = text_width(words, f);
  const float x = a == align::left ? at.x : a == align::centre ? at.x - width / 2 : at.x - width;
  items_.push_back({shape::text, {x, at.y, width, 0}, ink, {}, std::string(words)});
}

float recording_canvas::text_width(std::string_view words, face f) {
  const auto letters =
      std::count_if(words.begin(), words.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
  return static_cast<float>(letters) * font_size(f) * 0.6f;
}

}  // namespace weft::viz
