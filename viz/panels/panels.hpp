// All controls of the window. Dear ImGui's context belongs to the window; see app/gl_window.hpp.
#pragma once

#include <optional>
#include <vector>

#include "panels/bottom_panel.hpp"
#include "panels/chooser.hpp"
#include "panels/lane_filter.hpp"
#include "view/window_input.hpp"
#include "view/window_layout.hpp"

namespace weft::viz {

class panels {
 public:
  // Call within a Dear ImGui frame. Returns the user's actions.
  std::vector<action> draw(const viewer_model& model, const window_layout& layout, font_set& fonts, float scale);
  // Returns true if a control handles this input. Dear ImGui has then got it, and a frame must be drawn before the next
  // input.
  bool take(const input& what, const viewer_model& model, const window_layout& layout, float scale);
  // Call after that frame; another frame must follow.
  void let_go_of_keys();
  // True if a text field gets the keys.
  bool has_keys() const { return types_ || chooser_.is_open(); }
  // True if another frame is needed: a tab, the keys or the list of choices changes one frame late.
  bool is_settling() const { return bottom_.is_settling() || lanes_.is_settling() || unsettled_ || expects_text_ > 0; }
  // True if a text cursor blinks: frames are needed although nothing happens.
  bool blinks() const { return types_; }

  bottom_panel& bottom() { return bottom_; }
  const bottom_panel& bottom() const { return bottom_; }
  chooser& choices() { return chooser_; }
  lane_filter& lanes() { return lanes_; }

 private:
  bool covers(point at, const viewer_model& model, const window_layout& layout) const;

  bottom_panel bottom_;
  chooser chooser_;
  lane_filter lanes_;
  bool types_ = false, menu_is_open_ = false;
  int expects_text_ = 0;     // frames until a text field that was asked for must have the keys
  bool unsettled_ = false;   // the list of choices was opened or closed in the last frame
  bool has_button_ = false;  // a mouse button was pressed on a control and is still down
};

}  // namespace weft::viz
