#include "app/script_player.hpp"

#include <algorithm>
#include <chrono>
#include <memory>

#include "app/png_file.hpp"
#include "app/script_events.hpp"

namespace weft::viz {

using round_end = window_app::round_end;

void script_player::play(const std::vector<script_step>& steps) {
  std::size_t line = steps.empty() ? 1 : steps.front().line;
  try {
    go_round(0);  // the first frame: a click needs something to hit
    for (const script_step& step : steps) {
      line = step.line;
      if (std::holds_alternative<script::quit>(step.what)) return;
      do_step(step.what);
    }
  } catch (const std::exception& e) {
    throw script_error(line, e.what());
  }
}

void script_player::do_step(const script::command& what) {
  if (const auto* wanted = std::get_if<script::size>(&what)) {
    window_.resize(wanted->width, wanted->height);
    app_.redraw();
    go_round(0);
  } else if (std::holds_alternative<script::wait_until_idle>(what)) {
    wait_until_idle();
  } else if (const auto* time = std::get_if<script::wait_for>(&what)) {
    wait_for(time->ms);
  } else if (const auto* shot = std::get_if<script::shoot>(&what)) {
    shoot(shot->file);
  } else if (std::holds_alternative<script::say>(what)) {
    say();
  } else {
    const float to_window = 1 / window_.pixel_ratio();
    for (const event_burst& burst : events_of(what, window_.id(), to_window)) {
      window_.play(burst);
      go_round(0);
    }
  }
}

round_end script_player::go_round(int longest_wait_ms) {
  const round_end end = app_.go_round(longest_wait_ms);
  if (end == round_end::closed) throw std::runtime_error("the window was closed");
  return end;
}

void script_player::wait_until_idle() {
  constexpr int patience_ms = 10;  // for events of the display
  while (go_round(patience_ms) != round_end::nothing_new || app_.is_busy()) {
  }
}

void script_player::wait_for(int ms) {
  using clock = std::chrono::steady_clock;
  const clock::time_point end = clock::now() + std::chrono::milliseconds(ms);
  for (clock::time_point now = clock::now(); now < end; now = clock::now()) {
    go_round(static_cast<int>(std::chrono::ceil<std::chrono::milliseconds>(end - now).count()));
  }
}

void script_player::say() {
  const viewer_model& model = app_.model();
  const bool has_rows = model.trace && model.trace->event_count() > 0;
  const std::unique_ptr<table_rows> rows = has_rows ? app_.rows() : nullptr;
  out_.say(words_of(model, app_.layout(), rows.get()), window_.copied());
}

void script_player::shoot(const std::string& file) {
  out_.write(file, file.ends_with(".svg") ? app_.draw_svg() : png_of(app_.draw_picture()));
}

}  // namespace weft::viz
