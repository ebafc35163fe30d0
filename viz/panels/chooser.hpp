// A text field above a list: type some letters, choose with the arrow keys and Enter. For commands and coroutines.
#pragma once

#include <string>
#include <vector>

#include "panels/panel_frame.hpp"
#include "view/window_input.hpp"
#include "view/window_layout.hpp"

namespace weft::viz {

struct choice {
  std::string text;   // matched with the typed text
  std::string right;  // its key, or its origin
  action does;
};

class chooser {
 public:
  // `hint` is shown in the empty field; `choices` are in the order in which they are offered.
  void open(std::string hint, std::vector<choice> choices);
  void close() { open_ = false; }
  bool is_open() const { return open_; }
  // True until the first frame after open(): its text field has no keys yet.
  bool opens() const { return opens_; }
  // Handles Up, Down, Enter and Escape while it is open; draw() then returns the chosen action in the next frame.
  bool take(const key_down& pressed);
  void draw(const window_layout& layout, const panel_frame& f);
  // The choices that match the typed text, best first.
  std::vector<std::size_t> matching() const;
  void type(std::string text) { text_ = std::move(text); }

 private:
  void choose(std::size_t which, const panel_frame& f);

  bool open_ = false, opens_ = false, chosen_ = false;
  std::string hint_, text_;
  std::vector<choice> choices_;
  std::size_t at_ = 0;  // index in matching()
};

}  // namespace weft::viz
