// The whole window: draws a const model on any canvas, and turns input into actions, based on the last frame.
#pragma once

#include <vector>

#include "view/pointer.hpp"
#include "view/screen.hpp"
#include "view/window_input.hpp"
#include "view/window_layout.hpp"

namespace weft::viz {

class window_view {
 public:
  // Computes the layout; before drawing the app passes it on to the model (viewer_model::resize).
  void arrange(float width, float height, const viewer_model& model);
  const window_layout& layout() const { return layout_; }
  viewer_model::viewport port() const { return layout_.port(); }

  // Draws the pictures, and only the ground below the controls.
  void draw(canvas& to, const viewer_model& model);
  // Draws what is above the controls: the tooltip and the page of keys. Call after draw().
  void draw_above(canvas& to, const viewer_model& model);
  std::vector<action> handle(const input& what, const viewer_model& model);
  // True while a mouse button that was pressed in a picture is down.
  bool has_button() const { return pointer_.dragging(); }
  pointer::shape pointer_shape() const { return pointer_.wanted_shape(layout_, hits_); }

 private:
  window_layout layout_;
  std::vector<hit> hits_;
  pointer pointer_;
};

}  // namespace weft::viz
