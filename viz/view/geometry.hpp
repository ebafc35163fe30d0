// Points, rectangles and colours. The coordinate space of the whole view is logical pixels from the window's top left;
// the canvas multiplies by the interface scale.
#pragma once

#include <algorithm>
#include <cstdint>

namespace weft::viz {

struct point {
  float x = 0, y = 0;
  friend bool operator==(const point&, const point&) = default;
};

struct rect {
  float x = 0, y = 0, w = 0, h = 0;

  float right() const { return x + w; }
  float bottom() const { return y + h; }
  bool contains(point p) const { return p.x >= x && p.x < right() && p.y >= y && p.y < bottom(); }
  rect inset(float dx, float dy) const {
    return {x + dx, y + dy, std::max(0.0f, w - 2 * dx), std::max(0.0f, h - 2 * dy)};
  }
  // Cuts off a strip and returns it; this rectangle keeps the rest.
  rect cut_top(float height) {
    const rect strip{x, y, w, std::min(height, h)};
    y += strip.h;
    h -= strip.h;
    return strip;
  }
  rect cut_bottom(float height) {
    const float strip = std::min(height, h);
    h -= strip;
    return {x, y + h, w, strip};
  }
  rect cut_left(float width) {
    const rect strip{x, y, std::min(width, w), h};
    x += strip.w;
    w -= strip.w;
    return strip;
  }
  rect cut_right(float width) {
    const float strip = std::min(width, w);
    w -= strip;
    return {x + w, y, strip, h};
  }
  friend bool operator==(const rect&, const rect&) = default;
};

struct colour {
  std::uint8_t r = 0, g = 0, b = 0, a = 255;

  static constexpr colour hex(std::uint32_t rgb, float alpha = 1) {
    return {static_cast<std::uint8_t>(rgb >> 16), static_cast<std::uint8_t>(rgb >> 8), static_cast<std::uint8_t>(rgb),
            static_cast<std::uint8_t>(alpha * 255 + 0.5f)};
  }
  constexpr colour faded(float alpha) const {
    return {r, g, b, static_cast<std::uint8_t>(static_cast<float>(a) * alpha + 0.5f)};
  }
  friend bool operator==(const colour&, const colour&) = default;
};

}  // namespace weft::viz
