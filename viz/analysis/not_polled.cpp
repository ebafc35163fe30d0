// Finds times in which a thread did not ask the poller although somebody waited for a timer or a descriptor, and no
// single long run explains it: many short runs followed each other. A long run is another finding.
#include <algorithm>
#include <utility>

#include "analysis/detector.hpp"
#include "trace/words/time_sums.hpp"

namespace weft::viz {
namespace {

using diary::event_type;

class not_polled : public detector {
 public:
  explicit not_polled(const investigation& about) : about_(about) {}

  bool wants_before(event_type type) const override {
    return is_switch(type) || type == event_type::poll_begin || type == event_type::poll_end;
  }

  void before(const diary::event& e, const diary::scheduler_state& state) override {
    if (e.thread >= threads_.size()) threads_.resize(e.thread + 1);
    on_thread& thread = threads_[e.thread];
    if (e.type == event_type::poll_end) {
      thread = {e.n, e.t_ns, 0, 0, true};
      return;
    }
    if (!thread.has_polled) return;
    if (e.type == event_type::poll_begin) {
      note(thread, e, state);
      thread.has_polled = false;  // until it ends
      return;
    }
    ++thread.switches;
    const diary::coroutine_state* const ran = running_on(state, e.thread);
    if (ran && e.t_ns - ran->since_ns >= about_.long_run_ns) {
      diary::add_ns(thread.long_runs_ns, e.t_ns - std::max(ran->since_ns, thread.since_ns));
    }
  }

 private:
  struct on_thread {
    std::uint64_t since_event = 0;
    std::int64_t since_ns = 0, long_runs_ns = 0;
    std::uint64_t switches = 0;
    bool has_polled = false;
  };

  void note(const on_thread& thread, const diary::event& e, const diary::scheduler_state& state) {
    const time_range when{thread.since_ns, e.t_ns};
    const std::int64_t active_ns = about_.paused.active_ns(e.thread, when);
    if (active_ns - thread.long_runs_ns < about_.limits.not_polled_ns) return;
    if (!about_.gaps.is_whole(e.thread, thread.since_event, e.n)) return;
    finding f;
    std::uint64_t waiting = 0;
    for (const diary::coroutine_state* const c : state.coroutines()) {
      if (c->thread != e.thread || c->status != diary::coroutine_status::blocked) continue;
      if (c->fd < 0 && !c->deadline_ns) continue;
      ++waiting;
      if (f.others.size() < most_named) f.others.push_back(c->id);
    }
    if (waiting == 0) return;
    f.kind = finding_kind::not_polled;
    f.evidence = thread.since_event;
    f.when = when;
    f.site = "thread " + std::to_string(state.threads()[e.thread].tid);
    f.title = "nobody asked the poller for " + duration_text(active_ns);
    f.detail = counted(thread.switches, "switch", "switches") + " followed each other meanwhile; " +
               counted(waiting, "coroutine", "coroutines") + " waited for timers and descriptors.";
    about_.report(std::move(f), e.thread);
  }

  static constexpr std::size_t most_named = 64;

  const investigation& about_;
  std::vector<on_thread> threads_;
};

}  // namespace

std::unique_ptr<detector> make_not_polled(const investigation& about) { return std::make_unique<not_polled>(about); }

}  // namespace weft::viz
