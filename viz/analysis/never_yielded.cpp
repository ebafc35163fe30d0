// Finds coroutines whose whole life was one long run: no other coroutine of their thread ran meanwhile.
#include <unordered_set>

#include "analysis/detector.hpp"

namespace weft::viz {
namespace {

class never_yielded : public detector {
 public:
  explicit never_yielded(const investigation& about) : about_(about) {}

  bool wants_before(diary::event_type type) const override {
    return is_switch(type) || type == diary::event_type::checkpoint_coroutine;
  }
  bool wants_after(diary::event_type type) const override { return is_switch(type); }

  void before(const diary::event& e, const diary::scheduler_state& state) override {
    // The trace does not show what a coroutine did before the recording began.
    if (e.type == diary::event_type::checkpoint_coroutine) started_.insert(e.args[1]);
    if (!is_switch(e.type) || e.thread >= first_runs_.size()) return;
    first_run& run = first_runs_[e.thread];
    if (run.id == 0) return;
    const diary::coroutine_state* const c = running_on(state, e.thread);
    if (c && c->id == run.id && e.type == diary::event_type::finish) note(run, *c, e.thread, e.n, e.t_ns, false);
    run = {};
  }

  void after(const diary::event& e, const diary::scheduler_state& state) override {
    if (e.thread >= first_runs_.size()) first_runs_.resize(e.thread + 1);
    const diary::coroutine_state* const c = running_on(state, e.thread);
    // A coroutine that ran before has a running time or has given up the thread, even if it only yielded to itself.
    const bool is_first = c && c->runs == 1 && c->run_ns == 0 && started_.insert(c->id).second;
    first_runs_[e.thread] = is_first ? first_run{c->id, e.n, e.t_ns} : first_run{};
  }

  void finish(const diary::scheduler_state& end) override {
    for (std::uint32_t thread = 0; thread < first_runs_.size(); ++thread) {
      const diary::coroutine_state* const c = running_on(end, thread);
      if (c && c->id == first_runs_[thread].id) {
        note(first_runs_[thread], *c, thread, end.applied(), end.now_ns(), true);
      }
    }
  }

 private:
  struct first_run {
    std::uint64_t id = 0, event = 0;
    std::int64_t t_ns = 0;
  };

  void note(const first_run& run, const diary::coroutine_state& c, std::uint32_t thread, std::uint64_t end_event,
            std::int64_t end_ns, bool goes_on) {
    const time_range when{run.t_ns, end_ns};
    if (about_.paused.active_ns(thread, when) < about_.limits.never_yielded_ns ||
        !about_.gaps.is_whole(thread, run.event, end_event))
      return;
    finding f;
    f.kind = finding_kind::never_yielded;
    f.coroutine = c.id;
    f.evidence = run.event;
    f.when = when;
    f.title = about_.name(c.id) + " never gave up the thread: it ran for " +
              duration_text(about_.paused.active_ns(thread, when)) +
              (goes_on ? " from its start to the end of the trace" : " from its start to its end");
    f.detail = "Without a single wait or yield.";
    const std::string site = about_.site_text(c.site);
    if (!site.empty()) f.detail += " Spawned at " + site + ".";
    f.site = about_.site_or_name(c.site, c.id);
    about_.report(std::move(f), thread);
  }

  const investigation& about_;
  std::unordered_set<std::uint64_t> started_;
  std::vector<first_run> first_runs_;  // by thread: the coroutine that runs for the first time
};

}  // namespace

std::unique_ptr<detector> make_never_yielded(const investigation& about) {
  return std::make_unique<never_yielded>(about);
}

}  // namespace weft::viz
