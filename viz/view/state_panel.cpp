// The scheduler's state just after the event under the cursor: the running coroutine, the ready queue in order, the
// blocked coroutines and their waits. Entries that this event changed are tinted.
#include <algorithm>
#include <cmath>

#include "view/lane_painter.hpp"
#include "view/state_text.hpp"
#include "view/widgets.hpp"

namespace weft::viz {
namespace {

constexpr float row_height = 21, head_height = 30;

struct entry {
  const diary::coroutine_state* who = nullptr;
  std::size_t place = 0;  // in the ready queue, from 1
};

struct section {
  std::string title;
  span_kind kind;
  std::vector<entry> entries;
  std::size_t shown = 0;
};

std::string since(const viewer_model& model, const diary::coroutine_state& c, const char* word) {
  return std::string(word) + " " + duration_text(std::max<std::int64_t>(0, model.at.t_ns - c.since_ns));
}

// A sleeper whose time is over stays asleep until the scheduler checks its timers again.
std::string sleep_text(const viewer_model& model, const diary::coroutine_state& c) {
  if (!c.deadline_ns) return {};
  const std::int64_t left = *c.deadline_ns - model.at.t_ns;
  return left >= 0 ? "for another " + duration_text(left) : "due, late by " + duration_text(-left);
}

std::string owner_text(const viewer_model& model, const diary::coroutine_state& c) {
  if (c.owner_slot == 0) return {};
  const coroutine_index owner = model.trace->coroutine_of_slot(c.owner_slot, c.since_event + 1);
  return owner == nobody ? std::string() : " of " + model.trace->label(owner);
}

// Computed only for drawn entries: there may be thousands.
std::string right_text(const viewer_model& model, span_kind kind, const diary::coroutine_state& c) {
  switch (kind) {
    case span_kind::running:
      return since(model, c, "for");
    case span_kind::ready:
      return since(model, c, "since");
    case span_kind::io:
      return wait_text(*model.trace, c);
    case span_kind::sleeping:
      return sleep_text(model, c);
    default:
      return wait_text(*model.trace, c) + owner_text(model, c);
  }
}

std::vector<section> sections_of(const viewer_model& model) {
  const diary::scheduler_state& state = model.state();
  std::vector<section> all;
  const bool several = state.threads().size() > 1;
  section running{"RUNNING", span_kind::running, {}, 0};
  for (const diary::thread_state& t : state.threads()) {
    if (const diary::coroutine_state* c = state.by_slot(t.running_slot)) {
      running.entries.push_back({c, 0});
    }
  }
  all.push_back(std::move(running));
  for (std::size_t t = 0; t < state.threads().size(); ++t) {
    const diary::thread_state& thread = state.threads()[t];
    if (several && thread.ready.empty()) continue;
    section ready{several ? "READY on " + model.trace->thread_label(static_cast<std::uint32_t>(t)) + ", in order"
                          : "READY, in order",
                  span_kind::ready,
                  {},
                  0};
    for (const std::uint64_t slot : thread.ready) {
      const diary::coroutine_state* c = state.by_slot(slot);
      if (c != nullptr) ready.entries.push_back({c, ready.entries.size() + 1});
    }
    all.push_back(std::move(ready));
  }
  if (all.size() == 1) all.push_back({"READY, in order", span_kind::ready, {}, 0});
  section io{"WAITING FOR I/O", span_kind::io, {}, 0};
  section sleeping{"SLEEPING", span_kind::sleeping, {}, 0};
  section other{"WAITING FOR OTHERS", span_kind::other, {}, 0};
  for (const diary::coroutine_state* c : state.coroutines()) {
    if (c->status != diary::coroutine_status::blocked) continue;
    switch (kind_of(c->status, c->reason)) {
      case span_kind::io:
        io.entries.push_back({c, 0});
        break;
      case span_kind::sleeping:
        sleeping.entries.push_back({c, 0});
        break;
      default:
        other.entries.push_back({c, 0});
    }
  }
  std::stable_sort(sleeping.entries.begin(), sleeping.entries.end(), [](const entry& a, const entry& b) {
    return a.who->deadline_ns.value_or(INT64_MAX) < b.who->deadline_ns.value_or(INT64_MAX);
  });
  all.push_back(std::move(io));
  all.push_back(std::move(sleeping));
  all.push_back(std::move(other));
  return all;
}

// Shortens the longest sections until all fit; one row counts the omitted entries.
void share_room(std::vector<section>& all, float height) {
  const auto needed = [&] {
    float sum = 0;
    for (const section& s : all) {
      sum += head_height + static_cast<float>(s.shown + (s.shown < s.entries.size() ? 1 : 0)) * row_height;
    }
    return sum;
  };
  for (section& s : all) s.shown = s.entries.size();
  while (needed() > height) {
    const auto longest =
        std::max_element(all.begin(), all.end(), [](const section& a, const section& b) { return a.shown < b.shown; });
    if (longest->shown <= 1) return;
    // Long queues shrink in big steps, because this runs in every frame.
    longest->shown -= longest->shown > 64 ? longest->shown / 2 : 1;
  }
}

void draw_entry(const screen& on, const rect& row, const viewer_model& model, const section& s, const entry& e) {
  const trace_model& trace = *model.trace;
  const coroutine_index who = trace.find_coroutine(e.who->id).value_or(nobody);
  if (who == nobody) return;
  const rect around{row.x - 6, row.y, row.w + 12, row.h};
  const bool changed = e.who->since_event == model.at.event;
  if (changed) {
    on.to.fill(around, on.colours.accent.faded(0.16f), 3);
  } else if (on.hovered(around)) {
    on.to.fill(around, on.colours.text.faded(0.06f), 3);
  }
  bool holds = false;
  if (s.kind == span_kind::running) {
    const trace_part& part = trace.around(model.at.event);
    const coroutine_track* runs = part.find(who);
    const std::size_t i = runs != nullptr ? runs->states.find_event(model.at.event) : track::npos;
    holds = i != track::npos && runs->states.is_long_run(i, part.end_ns());
  }
  paint_swatch(on, {row.x, row.y + 4, 13, 13}, s.kind, holds);
  const std::string words = right_text(model, s.kind, *e.who);
  const std::string prefix = e.place != 0 ? std::to_string(e.place) + "  " : std::string();
  const float right_width = on.to.text_width(words, face::mono_small);
  const float right_room = std::min(right_width, row.w * 0.6f);
  const colour ink = holds ? on.colours.holding : model.selected == who ? on.colours.accent : on.colours.text;
  text_in(on.to, {row.x + 20, row.y + 15}, prefix + trace.label(who), face::body, ink, row.w - right_room - 30);
  const std::string right = fitted(on.to, words, face::mono_small, right_room);
  on.to.text({row.right(), row.y + 15}, right, face::mono_small, on.colours.text_dim, align::right);
  on.on_click(around, act::select{who});
}

}  // namespace

void draw_state_panel(const screen& on, const window_layout& layout, const viewer_model& model) {
  const rect panel = layout.side;
  on.to.fill(panel, on.colours.panel);
  on.to.line({panel.x, panel.y}, {panel.x, panel.bottom()}, on.colours.line);
  const clip_scope clip(on.to, panel);
  const rect inner{panel.x + 16, panel.y, panel.w - 32, panel.h};
  on.to.text({inner.x, inner.y + 26}, "State at the cursor", face::title, on.colours.text);

  std::vector<section> all = sections_of(model);
  const float top = 36;
  share_room(all, panel.h - top - switch_card_height - 30);
  float y = inner.y + top;
  for (const section& s : all) {
    on.to.text({inner.x, y + 19}, s.title, face::heading, on.colours.text_dim);
    if (s.entries.size() > 1) {
      on.to.text({inner.right(), y + 19}, std::to_string(s.entries.size()), face::small, on.colours.text_faint,
                 align::right);
    }
    y += head_height - 3;
    for (std::size_t i = 0; i < s.shown; ++i) {
      draw_entry(on, {inner.x, y, inner.w, row_height}, model, s, s.entries[i]);
      y += row_height;
    }
    if (s.shown < s.entries.size()) {
      const std::string rest = "and " + std::to_string(s.entries.size() - s.shown) + " more";
      on.to.text({inner.x + 20, y + 15}, rest, face::body, on.colours.text_faint);
      y += row_height;
    }
    y += 3;
  }
  draw_switch_card(
      on, {panel.x + 12, std::min(y + 14, panel.bottom() - switch_card_height - 10), panel.w - 24, switch_card_height},
      model);
}

}  // namespace weft::viz
