// Runs that held their thread for too long, and who stood ready meanwhile.
#include <algorithm>

#include "analysis/detector.hpp"
#include "analysis/findings.hpp"

namespace weft::viz {
namespace {

// While one coroutine runs, nobody leaves the ready queue of its thread, so those who stand in it at the end of the run
// and came before that end are all who waited for it.
std::string who_stood_ready(const trace_model& trace, std::uint32_t thread, std::uint64_t end_event, time_range run) {
  const diary::scheduler_state state = trace.history().state_after(end_event);
  if (thread >= state.threads().size()) return {};
  std::size_t count = 0;
  std::int64_t longest = 0;
  const diary::coroutine_state* first = nullptr;
  for (const std::uint64_t slot : state.threads()[thread].ready) {
    const diary::coroutine_state* c = state.by_slot(slot);
    if (c == nullptr) continue;
    ++count;
    const std::int64_t waited = run.end_ns - std::max(run.begin_ns, c->since_ns);
    if (first == nullptr || waited > longest) {
      longest = waited;
      first = c;
    }
  }
  if (count == 0) return "Nobody stood ready meanwhile.";
  return counted(count, "coroutine", "coroutines") + " stood ready meanwhile, the longest for " +
         duration_text(longest) + " (" + trace.history().coroutine_label(first->id) + ").";
}

// Timers that were due during the run and fired only after it: the wakes of the first poll that follows.
std::string late_timers(const trace_model& trace, std::uint64_t end_event, time_range run) {
  constexpr std::size_t look_at = 1000;
  std::size_t count = 0;
  std::int64_t latest = 0;
  std::size_t i = trace.first_wake_from(end_event);
  for (const std::size_t last = std::min(trace.wakes().size(), i + look_at); i < last; ++i) {
    const wake& w = trace.wakes()[i];
    const std::int64_t due = w.t_ns - w.late_ns;
    if (w.late_ns == 0 || due < run.begin_ns || due >= run.end_ns) continue;
    ++count;
    latest = std::max(latest, w.late_ns);
  }
  return count == 0 ? std::string()
                    : " " + counted(count, "timer", "timers") + " fired late, by up to " + duration_text(latest) + ".";
}

void add_held(const trace_model& trace, const trace_gaps& gaps, std::uint32_t thread, std::size_t i,
              std::vector<finding>& result) {
  const thread_track& t = trace.threads()[thread];
  const coroutine_index who = t.who[i];
  const bool ended = i + 1 < t.runs.size();
  const std::uint64_t end_event = ended ? t.runs[i + 1].event : trace.event_count();
  if (who == nobody || !gaps.is_whole(thread, t.runs[i].event, end_event)) return;
  finding f;
  f.kind = finding_kind::held_thread;
  f.when = t.runs.span(i, trace.end_ns());
  f.evidence = t.runs[i].event;
  f.who = who;
  f.coroutine = trace.coroutines()[who].id;
  f.title = trace.label(who) + " held the thread for " + duration_text(f.when.length_ns());
  f.detail = who_stood_ready(trace, thread, end_event, f.when);
  if (ended) f.detail += late_timers(trace, end_event, f.when);
  if (!ended) f.detail += " It still does when the trace ends.";
  const std::string site = trace.site_text(who);
  if (!site.empty()) f.detail += " Spawned at " + site + ".";
  result.push_back(std::move(f));
}

}  // namespace

std::vector<finding> held_threads(const trace_model& trace) {
  const trace_gaps gaps(trace.history());
  std::vector<finding> result;
  for (std::uint32_t thread = 0; thread < trace.threads().size(); ++thread) {
    const track& runs = trace.threads()[thread].runs;
    for (const std::uint32_t i : runs.long_runs()) add_held(trace, gaps, thread, i, result);
    if (!runs.empty() && runs.is_long_run(runs.size() - 1, trace.end_ns())) {
      add_held(trace, gaps, thread, runs.size() - 1, result);
    }
  }
  std::stable_sort(result.begin(), result.end(),
                   [](const finding& a, const finding& b) { return a.when.begin_ns < b.when.begin_ns; });
  return result;
}

}  // namespace weft::viz
