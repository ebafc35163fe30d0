// Mouse gestures: the meaning of a press, moves and a release together. Stores only what is needed between press and
// release.
#pragma once

#include <optional>
#include <vector>

#include "view/screen.hpp"
#include "view/window_input.hpp"
#include "view/window_layout.hpp"

namespace weft::viz {

class pointer {
 public:
  // Returns the actions that `what` means, given the last frame. Does not handle keys.
  std::vector<action> handle(const input& what, const viewer_model& model, const window_layout& layout,
                             const std::vector<hit>& hits);
  std::optional<point> at() const { return at_; }
  // No words at the mouse until it moves again.
  void rest() { rests_ = true; }
  bool rests() const { return rests_; }
  bool dragging() const { return grip_ != grip::none; }
  // How the mouse pointer should look here.
  enum class shape : std::uint8_t { arrow, hand, size_horizontal, size_vertical };
  shape wanted_shape(const window_layout& layout, const std::vector<hit>& hits) const;

 private:
  enum class grip : std::uint8_t { none, measure, pan, scrub, overview, side_edge, bottom_edge, label_edge };

  std::vector<action> press(const mouse_down& m, const viewer_model& model, const window_layout& layout,
                            const std::vector<hit>& hits);
  std::vector<action> drag(point to, const viewer_model& model, const window_layout& layout);
  std::vector<action> release(const mouse_up& m, const viewer_model& model, const window_layout& layout);
  std::vector<action> wheel(const mouse_wheel& m, const viewer_model& model, const window_layout& layout) const;

  std::optional<point> at_;
  grip grip_ = grip::none;
  point pressed_;
  bool moved_ = false;
  bool rests_ = false;
};

}  // namespace weft::viz
