// The input of every widget besides the model: canvas, colours, mouse position, and the list to which it adds what can
// be clicked. Widgets store nothing between frames.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "model/viewer_model.hpp"
#include "view/canvas.hpp"
#include "view/theme.hpp"

namespace weft::viz {

// A click on `area` means `what`, if anything. Later hits are above earlier ones.
struct hit {
  rect area;
  std::optional<action> what;
  std::string hint;  // shown while the mouse rests there; may be empty
};

struct screen {
  canvas& to;
  const theme& colours;
  std::vector<hit>& hits;
  std::optional<point> mouse;  // null: not over the window

  bool hovered(const rect& area) const { return mouse && area.contains(*mouse); }
  void on_click(const rect& area, action what, std::string hint = {}) const {
    hits.push_back({area, std::move(what), std::move(hint)});
  }
  void on_hover(const rect& area, std::string hint) const { hits.push_back({area, std::nullopt, std::move(hint)}); }
};

}  // namespace weft::viz
