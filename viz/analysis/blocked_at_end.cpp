// Who is still blocked after the last event, by what they wait for.
#include <algorithm>
#include <map>
#include <utility>

#include "analysis/detector.hpp"
#include "analysis/findings.hpp"

namespace weft::viz {
namespace {

std::string names_of(const trace_model& trace, const std::vector<const diary::coroutine_state*>& members) {
  constexpr std::size_t named = 6;
  std::string names;
  for (std::size_t i = 0; i < std::min(members.size(), named); ++i) {
    names += (i > 0 ? ", " : "") + trace.history().coroutine_label(members[i]->id);
  }
  return members.size() > named ? names + " and " + std::to_string(members.size() - named) + " more." : names + ".";
}

}  // namespace

std::vector<finding> blocked_at_end(const trace_model& trace) {
  const trace_gaps gaps(trace.history());
  struct group {
    std::vector<const diary::coroutine_state*> members;
  };
  std::map<std::pair<diary::wait_reason, std::uint64_t>, group> groups;
  for (const diary::coroutine_state* c : trace.end_state().coroutines()) {
    const bool blocked = c->status == diary::coroutine_status::blocked;
    const span_kind kind = kind_of(c->status, c->reason);
    if (!blocked || kind == span_kind::sleeping) continue;
    // Of a program that was killed nobody knows what would have come from outside.
    if (kind == span_kind::io && trace.events().info().truncated) continue;
    if (!gaps.is_whole(c->thread, c->since_event, trace.event_count())) continue;
    groups[{c->reason, c->object}].members.push_back(c);
  }
  std::vector<finding> result;
  for (const auto& [key, g] : groups) {
    const diary::coroutine_state& oldest = **std::min_element(
        g.members.begin(), g.members.end(), [](const auto* a, const auto* b) { return a->since_ns < b->since_ns; });
    finding f;
    f.kind = finding_kind::blocked_at_end;
    f.who = trace.find_coroutine(oldest.id).value_or(nobody);
    f.coroutine = oldest.id;
    f.evidence = oldest.since_event;
    f.when = {oldest.since_ns, trace.end_ns()};
    const std::string name = trace.history().coroutine_label(oldest.id);
    std::string what(to_text(oldest.reason));
    std::replace(what.begin(), what.end(), '_', ' ');
    if (oldest.object != 0) what = trace.history().object_label(oldest.object) + " (" + what + ")";
    const bool alone = g.members.size() == 1;
    f.title = (alone ? name + " is" : counted(g.members.size(), "coroutine is", "coroutines are")) +
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

}  // namespace weft::viz
