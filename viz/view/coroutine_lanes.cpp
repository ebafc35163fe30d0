// One lane per coroutine, below the threads; a label shows the coroutine's state at the cursor.
#include <algorithm>
#include <cmath>
#include <utility>

#include "view/group_row.hpp"
#include "view/lane_painter.hpp"
#include "view/state_text.hpp"
#include "view/widgets.hpp"

namespace weft::viz {
namespace {

void draw_label(const screen& on, const rect& area, const viewer_model& model, const lane& l) {
  const trace_model& trace = *model.trace;
  const coroutine_index who = present_in(l, trace, model.at.event);
  const bool chosen = model.selected == who;
  std::string state = state_text(trace, model.state(), who, model.at.event);
  if (l.who.size() > 1) state += " · 1 of " + std::to_string(l.who.size());
  const float room = area.w - 28;
  const colour ink = chosen ? on.colours.accent : on.colours.text;
  if (area.h >= 32) {
    const float y = std::round(area.y + area.h / 2 - 3);
    text_in(on.to, {area.x + 16, y}, trace.label(who), chosen ? face::strong : face::body, ink, room);
    text_in(on.to, {area.x + 16, y + 14}, state, face::small, on.colours.text_faint, room);
    return;
  }
  const std::string name = fitted(on.to, trace.label(who), face::body, room);
  const float y = std::round(area.y + area.h / 2 + 4);
  on.to.text({area.x + 16, y}, name, face::body, ink);
  const float used = on.to.text_width(name, face::body) + 8;
  text_in(on.to, {area.x + 16 + used, y}, state, face::small, on.colours.text_faint, room - used);
}

void draw_lane(const screen& on, const rect& row, const viewer_model& model, coroutine_index c, time_range in_view) {
  const trace_model& trace = *model.trace;
  if (const trace_part* part = trace.exactly(in_view)) {
    const coroutine_track* found = part->find(c);
    if (found == nullptr) return;
    const track& states = found->states;
    lane_look look;
    look.overdue_ns = [part, &states](std::size_t span) -> std::int64_t {
      const wake* w = span + 1 < states.size() ? part->wake_at(states[span + 1].event) : nullptr;
      return w == nullptr ? 0 : w->late_ns;
    };
    paint_track(on, row, states, model.view.scale, part->end_ns(), look);
    return;
  }
  const lane_index& index = *trace.roughly(in_view);
  const std::uint32_t number = index.lane_of(trace.record(c).id);
  if (number == lane_index::no_lane) return;
  const auto sums_in = [&](time_range range) { return index.sums_in(number, range); };
  paint_buckets(on, row, sums_in, index.extent(number), model.view.scale, false);
}

// The coroutines of a lane that are alive in view; in a lane they follow each other.
std::pair<std::vector<coroutine_index>::const_iterator, std::vector<coroutine_index>::const_iterator> lives_in(
    const lane& l, const trace_model& trace, time_range in_view) {
  const auto from = std::partition_point(l.who.begin(), l.who.end(), [&](coroutine_index c) {
    return diary::ended(trace.record(c).end_status) && trace.record(c).end_ns < in_view.begin_ns;
  });
  const auto to = std::partition_point(from, l.who.end(),
                                       [&](coroutine_index c) { return trace.record(c).spawn_ns < in_view.end_ns; });
  return {from, to};
}

bool has_evidence(const viewer_model& model, const lane_row& what) {
  const auto lane_has = [&](std::uint32_t index) {
    const std::vector<coroutine_index>& who = model.lanes.lanes()[index].who;
    return std::any_of(who.begin(), who.end(), [&](coroutine_index c) { return model.lit->has(c); });
  };
  if (!what.is_group) return lane_has(what.index);
  const std::vector<std::uint32_t>& lanes = model.rows.groups()[what.index].lanes;
  return std::any_of(lanes.begin(), lanes.end(), lane_has);
}

// `row` is the part of `whole` without the label.
void dim_all_but_evidence(const screen& on, const rect& row, const rect& whole, const viewer_model& model,
                          bool is_evidence) {
  if (is_evidence) {
    paint_dimmed(on, row, model.lit->when, model.view.scale);
  } else {
    paint_dimmed(on, {whole.x, whole.y, row.x - whole.x, whole.h});
    paint_dimmed(on, row);
  }
}

void draw_one_lane(const screen& on, const window_layout& layout, const viewer_model& model, const lane_row& what,
                   const rect& row, const rect& label, time_range in_view) {
  const lane& l = model.lanes.lanes()[what.index];
  draw_label(on, what.inside ? rect{label.x + 14, label.y, label.w - 14, label.h} : label, model, l);
  if (on.mouse && label.contains(*on.mouse)) {
    on.on_click(label, act::select{present_in(l, *model.trace, model.at.event)});
  }
  const clip_scope inner(on.to, layout.lanes);
  const auto [from, to] = lives_in(l, *model.trace, in_view);
  for (auto c = from; c != to; ++c) draw_lane(on, row, model, *c, in_view);
}

}  // namespace

std::vector<std::string> lane_names_in_view(const window_layout& layout, const viewer_model& model) {
  const float unit = model.lane_height();
  const lane_range seen = model.rows.within(model.view.scroll / unit, (model.view.scroll + layout.lanes.h) / unit);
  std::vector<std::string> names;
  for (const lane_row& row : model.rows.rows().subspan(seen.first, seen.last - seen.first)) {
    const lane* l = row.is_group ? nullptr : &model.lanes.lanes()[row.index];
    names.push_back(l == nullptr ? model.rows.groups()[row.index].name
                                 : model.trace->label(present_in(*l, *model.trace, model.at.event)));
  }
  return names;
}

void draw_coroutine_lanes(const screen& on, const window_layout& layout, const viewer_model& model) {
  const float unit = model.lane_height();
  const lane_range seen = model.rows.within(model.view.scroll / unit, (model.view.scroll + layout.lanes.h) / unit);
  const rect both{layout.lane_labels.x, layout.lanes.y, layout.lane_labels.w + layout.lanes.w + 8, layout.lanes.h};
  const clip_scope clip(on.to, both);
  const time_range in_view = visible_range(model.view.scale, static_cast<double>(layout.lanes.w));
  for (std::size_t i = seen.first; i < seen.last; ++i) {
    const lane_row& what = model.rows.rows()[i];
    const rect row = row_rect(layout, model, i);
    const rect whole{both.x, row.y, both.w, row.h};
    if (!what.is_group && model.selected && model.lanes.lane_of(*model.selected) == what.index) {
      on.to.fill(whole, on.colours.row);
    } else if (on.hovered(whole) && on.hovered(both)) {
      on.to.fill(whole, on.colours.text.faded(0.035f));
    }
    on.to.line({both.x, row.bottom()}, {both.right(), row.bottom()}, on.colours.line.faded(0.6f), 1);
    const rect label{layout.lane_labels.x, row.y, layout.lane_labels.w, row.h};
    if (what.is_group) {
      draw_group(on, layout, model, what.index, row, label);
    } else {
      draw_one_lane(on, layout, model, what, row, label, in_view);
    }
    if (model.lit) dim_all_but_evidence(on, row, whole, model, has_evidence(model, what));
  }
  if (model.rows.rows().empty() && !model.row_wishes.filter.empty()) {
    on.to.text({layout.lanes.x + 16, layout.lanes.y + 28}, "No name has these letters: Esc shows all lanes.",
               face::body, on.colours.text_dim);
  }
  // A scroll mark, if not all lanes fit.
  const float content = model.rows.units() * unit;
  if (content > layout.lanes.h) {
    const float share = layout.lanes.h / content;
    const float y = layout.lanes.y + model.view.scroll * share;
    on.to.fill({layout.lanes.right() + 2, y, 4, layout.lanes.h * share}, on.colours.sleeping.faded(0.7f), 2);
  }
}

}  // namespace weft::viz
