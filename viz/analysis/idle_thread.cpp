// Finds times in which a thread had nothing to run while coroutines that it could have taken over stood ready on
// another thread. Only coroutines that have not started can change threads, and only between threads that share them:
// a takeover from one to the other shows that.
#include <set>
#include <utility>
#include <vector>

#include "analysis/detector.hpp"

namespace weft::viz {
namespace {

using diary::event_type;

class idle_thread : public detector {
 public:
  explicit idle_thread(const investigation& about) : about_(about) {}

  bool wants_before(event_type type) const override {
    return type == event_type::enter || type == event_type::take_over || type == event_type::thread_stop;
  }
  bool wants_after(event_type type) const override { return is_switch(type); }

  void before(const diary::event& e, const diary::scheduler_state& state) override {
    if (e.type == event_type::take_over) shares_.insert({e.thread, static_cast<std::uint32_t>(e.args[1])});
    if (e.thread >= idle_.size() || !idle_[e.thread].is_idle) return;
    note(e.thread, state, {idle_[e.thread].since_ns, e.t_ns}, e.n);
    idle_[e.thread].is_idle = false;
  }

  void after(const diary::event& e, const diary::scheduler_state& state) override {
    if (e.thread >= idle_.size()) idle_.resize(e.thread + 1);
    idle_[e.thread] = {running_on(state, e.thread) == nullptr && state.threads()[e.thread].ready.empty(), e.n, e.t_ns};
  }

  void finish(const diary::scheduler_state& end) override {
    for (std::uint32_t thread = 0; thread < idle_.size(); ++thread) {
      if (idle_[thread].is_idle) note(thread, end, {idle_[thread].since_ns, end.now_ns()}, end.applied());
    }
  }

 private:
  struct idle {
    bool is_idle = false;
    std::uint64_t event = 0;
    std::int64_t since_ns = 0;
  };

  void note(std::uint32_t thread, const diary::scheduler_state& state, time_range when, std::uint64_t event) {
    const std::int64_t active_ns = about_.paused.active_ns(thread, when);
    if (active_ns < about_.limits.idle_thread_ns) return;
    for (std::uint32_t other = 0; other < state.threads().size(); ++other) {
      if (other == thread || shares_.count({thread, other}) == 0) continue;
      std::vector<std::uint64_t> waiting;
      for (const std::uint64_t slot : state.threads()[other].ready) {
        const diary::coroutine_state* const c = state.by_slot(slot);
        const bool can_be_taken = c && c->runs == 0 && !c->has_left && c->since_ns <= when.begin_ns;
        if (can_be_taken) waiting.push_back(c->id);
      }
      if (waiting.size() < about_.limits.ready_elsewhere) continue;
      if (!about_.gaps.is_whole(thread, idle_[thread].event, event)) continue;
      if (!about_.gaps.is_whole(other, idle_[thread].event, event)) continue;
      finding f;
      f.kind = finding_kind::idle_thread;
      f.evidence = idle_[thread].event;
      f.when = when;
      f.site = "thread " + std::to_string(state.threads()[thread].tid);
      f.size = static_cast<std::int64_t>(waiting.size());
      f.coroutine = waiting.front();
      f.others.assign(waiting.begin() + 1, waiting.end());
      f.title = f.site + " was idle for " + duration_text(active_ns) + " while " +
                counted(waiting.size(), "coroutine", "coroutines") + " stood ready on another thread";
      f.detail = "They had not started, so it could have taken them over. The first in line is " +
                 about_.name(waiting.front()) + ".";
      about_.report(std::move(f), thread);
      return;
    }
  }

  const investigation& about_;
  std::vector<idle> idle_;                                    // by thread
  std::set<std::pair<std::uint32_t, std::uint32_t>> shares_;  // the first has taken over from the second
};

}  // namespace

std::unique_ptr<detector> make_idle_thread(const investigation& about) { return std::make_unique<idle_thread>(about); }

}  // namespace weft::viz
