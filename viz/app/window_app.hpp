// Wires model, view and window together. One frame: inputs -> actions -> apply -> draw. Draws only when something
// changed.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <utility>

#include "app/gl_window.hpp"
#include "app/opened_trace.hpp"
#include "app/program_link.hpp"
#include "app/program_source.hpp"
#include "view/window_view.hpp"

namespace weft::viz {

class window_app {
 public:
  // `connection`: to the program whose live trace is shown, borrowed; null: there is none.
  explicit window_app(gl_window& window, control_client* connection = nullptr)
      : window_(window), program_(connection) {}

  viewer_model& model() { return model_; }
  // Shows the trace; a file that cannot be read becomes a notice if `forgiving`, else diary::file_error.
  void open(const std::string& path, bool live, std::uint32_t pid, bool forgiving);
  // The start page offers these.
  void offer(program_source programs) { programs_ = std::move(programs); }
  // Until the window is closed.
  void run();
  // Applies one input and draws: what run() does for each, for tests and pictures.
  void take(const input& what);
  // What has come of the trace and from the program since. True: draw().
  bool refresh();
  void draw();
  // Does that. A trace that turns out to be unreadable meanwhile, because its file was cut, is let go: the start page
  // says so, and true comes back. (Nobody is asked to open it again: it may be a program's that goes on.)
  bool survive(const std::function<void()>& what);
  // Of a huge trace everything that what is in view needs, for pictures. Its findings are not among it.
  void finish_reading();

 private:
  void arrange();
  bool read_on(std::chrono::steady_clock::time_point now);
  void open_program(std::uint32_t pid);
  bool look_for_programs(std::chrono::steady_clock::time_point now);

  gl_window& window_;
  viewer_model model_;
  window_view view_;
  live_trace live_;
  bool has_looked_ = true;  // at the story, or wherever the user went
  program_link program_;
  program_source programs_;
  std::chrono::steady_clock::time_point next_look_for_programs_{};
};

}  // namespace weft::viz
