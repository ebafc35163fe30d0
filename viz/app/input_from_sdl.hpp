#pragma once

#include <SDL.h>

#include <optional>

#include "view/window_input.hpp"

namespace weft::viz {

// Returns nothing for events without a meaning here. `to_logical`: logical pixels per unit of SDL's mouse coordinates.
std::optional<input> input_from_sdl(const SDL_Event& event, float to_logical);

}  // namespace weft::viz
