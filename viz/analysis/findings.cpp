#include "analysis/findings.hpp"

#include <algorithm>
#include <span>

#include "analysis/summaries.hpp"

namespace weft::viz {
namespace {

constexpr detector_maker makers[] = {
    make_held_threads,  make_never_yielded, make_wait_cycle,   make_starved,     make_late_timer,
    make_blocking_call, make_growing_queue, make_never_joined, make_two_waiters, make_stack_near_guard,
    make_lone_yields,   make_wake_without_effect, make_blocked_at_end,
};

// One pass: every detector is told every event.
class pass {
 public:
  pass(const investigation& about, std::span<const detector_maker> wanted) : state_(about.trace.source().info().shuffled) {
    for (const detector_maker make : wanted) detectors_.push_back(make(about));
  }

  void take(const diary::event& e) {
    for (const auto& d : detectors_) d->before(e, state_);
    state_.apply(e);
    for (const auto& d : detectors_) d->after(e, state_);
  }

  std::vector<finding> finish(const diary::history& names) {
    std::vector<finding> found;
    for (const auto& d : detectors_) d->finish(state_, found);
    for (finding& f : found) {
      const std::size_t place = f.coroutine != 0 ? names.place_of(f.coroutine) : diary::history::npos;
      f.who = place == diary::history::npos ? nobody : static_cast<coroutine_index>(place);
    }
    std::stable_sort(found.begin(), found.end(), [](const finding& a, const finding& b) {
      return a.kind != b.kind ? a.kind < b.kind : a.when.begin_ns < b.when.begin_ns;
    });
    return found;
  }

  const diary::scheduler_state& state() const { return state_; }

 private:
  std::vector<std::unique_ptr<detector>> detectors_;
  diary::scheduler_state state_;
};

std::vector<finding> find(const trace_model& trace, bool still_growing, const finding_limits& limits,
                          std::span<const detector_maker> wanted) {
  const trace_gaps gaps(trace.history());
  const investigation about{trace.history(), gaps, limits, trace.limits().long_run_ns, still_growing};
  pass all(about, wanted);
  trace.events().walk(0).for_each([&](const diary::event& e) {
    all.take(e);
    return true;
  });
  return all.finish(trace.history());
}

}  // namespace

std::vector<finding> find_all(const trace_model& trace, bool still_growing, const finding_limits& limits) {
  return find(trace, still_growing, limits, makers);
}

std::vector<finding> held_threads(const trace_model& trace) {
  constexpr detector_maker only[] = {make_held_threads};
  return find(trace, false, {}, only);
}

std::vector<finding> blocked_at_end(const trace_model& trace) {
  constexpr detector_maker only[] = {make_blocked_at_end};
  return find(trace, false, {}, only);
}

analysis analyse(diary::history& trace, std::int64_t long_run_ns, bool still_growing, const std::atomic<bool>& stops) {
  const trace_gaps gaps(trace);
  const investigation about{trace, gaps, {}, long_run_ns, still_growing};
  pass all(about, makers);
  summary_collector sums;
  trace.source().walk(0).for_each([&](const diary::event& e) {
    const auto& threads = all.state().threads();
    if (diary::history::is_told(e.type)) trace.take(e, e.thread < threads.size() ? threads[e.thread].running_slot : 0);
    sums.before(e, all.state());
    all.take(e);
    sums.after(e, all.state());
    return (e.n & 0xfff) != 0 || !stops.load(std::memory_order_relaxed);
  });
  return {all.finish(trace), sums.finish(all.state(), trace), sums.totals(all.state(), trace)};
}

}  // namespace weft::viz
