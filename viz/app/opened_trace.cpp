#include "app/opened_trace.hpp"

#include <algorithm>

#include "analysis/densest_switches.hpp"
#include "analysis/event_sentence.hpp"
#include "analysis/explanation.hpp"
#include "analysis/findings.hpp"
#include "analysis/statistics.hpp"
#include "analysis/summaries.hpp"
#include "app/program_end.hpp"

namespace weft::viz {
namespace {

// With a margin of a fifth of the view on either side.
time_range widened(time_range r) { return {r.begin_ns - r.length_ns() / 3, r.end_ns + r.length_ns() / 3}; }

}  // namespace

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
  model.take_findings(find_all(*model.trace, model.live));
  if (model.finding_groups.empty() && !model.live) {
    densest_switches densest;
    model.trace->events().walk(0).for_each([&](const diary::event& e) {
      densest.take(e);
      return true;
    });
    model.densest = densest.result();
  }
  model.summaries = summarise_all(*model.trace);
  count_statistics(model);
  model.arrange_rows();  // the worst lanes of a group look out of it
}

void sentence_keeper::keep(viewer_model& model) {
  if (!model.trace || model.trace->event_count() == 0) {
    model.sentence = {};
    model.why.clear();
    trace_ = nullptr;
    return;
  }
  const trace_model& trace = *model.trace;
  const bool is_same = trace_ == &trace && events_ == trace.event_count() && event_ == model.at.event &&
                       t_ns_ == model.at.t_ns && selected_ == model.selected;
  if (is_same) return;
  trace_ = &trace;
  events_ = trace.event_count();
  event_ = model.at.event;
  t_ns_ = model.at.t_ns;
  selected_ = model.selected;
  model.sentence = event_sentence_of(trace, model.at.event);
  model.why.clear();
  if (!model.selected) return;
  const std::uint64_t id = trace.record(*model.selected).id;
  model.why = text_of(explain(trace.history(), model.at.event + 1, model.at.t_ns, id));
}

void count_statistics(viewer_model& model) {
  model.grouped_statistics.clear();
  if (model.trace->is_huge() || model.statistics_by == grouping::coroutine) return;
  model.grouped_statistics = compute_statistics(model.trace->history(), model.statistics_by);
}

void look_at_the_story(viewer_model& model) {
  const trace_model& trace = *model.trace;
  if (trace.is_huge() && model.finding_groups.empty() && model.densest.length_ns() == 0) {
    // The findings have not been made yet, but long runs are known.
    const std::vector<held_run> held = trace.held_runs();
    const auto longest = std::max_element(held.begin(), held.end(), [](const held_run& a, const held_run& b) {
      return a.when.length_ns() < b.when.length_ns();
    });
    if (longest != held.end()) {
      model.apply(act::show_range{widened(longest->when)});
      model.apply(act::go_to_time{longest->when.begin_ns + longest->when.length_ns() * 3 / 4});
      if (const auto who = trace.find_coroutine(longest->coroutine)) model.apply(act::select{*who});
      return;
    }
  }
  model.show_story();
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
  if (model.finding_groups.empty()) model.analysed = viewer_model::analysis_state::going_on;
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
  model.take_findings(std::move(found.findings));
  model.densest = found.densest;
  model.summaries = std::move(found.summaries);
  model.totals = found.totals;
  model.analysed = viewer_model::analysis_state::done;
  model.arrange_rows();
  return true;
}

}  // namespace weft::viz
