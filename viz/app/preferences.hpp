// What the window remembers from one time to the next: theme, sizes. A small text file in the user's configuration
// folder; if it cannot be read or written, nothing is remembered and nobody is troubled.
#pragma once

#include "model/viewer_model.hpp"

namespace weft::viz {

void load_preferences(viewer_model& model);
void save_preferences(const viewer_model& model);

}  // namespace weft::viz
