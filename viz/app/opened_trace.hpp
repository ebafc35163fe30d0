// Opens traces for the window and updates a live one.
#pragma once

#include <chrono>
#include <string>

#include "app/analysis_job.hpp"
#include "model/viewer_model.hpp"

namespace weft::viz {

// Reads only the headers of a huge trace: see trace_model::work. Throws diary::file_error.
std::unique_ptr<trace_model> open_trace(const std::string& path);
// The same without trust in the chunks' own statements; for a file whose statements were wrong.
std::unique_ptr<trace_model> open_trace_without_trust(const std::string& path);

// Makes findings and summaries of a whole short trace; an analysis_job makes those of a huge one.
void analyse(viewer_model& model);
// Makes the sentences about the cursor and the selection anew, if either is another one than before.
class sentence_keeper {
 public:
  void keep(viewer_model& model);

 private:
  const trace_model* trace_ = nullptr;
  std::uint64_t events_ = 0, event_ = 0;
  std::int64_t t_ns_ = 0;
  std::optional<coroutine_index> selected_;
};

// Its statistics by what the user has chosen, if that is not by coroutine. Of a huge trace there are none.
void count_statistics(viewer_model& model);

// Shows what is worth a first look in a recorded trace; see viewer_model::show_story.
void look_at_the_story(viewer_model& model);

// Follows a growing file: reads new events, notices the program's end, and analyses again from time to time, less often
// if the analysis takes long.
class live_trace {
 public:
  using clock = std::chrono::steady_clock;

  // Returns true if the model changed.
  bool refresh(viewer_model& model, clock::time_point now);
  // Starts an analysis of a huge trace; its findings reach the model some time later. refresh() also calls this.
  void start_analysis(viewer_model& model, clock::time_point now);
  bool is_busy() const { return analysis_ != nullptr; }
  // Returns true if an analysis has finished.
  bool take_analysis(viewer_model& model, clock::time_point now);

 private:
  std::unique_ptr<analysis_job> analysis_;
  clock::time_point analysis_began_{};
  clock::time_point next_analysis_{};
  clock::time_point next_look_at_program_{};
};

}  // namespace weft::viz
