// Hands what the user did to Dear ImGui, from the same inputs as the pictures get. The library's own SDL backend is not
// used for this: it asks SDL where the mouse is now, so a script or a test could not lead it.
#pragma once

#include "view/window_input.hpp"

namespace weft::viz::imgui_input {

// Once, with Dear ImGui's context current.
void start();
// `scale`: physical pixels a logical one.
void feed(const input& what, float scale);
// Lets go of every key that feed() pressed. There must be a frame in between.
void release_keys();

}  // namespace weft::viz::imgui_input
