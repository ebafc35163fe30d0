#include "app/opened_trace.hpp"

#include <algorithm>

#include "analysis/findings.hpp"
#include "analysis/statistics.hpp"
#include "analysis/summaries.hpp"
#include "app/program_end.hpp"

namespace weft::viz {
std::unique_ptr<trace_model> open_trace(const std::string& path) {
  using diary::history;
  diary::reader quick = diary::reader::open(path, diary::reader::trust::sealed_chunks);
  if (quick.event_count() > model_limits{}.exact_events) {
    return std::make_unique<trace_model>(history(std::move(quick), history::effort::told));
  }
  return std::make_unique<trace_model>(history(diary::reader::open(path)));
}

std::unique_ptr<trace_model> open_trace_without_trust(const std::string& path) {
  using diary::history;
  diary::reader checked = diary::reader::open(path);
  const bool is_huge = checked.event_count() > model_limits{}.exact_events;
  return std::make_unique<trace_model>(
      history(std::move(checked), is_huge ? history::effort::told : history::effort::everything));
}

void analyse(viewer_model& model) {
  if (model.trace->is_huge()) return;
  model.analysed = viewer_model::analysis_state::done;
  model.totals = model.trace->history().totals();
  model.findings = find_all(*model.trace, model.live);
  model.summaries = summarise_all(*model.trace);
  count_statistics(model);
  model.arrange_rows();  // the worst lanes of a group look out of it
}

void count_statistics(viewer_model& model) {
  model.grouped_statistics.clear();
  if (model.trace->is_huge() || model.statistics_by == grouping::coroutine) return;
  model.grouped_statistics = compute_statistics(model.trace->history(), model.statistics_by);
}

void look_at_the_story(viewer_model& model) {
  const trace_model& trace = *model.trace;
  if (trace.event_count() == 0) return;
  if (trace.is_huge()) {
    // The findings have not been made yet, but long runs are known.
    const std::vector<held_run> held = trace.held_runs();
    const auto first = std::min_element(held.begin(), held.end(), [](const held_run& a, const held_run& b) {
      return a.when.begin_ns < b.when.begin_ns;
    });
    const bool is_held = first != held.end();
    model.apply(act::go_to_time{is_held ? first->when.begin_ns + first->when.length_ns() * 3 / 4
                                        : trace.begin_ns() + trace.whole().length_ns() / 2});
    const auto who = is_held ? trace.find_coroutine(first->coroutine) : std::nullopt;
    if (who) model.apply(act::select{*who});
  } else if (!model.findings.empty() && model.findings.front().kind == finding_kind::held_thread) {
    const finding& f = model.findings.front();
    // Within the run, so that the panel shows the coroutines that wait for its end.
    model.apply(act::go_to_time{f.when.begin_ns + f.when.length_ns() * 3 / 4});
    if (f.who != nobody) model.apply(act::select{f.who});
  } else {
    model.apply(act::go_to_time{trace.begin_ns() + trace.whole().length_ns() / 2});
  }
}

bool live_trace::refresh(viewer_model& model, clock::time_point now) {
  using namespace std::chrono_literals;
  const bool grew = model.trace->refresh();
  if (grew) {
    model.trace_grew();
    model.rates.take_in(*model.trace);
  }
  bool ended = false;
  if (now >= next_look_at_program_) {
    next_look_at_program_ = now + 1s;
    const diary::file_info& info = model.trace->events().info();
    // Read once more after the end: the read above has the last events only if the program ended before it.
    const std::string how = end_of_program(model.live_pid != 0 ? model.live_pid : info.pid);
    ended = !grew && (info.complete || !how.empty());
    if (ended) {
      model.program = {};
      // A program may record in parts of its life only: that its trace is complete says nothing of its end.
      model.program.end = !how.empty() ? how : "ended";
      model.apply(act::go_to_last{});
      model.live = false;
      model.following = false;
    }
  }
  if (ended || (grew && now >= next_analysis_)) {
    if (model.trace->is_huge()) {
      start_analysis(model, now);
    } else {
      analyse(model);
      next_analysis_ = clock::now() + std::max<clock::duration>(500ms, (clock::now() - now) * 20);
    }
  }
  return grew || ended;
}

void live_trace::start_analysis(viewer_model& model, clock::time_point now) {
  // The findings so far stay valid during the new analysis.
  if (model.findings.empty()) model.analysed = viewer_model::analysis_state::going_on;
  analysis_.reset();
  analysis_began_ = now;
  next_analysis_ = clock::time_point::max();
  analysis_ =
      std::make_unique<analysis_job>(model.trace->events().info().path, model.trace->limits().long_run_ns, model.live);
}

bool live_trace::take_analysis(viewer_model& model, clock::time_point now) {
  if (!analysis_ || !analysis_->is_done()) return false;
  analysis found = analysis_->take();
  analysis_.reset();
  next_analysis_ = now + std::max<clock::duration>(std::chrono::milliseconds(500), (now - analysis_began_) * 20);
  model.findings = std::move(found.findings);
  model.summaries = std::move(found.summaries);
  model.totals = found.totals;
  model.analysed = viewer_model::analysis_state::done;
  model.arrange_rows();
  return true;
}

}  // namespace weft::viz
