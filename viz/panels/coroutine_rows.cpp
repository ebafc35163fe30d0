#include "panels/coroutine_rows.hpp"

#include <algorithm>

#include "trace/words/time_sums.hpp"
#include "view/lane_painter.hpp"
#include "view/state_text.hpp"

namespace weft::viz {
namespace {

std::string share_text(std::int64_t part, std::int64_t whole) {
  return duration_text(part) + " · " + std::to_string(diary::per_cent(part, whole)) + " %";
}

}  // namespace

fact_rows::fact_rows(const viewer_model& model) : model_(model) {
  if (!model.selected) return;
  const trace_model& trace = *model.trace;
  const coroutine_index who = *model.selected;
  const diary::coroutine_record& record = trace.record(who);
  add("name", trace.label(who) + "  #" + std::to_string(record.id));
  add("at the cursor", state_text(trace, model.state(), who, model.at.event));
  add("spawned", instant_text(record.spawn_ns), tone::normal, act::go_to_time{record.spawn_ns});
  const std::string site = trace.site_text(who);
  if (!site.empty()) add("at", site);
  if (record.parent != 0) {
    const std::optional<coroutine_index> parent = trace.find_coroutine(record.parent);
    add("by", trace.history().coroutine_label(record.parent), tone::chosen,
        parent ? std::optional<action>(act::select{*parent}) : std::nullopt);
  }
  if (!record.error.empty()) add("failed", record.error, tone::severe);
  const auto found = std::find_if(model.summaries.begin(), model.summaries.end(),
                                  [&](const coroutine_summary& s) { return s.who == who; });
  if (found != model.summaries.end()) add_times(*found);
}

void fact_rows::add(const char* name, std::string value, tone ink, std::optional<action> open) {
  table_row row;
  row.cells = {{name, tone::faint}, {std::move(value), ink}};
  row.open = std::move(open);
  rows_.push_back(std::move(row));
}

void fact_rows::add_times(const coroutine_summary& s) {
  const std::int64_t whole = diary::sum_ns(diary::sum_ns(s.run_ns, s.ready_ns), s.blocked_ns);
  add("running", share_text(s.run_ns, whole) + " in " + std::to_string(s.runs) + " runs");
  add("ready", share_text(s.ready_ns, whole));
  add("blocked", share_text(s.blocked_ns, whole));
  const bool held = s.longest_run_ns >= model_.trace->limits().long_run_ns;
  add("longest run", duration_text(s.longest_run_ns), held ? tone::severe : tone::normal,
      act::go_to_event{s.longest_run_event});
  add("ready until run", "p50 " + duration_text(s.delay.percentile_ns(50)) + " · p99 " +
                             duration_text(s.delay.percentile_ns(99)) + " · max " + duration_text(s.delay.max_ns()));
}

wake_rows::wake_rows(const viewer_model& model) : model_(model) {
  if (!model.selected) return;
  part_ = &model.trace->around(model.at.event);
  const coroutine_track* const found = part_->find(*model.selected);
  if (found == nullptr) return;
  const auto later = std::partition_point(found->wakes.begin(), found->wakes.end(),
                                          [&](std::uint32_t i) { return part_->wakes()[i].event <= model.at.event; });
  wakes_.assign(std::make_reverse_iterator(later), found->wakes.rend());
}

table_row wake_rows::row(std::size_t i) const {
  const trace_model& trace = *model_.trace;
  const wake& w = part_->wakes()[wakes_[i]];
  const std::optional<transition> run = run_after(*part_, w);
  const std::string delay = run                                        ? duration_text(run->t_ns - w.t_ns)
                            : part_->end_event() < trace.event_count() ? "later"
                                                                       : "never";
  table_row row;
  row.cells = {{instant_text(w.t_ns), tone::dim},
               {w.waker == nobody ? "poller" : trace.label(w.waker)},
               {words_of(w.reason), tone::dim},
               {delay, run ? tone::dim : tone::severe}};
  row.open = act::go_to_event{w.event};
  row.here = w.event == model_.at.event;
  return row;
}

std::string wake_rows::when_empty() const {
  if (!model_.selected) return {};
  return part_->begin_event() > 0 ? "No wake near the cursor: [ goes to the one before."
                                  : "Nobody has woken it up to the cursor.";
}

}  // namespace weft::viz
