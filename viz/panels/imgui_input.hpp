// Passes the user's inputs to Dear ImGui, the same inputs that the pictures get. The library's own SDL backend is not
// used: it asks SDL for the current mouse position, so a script or a test could not control it.
#pragma once

#include "view/window_input.hpp"

namespace weft::viz::imgui_input {

// Call once, with a current Dear ImGui context.
void start();
// `scale`: physical pixels per logical pixel.
void feed(const input& what, float scale);
// Releases every key that feed() pressed. Draw a frame in between.
void release_keys();
// True for the letters that mean something to a text field together with Ctrl: select all, copy, cut, paste, undo.
bool edits_text(const key_down& pressed);

}  // namespace weft::viz::imgui_input
