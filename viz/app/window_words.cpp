#include "app/window_words.hpp"

#include <algorithm>

#include "panels/coroutine_rows.hpp"
#include "view/widgets.hpp"

namespace weft::viz {
namespace {

void add_rows(const table_rows& rows, std::vector<std::string>& lines) {
  const std::size_t count = std::min(rows.count(), most_said_rows);
  const std::size_t current = rows.current() == table_rows::npos ? 0 : rows.current();
  const std::size_t first = std::min(current - std::min(current, most_said_rows / 2), rows.count() - count);
  for (std::size_t i = first; i < first + count; ++i) lines.push_back(text_of(rows.row(i)));
}

}  // namespace

window_words words_of(const viewer_model& model, const window_layout& layout, const table_rows* rows) {
  window_words words;
  words.tab = to_text(model.open_tab);
  words.note = model.note.empty() ? model.notice : model.note;
  if (!model.trace || model.trace->event_count() == 0) return words;
  const trace_model& trace = *model.trace;
  words.event = model.at.event;
  words.t_ns = model.at.t_ns;
  words.seen = visible_range(model.view.scale, model.port.lanes_width);
  words.lanes = lane_names_in_view(layout, model);
  words.sentence = model.sentence.text();
  words.findings = model.finding_groups.size();
  if (rows != nullptr) add_rows(*rows, words.rows);
  if (model.open_tab == tab::coroutine) add_rows(wake_rows(model), words.rows);
  if (model.selected) {
    const std::uint64_t id = trace.record(*model.selected).id;
    words.selected = {id, trace.label(*model.selected)};
    words.why = model.why;
  }
  return words;
}

}  // namespace weft::viz
