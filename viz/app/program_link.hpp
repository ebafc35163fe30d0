// Sends the user's requests to the live program's control socket, and puts its answers into the model. Never blocks:
// the window continues to draw.
#pragma once

#include <chrono>

#include "attach/control_client.hpp"
#include "model/viewer_model.hpp"

namespace weft::viz {

class program_link {
 public:
  using clock = std::chrono::steady_clock;

  // The connection is borrowed; null: there is none.
  explicit program_link(control_client* connection) : connection_(connection) {}

  // Returns true if the action was for the program and needs nothing else.
  bool take(const action& a, viewer_model& model);
  // Processes the answers that have come. Returns true if the model changed. Asks repeatedly until the program is
  // paused.
  bool refresh(viewer_model& model, clock::time_point now);
  bool is_busy() const { return is_busy_; }

 private:
  void say(diary::control_command c, viewer_model& model, std::uint64_t number = 0);
  void lose(viewer_model& model);

  control_client* connection_;
  bool is_busy_ = false;  // an answer, or the pause of the program, is still to come
  std::uint64_t asked_ = 0, answered_ = 0;
  clock::time_point next_question_{};
};

}  // namespace weft::viz
