// Finds runs that were too long without giving up the thread, and the coroutines that were ready meanwhile.
#include <algorithm>

#include "analysis/detector.hpp"

namespace weft::viz {
namespace {

class held_threads : public detector {
 public:
  explicit held_threads(const investigation& about) : about_(about) {}

  bool wants_before(diary::event_type type) const override { return may_end_a_run(type); }
  bool wants_after(diary::event_type type) const override { return may_end_a_run(type) || is_wake(type); }

  void before(const diary::event& e, const diary::scheduler_state& state) override {
    ends_ = false;
    if (e.thread >= runs_.size()) return;
    const run& r = runs_[e.thread];
    if (r.id == 0 || e.t_ns - r.since_ns < about_.long_run_ns) return;
    if (about_.paused.active_ns(e.thread, {r.since_ns, e.t_ns}) < about_.long_run_ns) return;
    ends_ = true;
    stood_ready_ = who_stood_ready(state, e.thread, {r.since_ns, e.t_ns});
  }

  void after(const diary::event& e, const diary::scheduler_state& state) override {
    if (is_wake(e.type)) note_wake(e, state);
    if (!may_end_a_run(e.type)) return;
    if (e.thread >= runs_.size()) runs_.resize(e.thread + 1);
    run& r = runs_[e.thread];
    const diary::coroutine_state* const now = running_on(state, e.thread);
    const std::uint64_t id = now ? now->id : 0;
    // A yield to itself starts a new run.
    if (id == r.id && (now == nullptr || now->since_event != e.n)) return;
    if (ends_) note_end(r, e.thread, e.n, e.t_ns);
    r = {id, e.n, e.t_ns, now ? now->site : 0};
  }

  void finish(const diary::scheduler_state& end) override {
    for (std::uint32_t thread = 0; thread < runs_.size(); ++thread) {
      const run& r = runs_[thread];
      const time_range when{r.since_ns, std::max(r.since_ns, end.now_ns())};
      if (r.id == 0 || when.length_ns() < about_.long_run_ns) continue;
      if (about_.paused.active_ns(thread, when) < about_.long_run_ns) continue;
      if (!about_.gaps.is_whole(thread, r.event, end.applied())) continue;
      held_run& held = add(r, thread, when);
      held.stood_ready = who_stood_ready(end, thread, when) + " It still does when the trace ends.";
      held.f.others = ready_;
    }
    for (held_run& held : held_) {
      finding& f = held.f;
      f.detail = held.stood_ready;
      if (held.late_timers > 0) {
        f.detail += " " + counted(held.late_timers, "timer", "timers") + " fired late, by up to " +
                    duration_text(held.latest_ns) + ".";
      }
      const std::string site = about_.site_text(held.site);
      if (!site.empty()) f.detail += " Spawned at " + site + ".";
      about_.report(std::move(f), held.thread);
    }
  }

 private:
  // How many wakes after a run are searched for timers that were due during the run.
  static constexpr std::uint64_t look_at = 1000;
  static constexpr std::size_t most_ready = 64;  // of those who stood ready are evidence

  struct run {
    std::uint64_t id = 0, event = 0;
    std::int64_t since_ns = 0;
    std::uint64_t site = 0;
  };
  struct held_run {
    finding f;
    std::string stood_ready;
    std::uint64_t site = 0;
    std::uint32_t thread = 0;
    std::uint64_t wakes_before = 0;  // the end of the run
    std::uint64_t late_timers = 0;
    std::int64_t latest_ns = 0;
  };

  static bool may_end_a_run(diary::event_type type) {
    return is_switch(type) || type == diary::event_type::checkpoint_begin ||
           type == diary::event_type::checkpoint_coroutine;
  }

  held_run& add(const run& r, std::uint32_t thread, time_range when) {
    held_run& held = held_.emplace_back();
    held.f.kind = finding_kind::held_thread;
    held.f.when = when;
    held.f.evidence = r.event;
    held.f.coroutine = r.id;
    held.f.title = about_.name(r.id) + " held the thread for " + duration_text(about_.paused.active_ns(thread, when));
    held.f.site = about_.site_or_name(r.site, r.id);
    held.site = r.site;
    held.thread = thread;
    held.wakes_before = UINT64_MAX;
    return held;
  }

  void note_end(const run& r, std::uint32_t thread, std::uint64_t end_event, std::int64_t end_ns) {
    if (!about_.gaps.is_whole(thread, r.event, end_event)) return;
    held_run& held = add(r, thread, {r.since_ns, end_ns});
    held.stood_ready = stood_ready_;
    held.f.others = ready_;
    held.wakes_before = wakes_;
  }

  void note_wake(const diary::event& e, const diary::scheduler_state& state) {
    const diary::coroutine_state* const woken = state.by_slot(e.args[0]);
    if (woken == nullptr || woken->woken_event != e.n) return;
    ++wakes_;
    const auto late_ns = static_cast<std::int64_t>(std::min<std::uint64_t>(e.args[2], INT64_MAX));
    if (e.type != diary::event_type::wake_timer || late_ns == 0) return;
    const std::int64_t due_ns = e.t_ns - late_ns;
    for (std::size_t i = held_.size(); i-- > 0 && wakes_ <= held_[i].wakes_before + look_at;) {
      held_run& held = held_[i];
      if (due_ns < held.f.when.begin_ns || due_ns >= held.f.when.end_ns) continue;
      ++held.late_timers;
      held.latest_ns = std::max(held.latest_ns, late_ns);
    }
  }

  // While one coroutine runs, none leaves the ready queue of its thread. So the coroutines in the queue at the end of
  // the run are all that waited for it.
  std::string who_stood_ready(const diary::scheduler_state& state, std::uint32_t thread, time_range when) {
    ready_.clear();
    if (thread >= state.threads().size()) return {};
    std::size_t count = 0;
    std::int64_t longest = 0;
    const diary::coroutine_state* first = nullptr;
    for (const std::uint64_t slot : state.threads()[thread].ready) {
      const diary::coroutine_state* c = state.by_slot(slot);
      if (c == nullptr) continue;
      if (++count <= most_ready) ready_.push_back(c->id);
      const std::int64_t waited = when.end_ns - std::max(when.begin_ns, c->since_ns);
      if (first == nullptr || waited > longest) {
        longest = waited;
        first = c;
      }
    }
    if (count == 0) return "Nobody stood ready meanwhile.";
    return counted(count, "coroutine", "coroutines") + " stood ready meanwhile, the longest for " +
           duration_text(longest) + " (" + about_.name(first->id) + ").";
  }

  const investigation& about_;
  std::vector<run> runs_;  // by thread: the current run
  std::vector<held_run> held_;
  std::uint64_t wakes_ = 0;
  bool ends_ = false;  // true while the event at hand ends a run
  std::string stood_ready_;
  std::vector<std::uint64_t> ready_;  // the first of those in who_stood_ready
};

}  // namespace

std::unique_ptr<detector> make_held_threads(const investigation& about) {
  return std::make_unique<held_threads>(about);
}

}  // namespace weft::viz
