// One row per coroutine, longest running time first; the sums of the whole trace are above.
#include <cmath>
#include <string>
#include <vector>

#include "model/statistics_columns.hpp"
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
  std::vector<const statistics_column*> columns;
  for (const statistics_column& c : statistics_columns()) {
    if (c.in_window && c.is_of(grouping::coroutine)) columns.push_back(&c);
  }
  const float step = std::min(110.0f, (body.w - name_width - 40) / static_cast<float>(columns.size()));
  rect rows = body;
  rows.cut_top(24);
  const rect head = rows.cut_top(18);
  on.to.text({body.x + 16, head.y + 12}, "coroutine", face::small, on.colours.text_faint);
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const float right = body.x + 16 + name_width + step * static_cast<float>(i + 1);
    on.to.text({right, head.y + 12}, std::string(columns[i]->title), face::small, on.colours.text_faint, align::right);
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
    for (std::size_t c = 0; c < columns.size(); ++c) {
      const std::int64_t value = columns[c]->value(s);
      const bool is_duration = columns[c]->what == statistics_column::kind::duration;
      const bool is_longest_run = columns[c]->key == "longest_run_ns";
      const float right = body.x + 16 + name_width + step * static_cast<float>(c + 1);
      on.to.text({right, y + 14}, is_duration ? duration_text(value) : std::to_string(value), face::mono_small,
                 is_longest_run && held ? on.colours.holding : on.colours.text_dim, align::right);
    }
    on.on_click(row, act::select{s.who});
  }
  return 42 + height * static_cast<float>(model.summaries.size());
}

}  // namespace weft::viz
