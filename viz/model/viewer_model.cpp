#include "model/viewer_model.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "model/pixel_spans.hpp"

namespace weft::viz {
namespace {

constexpr double story_margin = 0.2;           // on either side of a finding
constexpr std::uint64_t around_an_event = 50;  // events on either side of a finding that lasts no time
constexpr double follow_margin = 0.06;         // free space to the right of the newest event, as a share of the width
constexpr std::int64_t follow_ns = 2'000'000'000;  // the visible stretch of a live trace, unless the user zooms
constexpr std::size_t undo_limit = 200;

}  // namespace

void viewer_model::let_go(std::string reason) {
  trace.reset();
  notice = std::move(reason);
  live = following = playing = false;
  lanes = {};
  rows = {};
  areas_.clear();
  finding_groups.clear();
  chosen.reset();
  lit.reset();
  densest = {};
  story_.reset();
  summaries.clear();
  grouped_statistics.clear();
  strip.clear();
  totals = {};
  analysed = analysis_state::done;
  selected.reset();
  measured.reset();
  at = {};
  state_ = before_ = diary::scheduler_state();
  state_of_.reset();
  undo_.clear();
  redo_.clear();
}

void viewer_model::open(std::unique_ptr<trace_model> opened, bool is_live) {
  trace = std::move(opened);
  live = is_live;
  lanes = {};
  row_wishes = {};
  areas_.clear();
  lanes.update(*trace);
  finding_groups.clear();
  chosen.reset();
  lit.reset();
  densest = {};
  story_.reset();
  selected.reset();
  measured.reset();
  state_of_.reset();
  undo_.clear();
  redo_.clear();
  view.scroll = 0;
  arrange_rows();
  strip = overview(*trace, port.overview_columns);
  view.scale = fit(trace->whole(), port.lanes_width, fit_margin);
  following = is_live;
  own_zoom_ = true;
  playing = false;
  at = is_live ? cursor_at_event(*trace, trace->event_count()) : cursor_at_event(*trace, 0);
  read_state();
}

void viewer_model::trace_grew() {
  lanes.update(*trace);
  arrange_rows();
  strip = overview(*trace, port.overview_columns);
  if (following) show_end();
  tell_trace();
}

void viewer_model::tell_trace() {
  if (!trace || !trace->is_huge()) return;
  const auto column_ns = static_cast<std::int64_t>(std::ceil(view.scale.ns_per_px * column_px));
  trace->look_at(visible_range(view.scale, port.lanes_width), column_ns);
}

bool viewer_model::work(std::chrono::steady_clock::time_point until) {
  if (!trace || !trace->has_work()) return false;
  const bool was_indexed = trace->is_indexed();
  if (!trace->work(until)) return false;
  if (!was_indexed) trace_grew();
  return true;
}

void viewer_model::take_findings(std::vector<finding_group> found) {
  const auto before = chosen;
  const std::vector<finding_group> old = std::exchange(finding_groups, std::move(found));
  chosen.reset();
  if (!before || before->group >= old.size()) return;
  const finding& was = old[before->group].worst;
  for (std::size_t i = 0; i < finding_groups.size(); ++i) {
    const finding& is = finding_groups[i].worst;
    // Its instances are in the order of time: a live trace adds new ones behind the chosen one.
    if (is.kind == was.kind && is.site == was.site && is.cause == was.cause) chosen = {i, before->instance};
  }
}

void viewer_model::show_story() {
  if (!trace || trace->event_count() == 0) return;
  const time_range whole = trace->whole();
  if (!finding_groups.empty()) {
    const finding& f = finding_groups.front().worst;
    choose({0}, f);
    // Within a long run, so that the panel shows the coroutines that wait for its end.
    move_to(f.kind == finding_kind::held_thread ? cursor_at_time(*trace, f.when.begin_ns + f.when.length_ns() * 3 / 4)
                                                : cursor_at_event(*trace, f.evidence),
            false);
    if (f.who != nobody) apply(act::select{f.who});
  } else if (densest.length_ns() > 0) {
    story_ = densest;
    set_view(scale_of_story());
    // Where it begins: in the middle there may be nothing to tell.
    move_to(cursor_at_time(*trace, densest.begin_ns), false);
  } else {
    move_to(cursor_at_time(*trace, whole.begin_ns + whole.length_ns() / 2), true);
  }
  tell_trace();
}

time_range viewer_model::evidence_range(const finding& f) const {
  time_range range = f.when;
  if (f.kind == finding_kind::wait_cycle) {
    // The last wait closes the cycle; the others began before.
    const diary::scheduler_state then = trace->state_after(f.evidence + 1);
    for (const std::uint64_t id : f.others) {
      if (const diary::coroutine_state* const c = then.by_id(id))
        range.begin_ns = std::min(range.begin_ns, c->since_ns);
    }
  }
  if (range.length_ns() > 0) return range;
  const std::uint64_t last = trace->event_count() - 1, n = std::min(f.evidence, last);
  range.begin_ns = trace->events().at(n - std::min(n, around_an_event)).t_ns;
  range.end_ns = trace->events().at(std::min(last, n + around_an_event)).t_ns;
  return {std::max(range.begin_ns, std::min(trace->begin_ns(), f.when.begin_ns)), range.end_ns + 1};
}

// With a margin on both sides, but not with time in which there is no trace: of what lasts from end to end, the whole.
time_scale viewer_model::scale_of_story() const {
  const time_range whole = trace->whole();
  const auto share =
      static_cast<double>(story_->length_ns()) / static_cast<double>(std::max<std::int64_t>(1, whole.length_ns()));
  return share < 0.95 ? fit(*story_, port.lanes_width, story_margin) : fit(whole, port.lanes_width, fit_margin);
}

void viewer_model::choose(const chosen_finding& c, const finding& f) {
  chosen = c;
  story_ = evidence_range(f);
  set_view(scale_of_story());
}

void viewer_model::show_end() {
  at = cursor_at_event(*trace, trace->event_count());
  read_state();
  const double wanted = port.lanes_width * (1 - follow_margin);
  if (own_zoom_) {
    const std::int64_t end = trace->end_ns();
    view.scale = fit({std::max(trace->begin_ns(), end - follow_ns), std::max(end, trace->begin_ns() + 1)}, wanted);
    return;
  }
  const double x = time_to_x(view.scale, trace->end_ns());
  if (x > wanted || x < 0) view.scale = panned(view.scale, x - wanted, trace->whole(), port.lanes_width);
}

void viewer_model::resize(const viewport& size) {
  const bool wider = size.lanes_width != port.lanes_width;
  const bool showed_all = trace && view.scale == fit(trace->whole(), port.lanes_width, fit_margin);
  const bool lower = size.lanes_height < port.lanes_height;
  port = size;
  if (!trace) return;
  if (!sized_) {
    sized_ = true;
    view.scale = story_ ? scale_of_story() : fit(trace->whole(), port.lanes_width, fit_margin);
    if (following) show_end();
  } else if (wider && following) {
    show_end();
  } else if (wider && showed_all) {
    view.scale = fit(trace->whole(), port.lanes_width, fit_margin);
  }
  scroll_to(view.scroll);
  if (lower && selected) show_lane(*selected);
  tell_trace();
  if (strip.size() != port.overview_columns) strip = overview(*trace, port.overview_columns);
}

void viewer_model::scroll_to(float scroll) {
  const float content = rows.units() * lane_height();
  view.scroll = std::clamp(scroll, 0.0f, std::max(0.0f, content - port.lanes_height));
}

void viewer_model::remember() {
  if (!undo_.empty() && undo_.back() == view) return;
  if (undo_.size() == undo_limit) undo_.erase(undo_.begin());
  undo_.push_back(view);
  redo_.clear();
}

void viewer_model::set_view(const time_scale& scale) {
  following = false;
  own_zoom_ = false;
  view.scale = scale;
}

void viewer_model::read_state() {
  if (state_of_ == at.event) return;
  const bool next = state_of_ && *state_of_ + 1 == at.event;
  before_ = next ? std::move(state_) : trace->state_after(at.event);
  state_ = before_;
  if (trace->event_count() > 0) state_.apply(trace->events().at(at.event));
  state_of_ = at.event;
}

void viewer_model::move_to(const cursor& c, bool bring_into_view) {
  at = c;
  read_state();
  if (!bring_into_view) return;
  const double x = time_to_x(view.scale, at.t_ns);
  const double width = port.lanes_width;
  if (x < 0 || x > width) {
    view.scale = panned(view.scale, x - width / 2, trace->whole(), width);
  }
}

void viewer_model::arrange_rows() {
  row_wishes.selected = selected;
  rows.arrange(*trace, lanes, summaries, row_wishes);
  scroll_to(view.scroll);
}

const std::vector<area_column>& viewer_model::area_of(std::uint32_t group) const {
  const lane_group& g = rows.groups()[group];
  kept_area& kept = areas_[g.site];
  const bool is_valid = !trace->has_work() && kept.events == trace->event_count() && kept.scale == view.scale &&
                        kept.width == port.lanes_width && !kept.columns.empty();
  if (!is_valid) {
    kept = {view.scale, port.lanes_width, trace->event_count(),
            group_area(*trace, lanes, g.lanes, view.scale, port.lanes_width)};
  }
  return kept.columns;
}

void viewer_model::show_lane(coroutine_index c) {
  std::size_t row = rows.row_of(lanes.lane_of(c));
  if (row == lane_rows::npos) {
    // What is shown on purpose is not left out by a filter.
    row_wishes.filter.clear();
    arrange_rows();
    row = rows.row_of(lanes.lane_of(c));
  }
  const float unit = lane_height();
  const float top = rows.top(row) * unit, height = rows.height(row) * unit;
  if (top < view.scroll) scroll_to(top);
  if (top + height > view.scroll + port.lanes_height) scroll_to(top + height - port.lanes_height);
}

}  // namespace weft::viz
