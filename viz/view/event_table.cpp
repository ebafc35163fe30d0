// The events around the cursor. Virtual: only visible rows are read from the trace.
#include <algorithm>

#include "view/state_text.hpp"
#include "view/widgets.hpp"

namespace weft::viz {
namespace {

struct columns {
  float n, time, thread, who, what, details, end;
};

columns columns_of(const rect& body, bool several_threads) {
  columns c{};
  c.n = body.x + 16;
  c.time = c.n + 84;
  c.thread = c.time + 116;
  c.who = c.thread + (several_threads ? 34.0f : 0.0f);
  c.what = c.who + std::clamp(body.w * 0.17f, 110.0f, 240.0f);
  c.details = c.what + 130;
  c.end = body.right() - 12;
  return c;
}

}  // namespace

float draw_event_table(const screen& on, const rect& body, const viewer_model& model) {
  const trace_model& trace = *model.trace;
  const bool several = trace.thread_count() > 1;
  const columns at = columns_of(body, several);
  rect rows = body;
  const rect head = rows.cut_top(20);
  on.to.text({at.n + 64, head.y + 13}, "event", face::small, on.colours.text_faint, align::right);
  on.to.text({at.time + 96, head.y + 13}, "time", face::small, on.colours.text_faint, align::right);
  if (several) on.to.text({at.thread, head.y + 13}, "thr", face::small, on.colours.text_faint);
  on.to.text({at.who, head.y + 13}, "coroutine", face::small, on.colours.text_faint);
  on.to.text({at.what, head.y + 13}, "what", face::small, on.colours.text_faint);
  on.to.text({at.details, head.y + 13}, "details", face::small, on.colours.text_faint);
  on.to.line({head.x + 12, head.bottom() - 1}, {head.right() - 12, head.bottom() - 1}, on.colours.line);

  const auto fits = static_cast<std::int64_t>(rows.h / event_row_height);
  const auto count = static_cast<std::int64_t>(trace.event_count());
  const std::int64_t middle = static_cast<std::int64_t>(model.at.event) + model.event_offset;
  const std::int64_t first = std::clamp<std::int64_t>(middle - fits / 2, 0, std::max<std::int64_t>(0, count - fits));
  const clip_scope clip(on.to, rows);
  float y = rows.y;
  const auto draw_row = [&](const diary::event& e) {
    const rect row{rows.x + 8, y, rows.w - 16, event_row_height};
    const bool here = e.n == model.at.event;
    if (here) {
      on.to.fill(row, on.colours.accent.faded(0.2f), 3);
    } else if (on.hovered(row)) {
      on.to.fill(row, on.colours.text.faded(0.05f), 3);
    }
    const event_words words = describe(trace, e);
    const coroutine_index who = trace.running_before(e.thread, e.n);
    const bool chosen = model.selected && who == *model.selected;
    const float base = y + 14;
    const colour ink = here ? on.colours.text : on.colours.text_dim;
    on.to.text({at.n + 64, base}, std::to_string(e.n + 1), face::mono_small, on.colours.text_faint, align::right);
    on.to.text({at.time + 96, base}, instant_text(e.t_ns), face::mono_small, ink, align::right);
    if (several) on.to.text({at.thread, base}, std::to_string(e.thread), face::mono_small, on.colours.text_faint);
    text_in(on.to, {at.who, base}, words.who, face::body, chosen ? on.colours.accent : on.colours.text,
            at.what - at.who - 10);
    text_in(on.to, {at.what, base}, words.what, face::mono_small, ink, at.details - at.what - 10);
    text_in(on.to, {at.details, base}, words.details, face::body, on.colours.text_dim, at.end - at.details);
    on.on_click(row, act::go_to_event{e.n});
    y += event_row_height;
    return y < rows.bottom();
  };
  trace.events().for_each(static_cast<std::uint64_t>(first), trace.event_count(), draw_row);
  return body.h;
}

}  // namespace weft::viz
