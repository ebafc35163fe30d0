// What the window stores between two runs: theme, sizes. A small text file in the user's configuration folder. If it
// cannot be read or written, nothing is stored and no error is shown.
#pragma once

#include "model/viewer_model.hpp"

namespace weft::viz {

void load_preferences(viewer_model& model);
void save_preferences(const viewer_model& model);

}  // namespace weft::viz
