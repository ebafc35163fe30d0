#include "analysis/findings.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace weft::viz {
namespace {

std::string plural(std::size_t count, const char* one, const char* many) {
  return std::to_string(count) + " " + (count == 1 ? one : many);
}

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
  return plural(count, "coroutine", "coroutines") + " stood ready meanwhile, the longest for " +
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
                    : " " + plural(count, "timer", "timers") + " fired late, by up to " + duration_text(latest) + ".";
}

void add_held(const trace_model& trace, std::uint32_t thread, std::size_t i, std::vector<finding>& result) {
  const thread_track& t = trace.threads()[thread];
  const coroutine_index who = t.who[i];
  if (who == nobody) return;
  finding f;
  f.kind = finding_kind::held_thread;
  f.when = t.runs.span(i, trace.end_ns());
  f.evidence = t.runs[i].event;
  f.who = who;
  f.title = trace.label(who) + " held the thread for " + duration_text(f.when.length_ns());
  const bool ended = i + 1 < t.runs.size();
  f.detail = who_stood_ready(trace, thread, ended ? t.runs[i + 1].event : trace.event_count(), f.when);
  if (ended) f.detail += late_timers(trace, t.runs[i + 1].event, f.when);
  if (!ended) f.detail += " It still does when the trace ends.";
  const std::string site = trace.site_text(who);
  if (!site.empty()) f.detail += " Spawned at " + site + ".";
  result.push_back(std::move(f));
}

std::string names_of(const trace_model& trace, const std::vector<const diary::coroutine_state*>& members) {
  constexpr std::size_t named = 6;
  std::string names;
  for (std::size_t i = 0; i < std::min(members.size(), named); ++i) {
    names += (i > 0 ? ", " : "") + trace.history().coroutine_label(members[i]->id);
  }
  return members.size() > named ? names + " and " + std::to_string(members.size() - named) + " more." : names + ".";
}

}  // namespace

std::vector<finding> held_threads(const trace_model& trace) {
  std::vector<finding> result;
  for (std::uint32_t thread = 0; thread < trace.threads().size(); ++thread) {
    const track& runs = trace.threads()[thread].runs;
    for (const std::uint32_t i : runs.long_runs()) add_held(trace, thread, i, result);
    if (!runs.empty() && runs.is_long_run(runs.size() - 1, trace.end_ns())) {
      add_held(trace, thread, runs.size() - 1, result);
    }
  }
  std::stable_sort(result.begin(), result.end(),
                   [](const finding& a, const finding& b) { return a.when.begin_ns < b.when.begin_ns; });
  return result;
}

std::vector<finding> blocked_at_end(const trace_model& trace) {
  struct group {
    std::vector<const diary::coroutine_state*> members;
  };
  std::map<std::pair<diary::wait_reason, std::uint64_t>, group> groups;
  for (const diary::coroutine_state* c : trace.end_state().coroutines()) {
    const bool blocked = c->status == diary::coroutine_status::blocked;
    if (!blocked || kind_of(c->status, c->reason) == span_kind::sleeping) continue;
    groups[{c->reason, c->object}].members.push_back(c);
  }
  std::vector<finding> result;
  for (const auto& [key, g] : groups) {
    const diary::coroutine_state& oldest = **std::min_element(
        g.members.begin(), g.members.end(), [](const auto* a, const auto* b) { return a->since_ns < b->since_ns; });
    finding f;
    f.kind = finding_kind::blocked_at_end;
    f.who = trace.find_coroutine(oldest.id).value_or(nobody);
    f.evidence = oldest.since_event;
    f.when = {oldest.since_ns, trace.end_ns()};
    const std::string name = trace.history().coroutine_label(oldest.id);
    std::string what(to_text(oldest.reason));
    std::replace(what.begin(), what.end(), '_', ' ');
    if (oldest.object != 0) what = trace.history().object_label(oldest.object) + " (" + what + ")";
    const bool alone = g.members.size() == 1;
    f.title = (alone ? name + " is" : plural(g.members.size(), "coroutine is", "coroutines are")) +
              " blocked at the end of the trace: " + what;
    f.detail = alone ? "For " + duration_text(f.when.length_ns()) + "." : names_of(trace, g.members);
    if (oldest.owner_slot != 0) {
      const coroutine_index owner = trace.coroutine_of_slot(oldest.owner_slot, oldest.since_event + 1);
      if (owner != nobody) f.detail += " Its owner is " + trace.label(owner) + ".";
    }
    result.push_back(std::move(f));
  }
  std::stable_sort(result.begin(), result.end(),
                   [](const finding& a, const finding& b) { return a.when.begin_ns < b.when.begin_ns; });
  return result;
}

std::vector<finding> find_all(const trace_model& trace, bool still_growing) {
  std::vector<finding> result = held_threads(trace);
  if (!still_growing) {
    std::vector<finding> blocked = blocked_at_end(trace);
    result.insert(result.end(), std::make_move_iterator(blocked.begin()), std::make_move_iterator(blocked.end()));
  }
  return result;
}

}  // namespace weft::viz
