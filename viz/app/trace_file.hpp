// Opens traces for the window and keeps a live one up to date.
#pragma once

#include <chrono>
#include <string>

#include "model/viewer_model.hpp"

namespace weft::viz {

// Throws diary::file_error.
std::unique_ptr<trace_model> open_trace(const std::string& path);

// Findings and summaries of the whole trace.
void analyse(viewer_model& model);

// Where to look first in a recorded trace: at the worst finding, else at the middle, where something happens.
void look_at_the_story(viewer_model& model);

// Follows a growing file: asks for new events, sees that the program has ended, and analyses again from time to time,
// more rarely the longer that takes.
class live_trace {
 public:
  using clock = std::chrono::steady_clock;

  // True if the model changed.
  bool refresh(viewer_model& model, clock::time_point now);

 private:
  clock::time_point next_analysis_{};
  clock::time_point next_look_at_program_{};
};

}  // namespace weft::viz
