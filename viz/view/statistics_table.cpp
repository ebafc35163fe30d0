// One row a coroutine, longest running time first, and the sums of the whole trace above.
#include <array>
#include <cmath>

#include "trace/words/time_sums.hpp"
#include "view/widgets.hpp"

namespace weft::viz {
float draw_statistics_table(const screen& on, const rect& body, const viewer_model& model) {
  const trace_model& trace = *model.trace;
  const diary::history::totals_record& totals = model.totals;
  if (model.analysed != viewer_model::analysis_state::done) {
    const bool goes_on = model.analysed == viewer_model::analysis_state::going_on;
    on.to.text({body.x + 32, body.y + 30},
               goes_on ? "Still counting: the whole trace is read for that."
                       : "Not counted in a picture of so many events: weft stat tells.",
               face::body, on.colours.text_dim);
    return body.h;
  }
  const std::int64_t all_ns = diary::sum_ns(totals.run_ns, totals.idle_ns);
  const std::string sums =
      std::to_string(totals.coroutines) + " coroutines · " + std::to_string(totals.switches) + " switches · " +
      std::to_string(trace.event_count()) + " events · " + duration_text(trace.whole().length_ns()) + " · busy " +
      std::to_string(diary::per_cent(totals.run_ns, all_ns)) + " %" +
      (trace.events().info().lost > 0 ? " · " + std::to_string(trace.events().info().lost) + " events lost" : "");
  text_in(on.to, {body.x + 16, body.y + 14}, sums, face::body, on.colours.text, body.w - 32);

  const float name_width = std::clamp(body.w * 0.22f, 140.0f, 280.0f);
  const float step = std::min(110.0f, (body.w - name_width - 40) / 8);
  constexpr std::array<const char*, 8> heads{"runs",        "running",   "ready",     "blocked",
                                             "longest run", "delay p50", "delay p99", "delay max"};
  rect rows = body;
  rows.cut_top(24);
  const rect head = rows.cut_top(18);
  on.to.text({body.x + 16, head.y + 12}, "coroutine", face::small, on.colours.text_faint);
  for (std::size_t i = 0; i < heads.size(); ++i) {
    const float right = body.x + 16 + name_width + step * static_cast<float>(i + 1);
    on.to.text({right, head.y + 12}, heads[i], face::small, on.colours.text_faint, align::right);
  }
  on.to.line({head.x + 12, head.bottom() - 1}, {head.right() - 12, head.bottom() - 1}, on.colours.line);

  constexpr float height = 20;
  const clip_scope clip(on.to, rows);
  const auto first = static_cast<std::size_t>(model.tab_scroll / height);
  float y = rows.y - std::round(std::fmod(model.tab_scroll, height));
  for (std::size_t i = first; i < model.summaries.size() && y < rows.bottom(); ++i, y += height) {
    const coroutine_summary& s = model.summaries[i];
    const rect row{rows.x + 8, std::max(y, rows.y), rows.w - 16, height};
    if (model.selected == s.who) {
      on.to.fill(row, on.colours.row, 3);
    } else if (on.hovered(row) && on.hovered(rows)) {
      on.to.fill(row, on.colours.text.faded(0.05f), 3);
    }
    text_in(on.to, {body.x + 16, y + 14}, trace.label(s.who), face::body,
            model.selected == s.who ? on.colours.accent : on.colours.text, name_width);
    const bool held = s.longest_run_ns >= trace.limits().long_run_ns;
    const std::array<std::string, 8> cells{std::to_string(s.runs),          duration_text(s.run_ns),
                                           duration_text(s.ready_ns),       duration_text(s.blocked_ns),
                                           duration_text(s.longest_run_ns), duration_text(s.delay_p50_ns),
                                           duration_text(s.delay_p99_ns),   duration_text(s.delay_max_ns)};
    for (std::size_t c = 0; c < cells.size(); ++c) {
      const float right = body.x + 16 + name_width + step * static_cast<float>(c + 1);
      on.to.text({right, y + 14}, cells[c], face::mono_small, c == 4 && held ? on.colours.holding : on.colours.text_dim,
                 align::right);
    }
    on.on_click(row, act::select{s.who});
  }
  return 42 + height * static_cast<float>(model.summaries.size());
}

}  // namespace weft::viz
