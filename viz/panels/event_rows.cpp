#include "panels/event_rows.hpp"

#include <algorithm>

#include "view/state_text.hpp"

namespace weft::viz {

event_rows::event_rows(const viewer_model& model, const event_filter* filter)
    : model_(model), filter_(filter), several_threads_(model.trace->thread_count() > 1) {
  const std::uint64_t count = model.trace->event_count();
  if (count > most_rows) {
    // In steps, so that small movements of the cursor do not move the rows.
    constexpr std::uint64_t step = most_rows / 4;
    const std::uint64_t around = model.at.event / step * step;
    first_ = std::min(around < most_rows / 2 ? 0 : around - most_rows / 2, count - most_rows);
  }
  columns_.push_back({"event", 72, true});
  columns_.push_back({"time", 104, true});
  if (several_threads_) columns_.push_back({"thread", 46, true});
  columns_.push_back({"coroutine", 170});
  columns_.push_back({"what", 124});
  columns_.push_back({"details"});
}

std::size_t event_rows::count() const {
  if (filter_ != nullptr) return filter_->found().size();
  return static_cast<std::size_t>(std::min(model_.trace->event_count(), most_rows));
}

table_row event_rows::row(std::size_t i) const {
  const trace_model& trace = *model_.trace;
  const diary::event e = trace.events().at(filter_ != nullptr ? filter_->found()[i] : first_ + i);
  const event_words words = describe(trace, e);
  const coroutine_index who = trace.running_before(e.thread, e.n);
  table_row row;
  row.here = e.n == model_.at.event;
  const tone ink = row.here ? tone::normal : tone::dim;
  row.cells.push_back({std::to_string(e.n), tone::faint});
  row.cells.push_back({instant_text(e.t_ns), ink});
  if (several_threads_) row.cells.push_back({std::to_string(e.thread), tone::faint});
  row.cells.push_back({words.who, model_.selected && who == *model_.selected ? tone::chosen : tone::normal});
  row.cells.push_back({words.what, ink});
  row.cells.push_back({words.details, tone::dim});
  row.open = act::go_to_event{e.n};
  return row;
}

std::size_t event_rows::current() const {
  const std::uint64_t at = model_.at.event;
  if (filter_ == nullptr) return static_cast<std::size_t>(at - std::min(at, first_));
  const std::vector<std::uint64_t>& found = filter_->found();
  const auto next = std::lower_bound(found.begin(), found.end(), at);
  return next == found.end() ? npos : static_cast<std::size_t>(next - found.begin());
}

std::string event_rows::when_empty() const {
  if (filter_ == nullptr) return {};
  return filter_->is_done(*model_.trace) ? "No event has all of these words." : "Looking…";
}

}  // namespace weft::viz
