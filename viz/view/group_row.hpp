// The row of a spawn site that has many coroutines.
#pragma once

#include "view/screen.hpp"
#include "view/window_layout.hpp"

namespace weft::viz {

// `label`: left of the row. A click on it unfolds the group or folds it.
void draw_group(const screen& on, const window_layout& layout, const viewer_model& model, std::uint32_t group,
                const rect& row, const rect& label);

}  // namespace weft::viz
