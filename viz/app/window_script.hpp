// The commands of a script for the window, one per line, and the parser: pure, text in, steps out.
#pragma once

#include <SDL_keycode.h>

#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace weft::viz {

namespace script {

// Places and sizes are pixels of the window, from its top left corner.
struct size {
  int width, height;
};
struct press_key {
  SDL_Keycode code;
  bool shift, ctrl, alt;
  std::string types;  // the character that the key types, UTF-8; "": none
};
struct type_text {
  std::vector<std::string> characters;  // UTF-8
};
struct move_mouse {
  int x, y;
};
struct click {
  int x, y;
  enum class kind : std::uint8_t { once, right, twice } how;
};
struct drag {
  int from_x, from_y, to_x, to_y;
};
struct turn_wheel {
  int x, y;
  float notches;  // > 0: away from the user
};
struct wait_until_idle {};
struct wait_for {
  int ms;
};
struct shoot {
  std::string file;  // ends in .png or .svg
};
struct say {};
struct quit {};

using command = std::variant<size, press_key, type_text, move_mouse, click, drag, turn_wheel, wait_until_idle, wait_for,
                             shoot, say, quit>;

}  // namespace script

struct script_step {
  std::size_t line;  // from 1
  script::command what;
};

// what() is one line and begins with "line 3: ".
class script_error : public std::runtime_error {
 public:
  script_error(std::size_t line, const std::string& what)
      : std::runtime_error("line " + std::to_string(line) + ": " + what) {}
};

// Skips blank lines and lines that begin with '#'. Throws script_error for the first line that is no command.
std::vector<script_step> parse_window_script(std::string_view text);

}  // namespace weft::viz
