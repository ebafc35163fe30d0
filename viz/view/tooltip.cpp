#include <cmath>

#include "view/state_text.hpp"
#include "view/widgets.hpp"

namespace weft::viz {
namespace {

struct tip {
  std::string head;
  std::vector<std::string> lines;
};

std::string since_until(const time_range& span) {
  return duration_text(span.length_ns()) + ", from " + instant_text(span.begin_ns);
}

tip tip_of_thread(const viewer_model& model, const window_layout& layout, point p, std::int64_t t) {
  const auto i = static_cast<std::size_t>((p.y - layout.threads.y) / layout.thread_height);
  const trace_model& trace = *model.trace;
  if (i >= trace.threads().size()) return {};
  const thread_track& thread = trace.threads()[i];
  const std::size_t at = thread.runs.find_time(t);
  if (at == track::npos || t > trace.end_ns()) return {};
  const coroutine_index who = thread.who[at];
  return {who == nobody ? "nobody runs" : trace.label(who),
          {since_until(thread.runs.span(at, trace.end_ns())),
           who == nobody ? explanation(span_kind::nothing) : explanation(span_kind::running)}};
}

tip tip_of_lane(const viewer_model& model, const window_layout& layout, point p, std::int64_t t) {
  const trace_model& trace = *model.trace;
  const std::size_t i = lane_at(layout, model, p);
  if (i == track::npos || t > trace.end_ns()) return {};
  coroutine_index who = nobody;
  for (const coroutine_index c : model.lanes.lanes()[i].who) {
    if (trace.coroutines()[c].states[0].t_ns <= t) who = c;
  }
  if (who == nobody) return {};
  const track& states = trace.coroutines()[who].states;
  const std::size_t at = states.find_time(t);
  const span_kind kind = states[at].kind();
  if (kind == span_kind::nothing) return {trace.label(who) + " · " + std::string(to_text(states[at].status())), {}};
  const std::string reason = kind == span_kind::running ? "running"
                             : kind == span_kind::ready ? "ready"
                                                        : words_of(states[at].reason());
  return {trace.label(who) + " · " + reason, {since_until(states.span(at, trace.end_ns())), explanation(kind)}};
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
