// Connects model, view and window. One frame: inputs -> actions -> apply -> draw. Draws only when something changed.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "app/gl_window.hpp"
#include "app/opened_trace.hpp"
#include "app/program_link.hpp"
#include "app/program_source.hpp"
#include "panels/panels.hpp"
#include "view/window_view.hpp"

namespace weft::viz {

class window_app {
 public:
  // `connection`: to the program whose live trace is shown, borrowed; null: there is none.
  explicit window_app(gl_window& window, control_client* connection = nullptr)
      : window_(window), program_(connection) {}

  viewer_model& model() { return model_; }
  // Shows the trace. For an unreadable file it shows a notice if `forgiving`, else it throws diary::file_error.
  void open(const std::string& path, bool live, std::uint32_t pid, bool forgiving);
  // Offers these programs on the start page.
  void offer(program_source programs) { programs_ = std::move(programs); }
  // Shows this event and selects the coroutine with this id as soon as the trace has been read, instead of the story.
  void look_first(std::optional<std::uint64_t> event, std::optional<std::uint64_t> coroutine);
  // Blocks until the window is closed.
  void run();
  // Does one round of run(): waits at most this long for events, applies them and draws what has changed.
  enum class round_end : std::uint8_t { nothing_new, drew, closed };
  round_end go_round(int longest_wait_ms);
  // Makes the next round draw.
  void redraw() { is_dirty_ = true; }
  // True if something will change without the user: a trace is being read or analysed, or plays.
  bool is_busy() const;
  // The window's contents as they are now.
  picture draw_picture();
  std::string draw_svg();
  const window_layout& layout() const { return view_.layout(); }
  // What run() does for each input: gives it to a control and draws a frame for that, or turns it into actions.
  void take(const input& what);
  // Gets what is new in the trace and from the program. Returns true if draw() is needed.
  bool refresh();
  void draw();
  // The rows of the open tab.
  std::unique_ptr<table_rows> rows() const { return panels_.bottom().rows(model_); }
  // Calls `what`. If the trace has become unreadable because its file was cut, closes the trace, shows the reason on
  // the start page and returns true. (It is not opened again by itself: the file may belong to a program that goes on.)
  bool survive(const std::function<void()>& what);
  // Reads everything of a huge trace that the view needs, for pictures; not the findings.
  void finish_reading();

 private:
  struct first_look {
    std::optional<std::uint64_t> event, coroutine;
  };

  void arrange();
  void perform(const action& a);
  void choose_command();
  void choose_coroutine();
  bool draw_once(picture* pixels = nullptr);
  void take_first_look();
  bool read_on(std::chrono::steady_clock::time_point now);
  void open_program(std::uint32_t pid);
  bool look_for_programs(std::chrono::steady_clock::time_point now);

  gl_window& window_;
  viewer_model model_;
  window_view view_;
  panels panels_;
  live_trace live_;
  sentence_keeper sentences_;
  bool has_looked_ = true;                // at the first finding, or wherever the user went
  std::optional<first_look> first_look_;  // still to be shown
  bool is_dirty_ = true, has_said_about_fonts_ = false;
  std::chrono::steady_clock::time_point last_round_ = std::chrono::steady_clock::now();
  program_link program_;
  program_source programs_;
  std::chrono::steady_clock::time_point next_look_for_programs_{};
};

}  // namespace weft::viz
