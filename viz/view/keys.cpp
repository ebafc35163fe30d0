#include "view/keys.hpp"

#include <algorithm>
#include <array>

namespace weft::viz {
namespace {

using place = const key_place&;
constexpr modifiers plain{}, shift{true, false, false}, ctrl{false, true, false}, alt{false, false, true},
    ctrl_shift{true, true, false};
constexpr double zoom_step = 1.35;
constexpr double pan_share = 0.12;

constexpr std::array bindings{
    key_binding{key::right, plain, [](place) -> action { return act::step_event{direction::forth}; }, key_group::step,
                "→  ←", "one event on, back"},
    key_binding{key::left, plain, [](place) -> action { return act::step_event{direction::back}; }, key_group::step,
                nullptr, nullptr},
    key_binding{key::right, shift, [](place) -> action { return act::step_switch{direction::forth}; }, key_group::step,
                "Shift →  ←", "one switch"},
    key_binding{key::left, shift, [](place) -> action { return act::step_switch{direction::back}; }, key_group::step,
                nullptr, nullptr},
    key_binding{key::right, ctrl, [](place) -> action { return act::step_coroutine{direction::forth}; },
                key_group::step, "Ctrl →  ←", "next event of the same coroutine"},
    key_binding{key::left, ctrl, [](place) -> action { return act::step_coroutine{direction::back}; }, key_group::step,
                nullptr, nullptr},
    key_binding{key::right, alt, [](place) -> action { return act::step_finding{direction::forth}; }, key_group::step,
                "Alt →  ←", "next finding"},
    key_binding{key::left, alt, [](place) -> action { return act::step_finding{direction::back}; }, key_group::step,
                nullptr, nullptr},
    key_binding{letter('.'), plain, [](place) -> action { return act::step_span{direction::forth}; }, key_group::step,
                ".  ,", "next, previous span in the lane"},
    key_binding{letter(','), plain, [](place) -> action { return act::step_span{direction::back}; }, key_group::step,
                nullptr, nullptr},
    key_binding{letter('['), plain, [](place) -> action { return act::follow_wake{direction::back}; }, key_group::step,
                "[  ]", "to who woke it, to whom it wakes"},
    key_binding{letter(']'), plain, [](place) -> action { return act::follow_wake{direction::forth}; }, key_group::step,
                nullptr, nullptr},
    key_binding{key::home, plain, [](place) -> action { return act::go_to_first{}; }, key_group::step, "Home  End",
                "first, last event; End follows a live trace"},
    key_binding{key::end, plain, [](place) -> action { return act::go_to_last{}; }, key_group::step, nullptr, nullptr},
    key_binding{key::space, plain, [](place) -> action { return act::play_or_pause{}; }, key_group::step, "Space",
                "play, pause"},
    key_binding{letter('+'), plain, [](place) -> action { return act::change_speed{direction::forth}; },
                key_group::step, "+  -", "play faster, slower"},
    key_binding{letter('-'), plain, [](place) -> action { return act::change_speed{direction::back}; }, key_group::step,
                nullptr, nullptr},

    key_binding{letter('/'), plain, [](place) -> action { return act::find_lane{}; }, key_group::look, "/",
                "only the lanes whose names have these letters"},
    key_binding{letter('p'), ctrl, [](place) -> action { return act::choose_coroutine{}; }, key_group::look, "Ctrl P",
                "go to a coroutine by its name"},
    key_binding{letter('f'), ctrl, [](place) -> action { return act::find_event{}; }, key_group::look, "Ctrl F",
                "find events by words"},
    key_binding{letter('p'), ctrl_shift, [](place) -> action { return act::choose_command{}; }, key_group::window,
                "Ctrl Shift P", "all commands"},
    key_binding{letter('x'), plain, [](place) -> action { return act::pause_or_resume_program{}; }, key_group::step,
                "X", "pause the live program, let it go on"},
    key_binding{letter('c'), plain, [](place) -> action { return act::step_program{}; }, key_group::step, "C  Shift C",
                "let it do one switch; go on to the selected one"},
    key_binding{letter('c'), shift, [](place) -> action { return act::step_program_to_selected{}; }, key_group::step,
                nullptr, nullptr},

    key_binding{letter('w'), plain,
                [](place p) -> action {
                  return act::zoom{p.mouse_x, 1 / zoom_step};
                },
                key_group::look, "W  S", "zoom in, out at the mouse"},
    key_binding{letter('s'), plain,
                [](place p) -> action {
                  return act::zoom{p.mouse_x, zoom_step};
                },
                key_group::look, nullptr, nullptr},
    key_binding{letter('a'), plain, [](place p) -> action { return act::pan{-p.lanes_width * pan_share}; },
                key_group::look, "A  D", "pan left, right"},
    key_binding{letter('d'), plain, [](place p) -> action { return act::pan{p.lanes_width * pan_share}; },
                key_group::look, nullptr, nullptr},
    key_binding{key::up, plain, [](place) -> action { return act::scroll{-44}; }, key_group::look, "↑  ↓",
                "scroll the lanes"},
    key_binding{key::down, plain, [](place) -> action { return act::scroll{44}; }, key_group::look, nullptr, nullptr},
    key_binding{letter('f'), plain, [](place) -> action { return act::fit_selection{}; }, key_group::look, "F",
                "fit the range or the span; again: its life"},
    key_binding{letter('0'), plain, [](place) -> action { return act::fit_all{}; }, key_group::look, "0",
                "the whole trace"},
    key_binding{letter('z'), ctrl, [](place) -> action { return act::undo{}; }, key_group::look, "Ctrl Z  Y",
                "back to where the view was, and forth"},
    key_binding{letter('y'), ctrl, [](place) -> action { return act::redo{}; }, key_group::look, nullptr, nullptr},

    key_binding{key::escape, plain, [](place) -> action { return act::clear{}; }, key_group::window, "Esc",
                "clear the range, then the selection"},
    key_binding{letter('1'), plain, [](place) -> action { return act::show_tab{tab::events}; }, key_group::window,
                "1 2 3 4", "events, coroutine, findings, statistics"},
    key_binding{letter('2'), plain, [](place) -> action { return act::show_tab{tab::coroutine}; }, key_group::window,
                nullptr, nullptr},
    key_binding{letter('3'), plain, [](place) -> action { return act::show_tab{tab::findings}; }, key_group::window,
                nullptr, nullptr},
    key_binding{letter('4'), plain, [](place) -> action { return act::show_tab{tab::statistics}; }, key_group::window,
                nullptr, nullptr},
    key_binding{letter('t'), plain, [](place) -> action { return act::toggle_theme{}; }, key_group::window, "T",
                "dark or light"},
    key_binding{letter('+'), ctrl, [](place) -> action { return act::scale_interface{1}; }, key_group::window,
                "Ctrl +  -  0", "larger, smaller, normal size"},
    key_binding{letter('-'), ctrl, [](place) -> action { return act::scale_interface{-1}; }, key_group::window, nullptr,
                nullptr},
    key_binding{letter('0'), ctrl, [](place) -> action { return act::scale_interface{0}; }, key_group::window, nullptr,
                nullptr},
    key_binding{letter('?'), plain, [](place) -> action { return act::toggle_keys{}; }, key_group::window, "?",
                "this page"},
};

constexpr std::array<mouse_line, 9> gestures{{
    {"click a lane", "select it, cursor there"},
    {"drag in the lanes", "measure a range; F fits it"},
    {"double click", "fit the span"},
    {"right or middle drag", "pan"},
    {"wheel", "scroll the lanes"},
    {"Ctrl wheel", "zoom at the mouse"},
    {"Shift wheel", "pan"},
    {"drag the time axis", "move the cursor"},
    {"drag the overview", "move the view"},
}};

}  // namespace

const char* title_of(key_group group) {
  switch (group) {
    case key_group::step:
      return "Step and play";
    case key_group::look:
      return "Look around";
    case key_group::select:
      return "Mouse";
    case key_group::window:
      return "Window";
  }
  return "";
}

std::span<const key_binding> all_keys() { return bindings; }
std::span<const mouse_line> all_gestures() { return gestures; }

std::optional<action> action_of(const key_down& pressed, const key_place& place) {
  // On many keyboards '+' and '?' need Shift: there it belongs to the character.
  key_down wanted = pressed;
  const auto code = static_cast<std::uint32_t>(pressed.which);
  const bool is_letter = code >= 'a' && code <= 'z';
  if (code > ' ' && code < 0x110000 && !is_letter) wanted.with.shift = false;
  const auto found = std::find_if(bindings.begin(), bindings.end(), [&](const key_binding& b) {
    return b.which == wanted.which && b.with == wanted.with;
  });
  return found == bindings.end() ? std::nullopt : std::optional(found->make(place));
}

}  // namespace weft::viz
