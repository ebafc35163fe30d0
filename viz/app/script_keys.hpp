// The names of keys in scripts: SDL's names, or those of its SDLK_ constants.
#pragma once

#include <optional>
#include <string_view>

#include "app/window_script.hpp"

namespace weft::viz {

// Parses "Right", "F", "ctrl+shift+p", "slash", "/"; ignores case. Returns nothing if there is no such key. A key types
// what it types on a US keyboard.
std::optional<script::press_key> script_key(std::string_view name);

}  // namespace weft::viz
