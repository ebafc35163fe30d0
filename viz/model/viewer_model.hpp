// The user's position in the trace: cursor, view, selection, playing, tabs. Only apply() changes it; views draw from a
// const one. Knows no input devices and draws nothing.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "model/action.hpp"
#include "model/finding.hpp"
#include "model/group_area.hpp"
#include "model/lane_layout.hpp"
#include "model/lane_rows.hpp"
#include "model/live_rates.hpp"
#include "model/overview.hpp"
#include "model/program.hpp"
#include "model/sentence.hpp"
#include "model/statistics_row.hpp"
#include "model/trace_model.hpp"

namespace weft::viz {

// What undo (Ctrl+Z) restores.
struct view_position {
  time_scale scale;
  float scroll = 0;
  friend bool operator==(const view_position&, const view_position&) = default;
};

class viewer_model {
 public:
  // Sizes of the window's panels in pixels.
  struct viewport {
    double lanes_width = 1000;
    float lanes_height = 500;
    std::size_t overview_columns = 600;
  };

  // Everything that a view may read.
  std::unique_ptr<trace_model> trace;   // null: the start page
  std::string notice;                   // one line for the user; may be empty
  std::string note;                     // result of the last key or why it did nothing; may be empty
  bool live = false;                    // the file may still grow
  std::uint32_t live_pid = 0;           // 0: unknown
  program_status program;               // of a live trace
  std::vector<listed_program> running;  // for the start page
  lane_layout lanes;
  lane_rows rows;                             // how the lanes stand below each other
  lane_rows::wanted row_wishes;               // filter, what is unfolded, order; the selection is set by arrange_rows()
  std::vector<finding_group> finding_groups;  // the worst first; take_findings() sets them
  // The finding that is shown.
  struct chosen_finding {
    std::size_t group = 0;
    std::size_t instance = act::show_finding::worst;
  };
  std::optional<chosen_finding> chosen;
  // The evidence of the chosen finding: lanes of other coroutines and other times are dimmed. None: nothing is.
  struct evidence {
    std::vector<coroutine_index> who;
    time_range when;
    bool has(coroutine_index c) const { return std::find(who.begin(), who.end(), c) != who.end(); }
  };
  std::optional<evidence> lit;
  time_range densest;  // the shortest stretch with 200 switches; empty: unknown
  // Whether findings, summaries and totals cover the whole trace.
  enum class analysis_state : std::uint8_t { done, going_on, left_out };
  analysis_state analysed = analysis_state::done;
  std::vector<overview_column> strip;        // the whole trace, port.overview_columns wide
  std::vector<coroutine_summary> summaries;  // longest running time first
  grouping statistics_by = grouping::coroutine;
  std::vector<statistics_row> grouped_statistics;  // by the chosen grouping, unless that is by coroutine
  diary::history::totals_record totals;
  live_rates rates;  // of a live trace, from where it was opened

  event_sentence sentence;  // what the event under the cursor did; the app keeps it up to date
  std::string why;          // why the selected coroutine does not run; "": none is selected
  cursor at;
  view_position view;
  viewport port;
  std::optional<coroutine_index> selected;
  std::optional<time_range> measured;
  bool following = false;  // the view moves with the end of a live trace
  bool playing = false;
  double speed = 1;
  tab open_tab = tab::findings;
  bool keys_shown = false;
  bool dark = true;
  float interface_scale = 1;
  float side_width = 382, bottom_height = 300, label_width = 196;

  void open(std::unique_ptr<trace_model> opened, bool is_live);
  // Closes the trace and shows the start page, with this line for the user.
  void let_go(std::string why);
  // Call when the trace may have grown: updates the lanes, and the view if it follows the end.
  void trace_grew();
  // Lanes, summaries, wishes or the selection have changed.
  void arrange_rows();
  // Sets the findings; the chosen one stays chosen if it is still there.
  void take_findings(std::vector<finding_group> found);
  // Shows what is worth a first look: the worst finding, else the densest stretch, else the middle.
  void show_story();
  void apply(const action& a);
  // Reads on in a huge trace until that time; returns true if there is something new to draw.
  bool work(std::chrono::steady_clock::time_point until);
  // Call when the window has a new size; the first call shows the whole trace.
  void resize(const viewport& size);

  // The state of the scheduler after the event under the cursor, and before that event.
  const diary::scheduler_state& state() const { return state_; }
  const diary::scheduler_state& state_before() const { return before_; }
  float lane_height() const {
    return lane_height_for(static_cast<std::size_t>(std::ceil(rows.units())), port.lanes_height);
  }
  // The states of a group in view. Made anew only if the view or the trace is another one than last time.
  const std::vector<area_column>& area_of(std::uint32_t group) const;

 private:
  static constexpr double fit_margin = 0.02;  // on either side of the whole trace, as a share of the width

  struct applier;  // viewer_actions.cpp
  void move_to(const cursor& c, bool bring_into_view);
  void remember();
  void set_view(const time_scale& scale);
  void show_lane(coroutine_index c);
  void scroll_to(float scroll);
  void show_end();
  void read_state();
  void tell_trace();
  time_range evidence_range(const finding& f) const;
  time_scale scale_of_story() const;
  void choose(const chosen_finding& c, const finding& f);

  struct kept_area {
    time_scale scale;
    double width = 0;
    std::uint64_t events = 0;
    std::vector<area_column> columns;
  };
  mutable std::unordered_map<std::uint64_t, kept_area> areas_;  // by site; a cache
  diary::scheduler_state state_, before_;
  std::optional<std::uint64_t> state_of_;
  std::vector<view_position> undo_, redo_;
  bool sized_ = false;
  bool own_zoom_ = true;             // the model chooses the zoom of a followed trace; false once the user has zoomed
  std::optional<time_range> story_;  // what the first picture shows; none: the whole trace
};

inline constexpr std::array<double, 10> play_speeds{1e-6, 1e-5, 1e-4, 1e-3, 0.01, 0.1, 1, 10, 100, 1000};

}  // namespace weft::viz
