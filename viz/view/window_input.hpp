// The user's inputs, independent of any window library. Positions are logical pixels.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "view/geometry.hpp"

namespace weft::viz {

// Printable keys are their lower-case character; the others have names.
enum class key : std::uint32_t {
  left = 0x110000,
  right,
  up,
  down,
  home,
  end,
  page_up,
  page_down,
  escape,
  enter,
  backspace,
  del,
  tab,
  space = ' '
};
constexpr key letter(char32_t c) { return static_cast<key>(c); }

struct modifiers {
  bool shift = false, ctrl = false, alt = false;
  friend bool operator==(const modifiers&, const modifiers&) = default;
};

enum class button : std::uint8_t { left, middle, right };

struct key_down {
  key which;
  modifiers with;
};
// Text in any language; for text fields.
struct text_typed {
  std::string utf8;
};
struct mouse_move {
  point at;
};
struct mouse_leave {};
struct mouse_down {
  point at;
  button which;
  int clicks;
  modifiers with;
};
struct mouse_up {
  point at;
  button which;
};
struct mouse_wheel {
  point at;
  float dx, dy;
  modifiers with;
};  // in notches; dy > 0: away from the user

using input = std::variant<key_down, text_typed, mouse_move, mouse_leave, mouse_down, mouse_up, mouse_wheel>;

}  // namespace weft::viz
