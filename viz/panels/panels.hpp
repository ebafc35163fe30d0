// All controls of the window. Dear ImGui's context is the window's; see app/gl_window.hpp.
#pragma once

#include <optional>
#include <vector>

#include "panels/bottom_panel.hpp"
#include "panels/chooser.hpp"
#include "view/window_input.hpp"
#include "view/window_layout.hpp"

namespace weft::viz {

class panels {
 public:
  // Within a Dear ImGui frame. Returns what the user wants.
  std::vector<action> draw(const viewer_model& model, const window_layout& layout, font_set& fonts, float scale);
  // Whether this input is a control's business. If it is Dear ImGui has it already, and a frame must be drawn before
  // the next one comes.
  bool take(const input& what, const viewer_model& model, const window_layout& layout, float scale);
  // After that frame; another one must follow.
  void let_go_of_keys();
  // A text field has the keys.
  bool has_keys() const { return types_ || chooser_.is_open(); }
  // A control needs one more frame to be as it should.
  bool is_settling() const { return bottom_.is_settling() || unsettled_; }
  // There is a text cursor that blinks.
  bool blinks() const { return types_; }

  bottom_panel& bottom() { return bottom_; }
  const bottom_panel& bottom() const { return bottom_; }
  chooser& choices() { return chooser_; }

 private:
  bool covers(point at, const viewer_model& model, const window_layout& layout) const;

  bottom_panel bottom_;
  chooser chooser_;
  bool types_ = false, menu_is_open_ = false;
  bool unsettled_ = false;   // an input came since the last frame
  bool has_button_ = false;  // a button was pressed on a control, and is not up again
};

}  // namespace weft::viz
