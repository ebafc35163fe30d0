// The panels of the window, one function each, in the file of its name. All draw a const model.
#pragma once

#include "view/screen.hpp"
#include "view/window_layout.hpp"

namespace weft::viz {

void draw_transport_bar(const screen& on, const window_layout& layout, const viewer_model& model);
void draw_sentence_line(const screen& on, const window_layout& layout, const viewer_model& model);
void draw_overview_strip(const screen& on, const window_layout& layout, const viewer_model& model);
void draw_time_axis(const screen& on, const window_layout& layout, const viewer_model& model);
void draw_thread_lanes(const screen& on, const window_layout& layout, const viewer_model& model);
// The names in the labels of the lanes in view, from the top.
std::vector<std::string> lane_names_in_view(const window_layout& layout, const viewer_model& model);
void draw_coroutine_lanes(const screen& on, const window_layout& layout, const viewer_model& model);
void draw_wake_arrows(const screen& on, const window_layout& layout, const viewer_model& model);
// The cursor's line over all lanes, the measured range, and their times on the axis.
void draw_cursor(const screen& on, const window_layout& layout, const viewer_model& model);
// Whether the rates of the last second stand where the state at the cursor does.
bool shows_dashboard(const viewer_model& model);
void draw_live_dashboard(const screen& on, const window_layout& layout, const viewer_model& model);
void draw_state_panel(const screen& on, const window_layout& layout, const viewer_model& model);
// `top` is the place and the width; the card is at most switch_card_height high.
void draw_switch_card(const screen& on, const rect& top, const viewer_model& model);
inline constexpr float switch_card_height = 172;
void draw_legend(const screen& on, const window_layout& layout, const viewer_model& model);
void draw_start_page(const screen& on, const window_layout& layout, const viewer_model& model);
void draw_key_overlay(const screen& on, const window_layout& layout);
// Describes what is under the mouse, next to the mouse.
void draw_tooltip(const screen& on, const window_layout& layout, const viewer_model& model);

}  // namespace weft::viz
