#include "panels/statistics_rows.hpp"

#include <algorithm>

#include "model/search_words.hpp"
#include "trace/words/time_sums.hpp"
#include "view/state_text.hpp"

namespace weft::viz {
namespace {

const char* title_of(grouping by) {
  switch (by) {
    case grouping::site:
      return "spawn site";
    case grouping::reason:
      return "wait reason";
    default:
      return "coroutine";
  }
}

}  // namespace

statistics_rows::statistics_rows(const viewer_model& model, std::optional<sorting> by, const std::string& filter)
    : model_(model) {
  columns_.push_back({title_of(model.statistics_by), 0, false, true});
  for (const statistics_column& c : statistics_columns()) {
    if (!c.in_window || !c.is_of(model.statistics_by)) continue;
    values_.push_back(&c);
    columns_.push_back({std::string(c.title), 92, true, true});
  }
  if (model.analysed != viewer_model::analysis_state::done) return;
  const std::size_t all =
      model.statistics_by == grouping::coroutine ? model.summaries.size() : model.grouped_statistics.size();
  for (std::size_t i = 0; i < all; ++i) {
    if (filter.empty() || contains_letters(name_of(i), filter)) order_.push_back(static_cast<std::uint32_t>(i));
  }
  if (by && by->column < columns_.size()) {
    const auto before = [&](std::uint32_t a, std::uint32_t b) {
      if (by->column == 0) return name_of(a) < name_of(b);
      const statistics_column& c = *values_[by->column - 1];
      return c.value(at(a)) < c.value(at(b));
    };
    std::stable_sort(order_.begin(), order_.end(),
                     [&](std::uint32_t a, std::uint32_t b) { return by->descending ? before(b, a) : before(a, b); });
  }
  if (!model.selected || model.statistics_by != grouping::coroutine) return;
  const auto found = std::find_if(order_.begin(), order_.end(),
                                  [&](std::uint32_t i) { return model.summaries[i].who == *model.selected; });
  if (found != order_.end()) current_ = static_cast<std::size_t>(found - order_.begin());
}

const statistics_row& statistics_rows::at(std::size_t i) const {
  if (model_.statistics_by == grouping::coroutine) return model_.summaries[i];
  return model_.grouped_statistics[i];
}

std::string statistics_rows::name_of(std::size_t i) const {
  if (model_.statistics_by == grouping::coroutine) return model_.trace->label(model_.summaries[i].who);
  return model_.grouped_statistics[i].name;
}

table_row statistics_rows::row(std::size_t i) const {
  const std::uint32_t index = order_[i];
  const statistics_row& r = at(index);
  table_row row;
  if (model_.statistics_by == grouping::coroutine) {
    const coroutine_index who = model_.summaries[index].who;
    row.here = model_.selected == who;
    row.open = act::select{who};
    row.hint = model_.trace->site_text(who);
  }
  row.cells.push_back({name_of(index), row.here ? tone::chosen : tone::normal});
  for (const statistics_column* c : values_) {
    const std::int64_t value = c->value(r);
    const bool is_duration = c->what == statistics_column::kind::duration;
    const bool held = c->key == "longest_run_ns" && value >= model_.trace->limits().long_run_ns;
    row.cells.push_back({is_duration ? duration_text(value) : std::to_string(value), held ? tone::severe : tone::dim});
  }
  return row;
}

std::string statistics_rows::when_empty() const {
  switch (model_.analysed) {
    case viewer_model::analysis_state::going_on:
      return "Still counting: the whole trace is read for that.";
    case viewer_model::analysis_state::left_out:
      return "Not counted in a picture of so many events: weft stat tells.";
    case viewer_model::analysis_state::done:
      return "No name has these letters.";
  }
  return {};
}

std::string totals_text(const viewer_model& model) {
  if (model.analysed != viewer_model::analysis_state::done) return {};
  const trace_model& trace = *model.trace;
  const std::int64_t all_ns = diary::sum_ns(model.totals.run_ns, model.totals.idle_ns);
  std::string text = std::to_string(model.totals.coroutines) + " coroutines · " +
                     std::to_string(model.totals.switches) + " switches · " + std::to_string(trace.event_count()) +
                     " events · " + duration_text(trace.whole().length_ns()) + " · busy " +
                     std::to_string(diary::per_cent(model.totals.run_ns, all_ns)) + " %";
  if (trace.events().info().lost > 0) text += " · " + std::to_string(trace.events().info().lost) + " events lost";
  return text;
}

}  // namespace weft::viz
