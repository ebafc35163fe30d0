// Carries what the user wants of the live program to its control socket, and what it answers into the model. Never
// waits: the window goes on drawing.
#pragma once

#include <chrono>

#include "attach/control_client.hpp"
#include "model/viewer_model.hpp"

namespace weft::viz {

class program_link {
 public:
  using clock = std::chrono::steady_clock;

  // Borrowed; null: there is no connection.
  explicit program_link(control_client* connection) : connection_(connection) {}

  // True if the action was for the program, and is done with.
  bool take(const action& a, viewer_model& model);
  // Takes the answers that have come. True if the model changed. While the program is on its way to stand it is asked
  // again and again.
  bool refresh(viewer_model& model, clock::time_point now);
  bool is_busy() const { return is_busy_; }

 private:
  void say(diary::control_command c, viewer_model& model, std::uint64_t number = 0);
  void lose(viewer_model& model);

  control_client* connection_;
  bool is_busy_ = false;  // an answer is to come, or the program to stand
  std::uint64_t asked_ = 0, answered_ = 0;
  clock::time_point next_question_{};
};

}  // namespace weft::viz
