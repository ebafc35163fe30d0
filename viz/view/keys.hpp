// All keys in one table: the window executes it and the ? overlay shows it, so the two cannot differ.
#pragma once

#include <optional>
#include <span>

#include "model/action.hpp"
#include "view/window_input.hpp"

namespace weft::viz {

enum class key_group : std::uint8_t { step, look, select, window };
inline constexpr std::size_t key_group_count = 4;
const char* title_of(key_group group);

// What a key's action may need to know.
struct key_place {
  double mouse_x = 0;  // in the lanes; the cursor's place if the mouse is elsewhere
  double lanes_width = 0;
};

struct key_binding {
  key which;
  modifiers with;
  action (*make)(const key_place&);
  key_group group;
  const char* keys;  // as shown; null: the line before shows it
  const char* meaning;
};

std::span<const key_binding> all_keys();
std::optional<action> action_of(const key_down& pressed, const key_place& place);

// A mouse gesture, for the overlay.
struct mouse_line {
  const char* gesture;
  const char* meaning;
};
std::span<const mouse_line> all_gestures();

}  // namespace weft::viz
