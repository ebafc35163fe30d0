// Plays a script on the window: it gets the same events and draws the same frames as with a user.
#pragma once

#include <string>
#include <vector>

#include "app/script_output.hpp"
#include "app/window_app.hpp"
#include "app/window_script.hpp"

namespace weft::viz {

class script_player {
 public:
  // All three must outlive this.
  script_player(gl_window& window, window_app& app, const script_output& out) : window_(window), app_(app), out_(out) {}

  // Plays up to the end or to `quit`. Throws script_error if a step fails or the window is closed meanwhile.
  void play(const std::vector<script_step>& steps);

 private:
  void do_step(const script::command& what);
  void wait_until_idle();
  void wait_for(int ms);
  void say();
  void shoot(const std::string& file);
  window_app::round_end go_round(int longest_wait_ms);

  gl_window& window_;
  window_app& app_;
  const script_output& out_;
};

}  // namespace weft::viz
