// The top of the window: name of the trace, stepping and playing, the cursor's time, and the status of the program.
#include <array>
#include <cstdio>

#include "view/widgets.hpp"

namespace weft::viz {
namespace {

constexpr float button_height = 28;

enum class icon { first, back, play, pause, forth, last };

void draw_icon(const screen& on, point c, icon which, colour ink) {
  const float s = 5;  // half the height of a triangle
  const auto right = [&](float x) { on.to.triangle({x, c.y - s}, {x + 8, c.y}, {x, c.y + s}, ink); };
  const auto left = [&](float x) { on.to.triangle({x, c.y - s}, {x - 8, c.y}, {x, c.y + s}, ink); };
  const auto bar = [&](float x) { on.to.fill({x, c.y - s, 2, 2 * s}, ink); };
  switch (which) {
    case icon::first:
      bar(c.x - 9);
      left(c.x + 2);
      left(c.x + 9);
      break;
    case icon::back:
      left(c.x + 1);
      bar(c.x + 4);
      break;
    case icon::play:
      right(c.x - 3);
      break;
    case icon::pause:
      on.to.fill({c.x - 5, c.y - s, 3, 2 * s}, ink);
      on.to.fill({c.x + 2, c.y - s, 3, 2 * s}, ink);
      break;
    case icon::forth:
      bar(c.x - 6);
      right(c.x - 1);
      break;
    case icon::last:
      right(c.x - 9);
      right(c.x - 2);
      bar(c.x + 7);
      break;
  }
}

void draw_button(const screen& on, const rect& area, bool lit) {
  on.to.fill(area, on.hovered(area) ? on.colours.line : on.colours.raised, 5);
  on.to.frame(area, lit ? on.colours.accent : on.colours.line, 1, 5);
}

std::string speed_text(double speed) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), speed >= 1 ? "×%.1f" : "×%g", speed);
  return text.data();
}

void draw_transport(const screen& on, const rect& bar, const viewer_model& model, float x) {
  struct button {
    icon what;
    action does;
    const char* hint;
  };
  const std::array<button, 5> buttons{{
      {icon::first, act::go_to_first{}, "First event (Home)"},
      {icon::back, act::step_event{direction::back}, "One event back (Left)"},
      {model.playing ? icon::pause : icon::play, act::play_or_pause{}, "Play recorded time (Space)"},
      {icon::forth, act::step_event{direction::forth}, "One event on (Right)"},
      {icon::last, act::go_to_last{}, "Last event; follows a live trace (End)"},
  }};
  for (const button& b : buttons) {
    const rect area{x, bar.y + 9, 34, button_height};
    draw_button(on, area, b.what == icon::pause);
    draw_icon(on, {area.x + area.w / 2, area.y + area.h / 2}, b.what, on.colours.text);
    on.on_click(area, b.does, b.hint);
    x += 40;
  }
  const rect speed{x + 6, bar.y + 9, 58, button_height};
  on.to.text({speed.x + 8, bar.y + 28}, speed_text(model.speed), face::body, on.colours.text_dim);
  on.on_click(speed, act::change_speed{direction::forth}, "Playing speed: + and - change it");
  on.to.text({speed.right() + 8, bar.y + 28}, instant_text(model.at.t_ns), face::mono, on.colours.text);
  const std::string place =
      "event #" + std::to_string(model.at.event) + " of " + std::to_string(model.trace->event_count());
  on.to.text({speed.right() + 132, bar.y + 28}, place, face::mono_small, on.colours.text_dim);
}

const char* word_for(const viewer_model& model) {
  if (!model.program.end.empty()) return model.program.end.c_str();
  if (!model.live) return "recorded";
  switch (model.program.mode) {
    case program_mode::running:
      return "live";
    case program_mode::pausing:
      return "pausing";
    case program_mode::paused:
      return "paused";
    case program_mode::stepping:
      return "stepping";
  }
  return "";
}

// The buttons for the program, left of the pill that shows its status.
void draw_program_buttons(const screen& on, const rect& pill, const viewer_model& model) {
  const bool runs = model.program.mode == program_mode::running;
  const rect step{pill.x - 42, pill.y, 34, button_height}, pause{step.x - 40, pill.y, 34, button_height};
  draw_button(on, pause, !runs);
  draw_icon(on, {pause.x + pause.w / 2, pause.y + pause.h / 2}, runs ? icon::pause : icon::play, on.colours.text);
  on.on_click(pause, act::pause_or_resume_program{},
              runs ? "Pause the program between two switches (X)" : "Let the program go on (X)");
  draw_button(on, step, model.program.mode == program_mode::stepping);
  draw_icon(on, {step.x + step.w / 2, step.y + step.h / 2}, icon::forth, on.colours.text);
  on.on_click(step, act::step_program{}, "Let the program do one switch (C), go on to the selected one (Shift C)");
  on.to.text({pause.x - 8, pill.y + 18}, "program", face::body, on.colours.text_dim, align::right);
}

void draw_live(const screen& on, const rect& bar, const viewer_model& model) {
  const diary::file_info& info = model.trace->events().info();
  const std::uint32_t pid = model.live_pid != 0 ? model.live_pid : info.pid;
  const std::string words = std::string(word_for(model)) + " · pid " + std::to_string(pid);
  const float width = on.to.text_width(words, face::body) + 44;
  const rect pill{bar.right() - 44 - width, bar.y + 9, width, button_height};
  on.to.fill(pill, on.colours.raised, 14);
  on.to.frame(pill, model.live && model.following ? on.colours.accent : on.colours.line, 1, 14);
  const bool moves = model.following && model.program.mode == program_mode::running;
  const bool died = model.program.end.starts_with("died");
  const colour dot = died          ? on.colours.holding
                     : !model.live ? on.colours.sleeping
                     : moves       ? on.colours.running
                                   : on.colours.ready;
  on.to.disc({pill.x + 18, pill.y + 14}, 5, dot);
  on.to.text({pill.x + 32, bar.y + 27}, words, face::body, on.colours.text);
  if (model.live) {
    on.on_click(pill, act::go_to_last{},
                model.following ? "Follows the end" : "The program goes on: click or End follows it");
    if (model.program.takes_requests) draw_program_buttons(on, pill, model);
  }
}

}  // namespace

void draw_transport_bar(const screen& on, const window_layout& layout, const viewer_model& model) {
  const rect bar = layout.top;
  on.to.fill(bar, on.colours.panel);
  on.to.text({16, bar.y + 29}, "weft", face::brand, on.colours.text);
  const rect help{bar.right() - 36, bar.y + 9, 28, button_height};
  on.to.text({bar.right() - 22, bar.y + 28}, "?", face::title, on.hovered(help) ? on.colours.text : on.colours.text_dim,
             align::centre);
  on.on_click(help, act::toggle_keys{}, "All keys (?)");
  if (!model.trace) return;

  const diary::file_info& info = model.trace->events().info();
  const std::size_t slash = info.path.find_last_of('/');
  const std::string name = slash == std::string::npos ? info.path : info.path.substr(slash + 1);
  const float room = std::max(on.to.text_width(name, face::body), 60.0f);
  const float transport_x = std::clamp(78 + room + 20, 230.0f, 420.0f);
  text_in(on.to, {70, bar.y + 29}, name, face::body, on.colours.text_dim, transport_x - 78);
  draw_transport(on, bar, model, transport_x);
  draw_live(on, bar, model);
}

}  // namespace weft::viz
