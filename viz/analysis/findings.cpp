#include "analysis/findings.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <span>

#include "analysis/densest_switches.hpp"
#include "analysis/summaries.hpp"

namespace weft::viz {
namespace {

constexpr detector_maker makers[] = {
    make_held_threads,  make_never_yielded,       make_wait_cycle,     make_starved,     make_late_timer,
    make_blocking_call, make_growing_queue,       make_never_joined,   make_two_waiters, make_stack_near_guard,
    make_lone_yields,   make_wake_without_effect, make_blocked_at_end, make_lost_wakeup, make_not_polled,
    make_spawn_grows,   make_zone_open,           make_idle_thread,
};

// One pass over the events for all detectors.
class pass {
 public:
  pass(const diary::history& trace, std::int64_t long_run_ns, bool still_growing, const finding_limits& limits,
       std::span<const detector_maker> wanted)
      : gaps_(trace),
        about_{trace, gaps_, paused_, limits, long_run_ns, still_growing, found_},
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

  std::vector<finding_group> finish(const diary::history& names) {
    for (const auto& d : detectors_) d->finish(state_);
    const diary::file_info& info = names.source().info();
    const time_range run{info.first_ns, std::max(info.first_ns, state_.now_ns())};
    std::vector<finding_group> all =
        found_.finish(run, paused_.of_all_threads(run.end_ns), about_.still_growing ? run.end_ns - new_ns : INT64_MAX);
    for (finding_group& g : all) {
      set_index(g.worst, names);
      for (finding& f : g.instances) set_index(f, names);
    }
    return all;
  }

  const diary::scheduler_state& state() const { return state_; }

 private:
  // What is no older than this at the end of a live trace is new.
  static constexpr std::int64_t new_ns = 5'000'000'000;

  static void set_index(finding& f, const diary::history& names) {
    const std::size_t place = f.coroutine != 0 ? names.place_of(f.coroutine) : diary::history::npos;
    f.who = place == diary::history::npos ? nobody : static_cast<coroutine_index>(place);
  }

  const trace_gaps gaps_;
  paused_times paused_;
  finding_groups found_;
  const investigation about_;
  std::vector<std::unique_ptr<detector>> detectors_;
  std::array<std::vector<detector*>, 256> before_, after_;  // by event type: the detectors that want it
  diary::scheduler_state state_;
};

std::vector<finding_group> find(const trace_model& trace, bool still_growing, const finding_limits& limits,
                                std::span<const detector_maker> wanted) {
  pass all(trace.history(), trace.limits().long_run_ns, still_growing, limits, wanted);
  trace.events().walk(0).for_each([&](const diary::event& e) {
    all.take(e);
    return true;
  });
  return all.finish(trace.history());
}

std::vector<finding> one_by_one(std::vector<finding_group> groups) {
  std::vector<finding> all;
  for (finding_group& g : groups) std::move(g.instances.begin(), g.instances.end(), std::back_inserter(all));
  std::stable_sort(all.begin(), all.end(),
                   [](const finding& a, const finding& b) { return a.when.begin_ns < b.when.begin_ns; });
  return all;
}

void tell(diary::history& names, const diary::event& e, const diary::scheduler_state& before) {
  if (!diary::history::is_told(e.type)) return;
  names.take(e, e.thread < before.threads().size() ? before.threads()[e.thread].running_slot : 0);
}

}  // namespace

std::vector<finding_group> find_all(const trace_model& trace, bool still_growing, const finding_limits& limits) {
  return find(trace, still_growing, limits, makers);
}

std::vector<finding> held_threads(const trace_model& trace) {
  constexpr detector_maker only[] = {make_held_threads};
  return one_by_one(find(trace, false, {}, only));
}

std::vector<finding> blocked_at_end(const trace_model& trace) {
  constexpr detector_maker only[] = {make_blocked_at_end};
  return one_by_one(find(trace, false, {}, only));
}

std::vector<finding_group> find_all(diary::history& trace, std::int64_t long_run_ns, bool still_growing,
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
  densest_switches densest;
  trace.source().walk(0).for_each([&](const diary::event& e) {
    tell(trace, e, all.state());
    sums.before(e, all.state());
    all.take(e);
    sums.after(e, all.state());
    densest.take(e);
    return (e.n & 0xfff) != 0 || !stops.load(std::memory_order_relaxed);
  });
  return {all.finish(trace), summaries_of(sums.finish(all.state(), trace), trace), sums.totals(all.state(), trace),
          densest.result()};
}

}  // namespace weft::viz
