#include <cmath>

#include "view/state_text.hpp"
#include "view/widgets.hpp"

namespace weft::viz {
namespace {

struct tip {
  std::string head;
  std::vector<std::string> lines;
};

// The last state of a part may continue after the part: its length is then a minimum.
std::string since_until(const trace_model& trace, const trace_part& part, const track& states, std::size_t i) {
  const time_range span = states.span(i, part.end_ns());
  const bool is_cut = i + 1 == states.size() && part.end_event() < trace.event_count();
  return (is_cut ? "more than " : "") + duration_text(span.length_ns()) + ", from " + instant_text(span.begin_ns);
}

const char* word_of(span_kind kind) {
  switch (kind) {
    case span_kind::running:
      return "running";
    case span_kind::ready:
      return "ready";
    case span_kind::io:
      return "waits for I/O";
    case span_kind::other:
      return "waits for another";
    case span_kind::sleeping:
      return "sleeps";
    case span_kind::nothing:
      break;
  }
  return "nothing";
}

// In a huge trace only shares are known, unless the place is shown exactly.
template <class Sums>
tip tip_of_buckets(const trace_model& trace, const std::string& name, std::int64_t t, Sums sums_in) {
  const lane_index* index = trace.roughly({t, t + 1});
  if (index == nullptr) return {};
  const mip_scale& scale = index->scale();
  const time_range range = scale.range_of(scale.bucket_of(t));
  const mip_sums sums = sums_in(*index, range);
  tip what{name + " · in these " + duration_text(range.length_ns()), {}};
  for (std::size_t k = 1; k < sums.ns.size(); ++k) {
    const double per_cent = 100 * sums.ns[k] / static_cast<double>(range.length_ns());
    if (per_cent <= 0) continue;
    const std::string words = per_cent < 1 ? "under 1 %" : "about " + std::to_string(std::lround(per_cent)) + " %";
    what.lines.push_back(std::string(word_of(static_cast<span_kind>(k))) + " " + words);
  }
  if (what.lines.empty()) return {};
  if ((sums.severity & severity::long_run) != 0) what.lines.emplace_back("holds the thread too long");
  what.lines.emplace_back("Zoom in to see each state.");
  return what;
}

tip tip_of_thread(const viewer_model& model, const window_layout& layout, point p, std::int64_t t) {
  const auto i = static_cast<std::size_t>((p.y - layout.threads.y) / layout.thread_height);
  const trace_model& trace = *model.trace;
  const trace_part* part = trace.exactly({t, t});
  if (part == nullptr)
    return tip_of_buckets(trace, "thread", t, [&](const lane_index& index, time_range range) {
      return index.thread_sums_in(static_cast<std::uint32_t>(i), range);
    });
  if (i >= part->threads().size()) return {};
  const thread_track& thread = part->threads()[i];
  const std::size_t at = thread.runs.find_time(t);
  if (at == track::npos || t > trace.end_ns()) return {};
  const coroutine_index who = thread.who[at];
  return {who == nobody ? "nobody runs" : trace.label(who),
          {since_until(trace, *part, thread.runs, at),
           who == nobody ? explanation(span_kind::nothing) : explanation(span_kind::running)}};
}

tip tip_of_lane(const viewer_model& model, const window_layout& layout, point p, std::int64_t t) {
  const trace_model& trace = *model.trace;
  const std::size_t i = lane_at(layout, model, p);
  if (i == track::npos || t > trace.end_ns()) return {};
  coroutine_index who = nobody;
  for (const coroutine_index c : model.lanes.lanes()[i].who) {
    if (trace.record(c).spawn_ns <= t) who = c;
  }
  if (who == nobody) return {};
  const trace_part* part = trace.exactly({t, t});
  if (part == nullptr) {
    return tip_of_buckets(trace, trace.label(who), t, [&](const lane_index& index, time_range range) {
      const std::uint32_t number = index.lane_of(trace.record(who).id);
      return number == lane_index::no_lane ? mip_sums{} : index.sums_in(number, range);
    });
  }
  const coroutine_track* found = part->find(who);
  if (found == nullptr) return {};
  const track& states = found->states;
  const std::size_t at = states.find_time(t);
  if (at == track::npos) return {};
  const span_kind kind = states[at].kind();
  if (kind == span_kind::nothing) return {trace.label(who) + " · " + std::string(to_text(states[at].status())), {}};
  const std::string reason = kind == span_kind::running ? "running"
                             : kind == span_kind::ready ? "ready"
                                                        : words_of(states[at].reason());
  return {trace.label(who) + " · " + reason, {since_until(trace, *part, states, at), explanation(kind)}};
}

}  // namespace

void draw_tooltip(const screen& on, const window_layout& layout, const viewer_model& model) {
  if (!on.mouse) return;
  const point p = *on.mouse;
  tip what;
  if (model.trace && (layout.threads.contains(p) || layout.lanes.contains(p))) {
    const std::int64_t t = x_to_time(model.view.scale, static_cast<double>(p.x - layout.lanes.x));
    what = layout.threads.contains(p) ? tip_of_thread(model, layout, p, t) : tip_of_lane(model, layout, p, t);
  } else {
    for (auto h = on.hits.rbegin(); h != on.hits.rend(); ++h) {
      if (!h->area.contains(p)) continue;
      what.head = h->hint;
      break;
    }
  }
  if (what.head.empty()) return;
  float width = on.to.text_width(what.head, face::body);
  for (const std::string& line : what.lines) width = std::max(width, on.to.text_width(line, face::small));
  const float height = 26 + 16 * static_cast<float>(what.lines.size());
  rect box{p.x + 14, p.y + 18, width + 20, height};
  if (box.right() > layout.window.right() - 4) box.x = layout.window.right() - 4 - box.w;
  if (box.bottom() > layout.window.bottom() - 4) box.y = p.y - 8 - box.h;
  on.to.fill(box, on.colours.raised, 5);
  on.to.frame(box, on.colours.line, 1, 5);
  on.to.text({box.x + 10, box.y + 17}, what.head, face::body, on.colours.text);
  float y = box.y + 33;
  for (const std::string& line : what.lines) {
    on.to.text({box.x + 10, y}, line, face::small, on.colours.text_dim);
    y += 16;
  }
}

}  // namespace weft::viz
