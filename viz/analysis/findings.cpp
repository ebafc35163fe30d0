#include "analysis/findings.hpp"

#include <algorithm>
#include <iterator>

namespace weft::viz {
namespace {

constexpr detector_maker makers[] = {
    make_never_yielded,       make_wait_cycle,   make_starved,     make_late_timer,       make_blocking_call,
    make_growing_queue,       make_never_joined, make_two_waiters, make_stack_near_guard, make_lone_yields,
    make_wake_without_effect,
};

void append(std::vector<finding>& to, std::vector<finding> more) {
  to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

}  // namespace

std::vector<finding> detect(const trace_model& trace, const finding_limits& limits) {
  const trace_gaps gaps(trace.history());
  const investigation about{trace.history(), gaps, limits, trace.limits().long_run_ns};
  std::vector<std::unique_ptr<detector>> detectors;
  for (const detector_maker make : makers) detectors.push_back(make(about));
  diary::scheduler_state state(trace.events().info().shuffled);
  trace.events().walk(0).for_each([&](const diary::event& e) {
    for (const auto& d : detectors) d->before(e, state);
    state.apply(e);
    for (const auto& d : detectors) d->after(e, state);
    return true;
  });
  std::vector<finding> found;
  for (const auto& d : detectors) d->finish(state, found);
  for (finding& f : found) f.who = trace.find_coroutine(f.coroutine).value_or(nobody);
  return found;
}

std::vector<finding> find_all(const trace_model& trace, bool still_growing, const finding_limits& limits) {
  std::vector<finding> result = held_threads(trace);
  append(result, detect(trace, limits));
  if (!still_growing) append(result, blocked_at_end(trace));
  std::stable_sort(result.begin(), result.end(), [](const finding& a, const finding& b) {
    return a.kind != b.kind ? a.kind < b.kind : a.when.begin_ns < b.when.begin_ns;
  });
  return result;
}

}  // namespace weft::viz
