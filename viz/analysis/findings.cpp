#include "analysis/findings.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "analysis/summaries.hpp"

namespace weft::viz {
namespace {

constexpr detector_maker makers[] = {
    make_held_threads,  make_never_yielded,       make_wait_cycle,     make_starved,     make_late_timer,
    make_blocking_call, make_growing_queue,       make_never_joined,   make_two_waiters, make_stack_near_guard,
    make_lone_yields,   make_wake_without_effect, make_blocked_at_end,
};

// One pass over the events for all detectors.
class pass {
 public:
  pass(const diary::history& trace, std::int64_t long_run_ns, bool still_growing, const finding_limits& limits,
       std::span<const detector_maker> wanted)
      : gaps_(trace),
        about_{trace, gaps_, paused_, limits, long_run_ns, still_growing},
        state_(trace.source().info().shuffled) {
    for (const detector_maker make : wanted) detectors_.push_back(make(about_));
    for (std::size_t type = 0; type < before_.size(); ++type) {
      for (const auto& d : detectors_) {
        if (d->wants_before(static_cast<diary::event_type>(type))) before_[type].push_back(d.get());
        if (d->wants_after(static_cast<diary::event_type>(type))) after_[type].push_back(d.get());
      }
    }
  }

  pass(const pass&) = delete;  // the detectors refer to members
  pass& operator=(const pass&) = delete;

  void take(const diary::event& e) {
    paused_.take(e, state_);
    const auto type = static_cast<std::size_t>(e.type);
    for (detector* d : before_[type]) d->before(e, state_);
    state_.apply(e);
    for (detector* d : after_[type]) d->after(e, state_);
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
  const trace_gaps gaps_;
  paused_times paused_;
  const investigation about_;
  std::vector<std::unique_ptr<detector>> detectors_;
  std::array<std::vector<detector*>, 256> before_, after_;  // by event type: the detectors that want it
  diary::scheduler_state state_;
};

std::vector<finding> find(const trace_model& trace, bool still_growing, const finding_limits& limits,
                          std::span<const detector_maker> wanted) {
  pass all(trace.history(), trace.limits().long_run_ns, still_growing, limits, wanted);
  trace.events().walk(0).for_each([&](const diary::event& e) {
    all.take(e);
    return true;
  });
  return all.finish(trace.history());
}

void tell(diary::history& names, const diary::event& e, const diary::scheduler_state& before) {
  if (!diary::history::is_told(e.type)) return;
  names.take(e, e.thread < before.threads().size() ? before.threads()[e.thread].running_slot : 0);
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

std::vector<finding> find_all(diary::history& trace, std::int64_t long_run_ns, bool still_growing,
                              const finding_limits& limits) {
  pass all(trace, long_run_ns, still_growing, limits, makers);
  trace.source().walk(0).for_each([&](const diary::event& e) {
    tell(trace, e, all.state());
    all.take(e);
    return true;
  });
  return all.finish(trace);
}

analysis analyse(diary::history& trace, std::int64_t long_run_ns, bool still_growing, const std::atomic<bool>& stops) {
  pass all(trace, long_run_ns, still_growing, {}, makers);
  statistics_collector sums(grouping::coroutine);
  trace.source().walk(0).for_each([&](const diary::event& e) {
    tell(trace, e, all.state());
    sums.before(e, all.state());
    all.take(e);
    sums.after(e, all.state());
    return (e.n & 0xfff) != 0 || !stops.load(std::memory_order_relaxed);
  });
  return {all.finish(trace), summaries_of(sums.finish(all.state(), trace), trace), sums.totals(all.state(), trace)};
}

}  // namespace weft::viz
