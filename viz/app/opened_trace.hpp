// Opens traces for the window and keeps a live one up to date.
#pragma once

#include <chrono>
#include <string>

#include "app/analysis_job.hpp"
#include "model/viewer_model.hpp"

namespace weft::viz {

// Of a huge trace nothing is read yet but headers: see trace_model::work. Throws diary::file_error.
std::unique_ptr<trace_model> open_trace(const std::string& path);
// The same without believing what the chunks say of themselves; for a file that has lied.
std::unique_ptr<trace_model> open_trace_without_trust(const std::string& path);

// Findings and summaries of a whole trace that is short. Of a huge one that is the business of an analysis_job.
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
  // Looks for findings in a huge trace, and has them in the model some time later. refresh() does so by itself.
  void start_analysis(viewer_model& model, clock::time_point now);
  bool is_busy() const { return analysis_ != nullptr; }
  // True if an analysis has come to its end.
  bool take_analysis(viewer_model& model, clock::time_point now);

 private:
  std::unique_ptr<analysis_job> analysis_;
  clock::time_point analysis_began_{};
  clock::time_point next_analysis_{};
  clock::time_point next_look_at_program_{};
};

}  // namespace weft::viz
