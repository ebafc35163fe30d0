#pragma once

#include <SDL.h>

#include <optional>

#include "view/window_input.hpp"

namespace weft::viz {

// What an event does not contain: where the mouse is and which modifier keys are held.
struct devices_now {
  int mouse_x = 0, mouse_y = 0;
  SDL_Keymod held = KMOD_NONE;
};
devices_now devices_of_user();

// Returns nothing for events without a meaning here. `to_logical`: logical pixels per unit of SDL's mouse coordinates.
std::optional<input> input_from_sdl(const SDL_Event& event, const devices_now& now, float to_logical);

}  // namespace weft::viz
