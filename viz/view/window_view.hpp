// The whole window: draws a const model on any canvas, and turns input into actions with what it drew last.
#pragma once

#include <vector>

#include "view/pointer.hpp"
#include "view/screen.hpp"
#include "view/window_input.hpp"
#include "view/window_layout.hpp"

namespace weft::viz {

class window_view {
 public:
  // Where everything is; the app tells the model (viewer_model::resize) before drawing.
  void arrange(float width, float height, const viewer_model& model);
  const window_layout& layout() const { return layout_; }
  viewer_model::viewport port() const;

  void draw(canvas& to, const viewer_model& model);
  std::vector<action> handle(const input& what, const viewer_model& model);
  pointer::shape pointer_shape() const { return pointer_.wanted_shape(layout_, hits_); }

 private:
  window_layout layout_;
  std::vector<hit> hits_;
  pointer pointer_;
  float tab_content_ = 0;
};

}  // namespace weft::viz
