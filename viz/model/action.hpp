// Everything that the user can do, as values. Views and keys make them; apply() in viewer_model.hpp executes them.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <variant>

#include "model/lane_rows.hpp"
#include "model/statistics_row.hpp"
#include "model/stepping.hpp"
#include "model/time_scale.hpp"

namespace weft::viz {

enum class tab : std::uint8_t { events, coroutine, findings, statistics };
inline constexpr std::size_t tab_count = 4;
inline constexpr std::array<std::string_view, tab_count> tab_words{"events", "coroutine", "findings", "statistics"};
constexpr std::string_view to_text(tab which) { return tab_words[static_cast<std::size_t>(which)]; }
enum class panel_edge : std::uint8_t { side, bottom, labels };

namespace act {

// The cursor.
struct step_event {
  direction to;
};
struct step_switch {
  direction to;
};
struct step_coroutine {
  direction to;
};  // of the selected coroutine, else of the running one
struct step_span {
  direction to;
};  // in the lane of the selected coroutine
struct step_finding {
  direction to;
};
struct follow_wake {
  direction to;
};
struct go_to_event {
  std::uint64_t n;
};
struct go_to_time {
  std::int64_t t_ns;
};
struct go_to_first {};
struct go_to_last {};  // and follows the end of a live trace
// Fits the evidence into the view and dims the rest; `instance` worst: the worst one of the group.
struct show_finding {
  static constexpr std::size_t worst = static_cast<std::size_t>(-1);
  std::size_t group;
  std::size_t instance = worst;
};

// Playing.
struct play_or_pause {};
struct change_speed {
  direction to;
};
struct let_time_pass {
  double seconds;
};  // real time since the last frame

// Requests to the program that writes the trace, while it runs; app sends them.
struct pause_or_resume_program {};
struct step_program {};              // one switch
struct step_program_to_selected {};  // until the next event of the selected coroutine

// Attach to a running program and show its trace.
struct open_program {
  std::uint32_t pid;
};

// The view.
struct zoom {
  double x;
  double factor;
};  // above 1: out
struct zoom_at_cursor {
  double factor;
};
struct pan {
  double px;
};
struct scroll {
  float px;
};
struct show_range {
  time_range range;
};
struct fit_all {};
struct fit_selection {};
struct undo {};
struct redo {};

// The selection.
struct select {
  coroutine_index who;
};
struct toggle_group {
  std::uint64_t site;
};
struct filter_lanes {
  std::string letters;
};
struct order_lanes {
  lane_order by;
};
struct measure {
  time_range range;
};
struct clear {};

// The window.
struct show_tab {
  tab which;
};
struct group_statistics {
  grouping by;
};
struct toggle_keys {};
// A list to choose from; the app opens it.
struct choose_command {};
struct choose_coroutine {};
struct find_event {};
struct find_lane {};
struct toggle_theme {};
struct scale_interface {
  int step;
};  // +1 or -1 step; 0: the normal size
struct drag_edge {
  panel_edge which;
  float position;
};

}  // namespace act

using action =
    std::variant<act::step_event, act::step_switch, act::step_coroutine, act::step_span, act::step_finding,
                 act::follow_wake, act::go_to_event, act::go_to_time, act::go_to_first, act::go_to_last,
                 act::show_finding, act::play_or_pause, act::change_speed, act::let_time_pass, act::zoom,
                 act::zoom_at_cursor, act::pan, act::scroll, act::show_range, act::fit_all, act::fit_selection,
                 act::undo, act::redo, act::select, act::toggle_group, act::filter_lanes, act::order_lanes,
                 act::measure, act::clear, act::show_tab, act::group_statistics, act::toggle_keys, act::choose_command,
                 act::choose_coroutine, act::find_event, act::find_lane, act::toggle_theme, act::scale_interface,
                 act::drag_edge, act::pause_or_resume_program, act::step_program, act::step_program_to_selected,
                 act::open_program>;

}  // namespace weft::viz
