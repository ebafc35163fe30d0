// Searches the events whose line in the table contains all words of a text. Works on one slice of the trace at a time,
// so that the window stays usable meanwhile.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "model/trace_model.hpp"

namespace weft::viz {

class event_filter {
 public:
  using clock = std::chrono::steady_clock;

  // Starts again if the text has changed. Blanks separate words; ASCII letters match in either case.
  void look_for(const std::string& text);
  // Forgets the results; call when another trace is shown.
  void restart();
  // Searches until that time or the end of the trace; returns true if there is something new to show.
  bool work(const trace_model& trace, clock::time_point until);

  bool has_words() const { return !words_.empty(); }
  bool is_done(const trace_model& trace) const { return looked_at_ >= trace.event_count(); }
  double progress(const trace_model& trace) const;
  const std::vector<std::uint64_t>& found() const { return found_; }
  bool is_full() const { return found_.size() >= most_found; }

  static constexpr std::size_t most_found = 200'000;

 private:
  std::string text_;
  std::vector<std::string> words_;
  std::vector<std::uint64_t> found_;
  std::uint64_t looked_at_ = 0;  // events searched so far, from 0
};

}  // namespace weft::viz
