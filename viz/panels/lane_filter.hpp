// The text field above the lanes' names: only lanes whose names have its letters are shown.
#pragma once

#include <string>

#include "model/viewer_model.hpp"
#include "panels/panel_frame.hpp"
#include "view/window_layout.hpp"

namespace weft::viz {

class lane_filter {
 public:
  // Shows the field and gives it the keys.
  void focus() { wants_focus_ = is_shown_ = true; }
  bool is_settling() const { return wants_focus_; }
  bool is_shown() const { return is_shown_; }
  // The field's rectangle: beside the time axis, above the names.
  static rect place(const window_layout& layout);
  void draw(const viewer_model& model, const window_layout& layout, const panel_frame& f);

 private:
  bool is_shown_ = false, wants_focus_ = false;
  std::string text_;
};

}  // namespace weft::viz
