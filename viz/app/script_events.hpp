// Turns a step of a script into the SDL events that a user would cause.
#pragma once

#include <SDL.h>

#include <vector>

#include "app/window_script.hpp"

namespace weft::viz {

// Events that arrive together. The window draws a frame after each burst.
using event_burst = std::vector<SDL_Event>;

// Returns nothing for commands that are no input. `to_window`: units of SDL's mouse coordinates per pixel.
std::vector<event_burst> events_of(const script::command& what, std::uint32_t window, float to_window);

}  // namespace weft::viz
