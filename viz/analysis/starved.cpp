// Finds coroutines that were ready for long although no single run was long: too many other coroutines ran first.
#include <utility>

#include "analysis/detector.hpp"

namespace weft::viz {
namespace {

class starved : public detector {
 public:
  explicit starved(const investigation& about) : about_(about) {}

  bool wants_before(diary::event_type type) const override { return is_switch(type); }

  void before(const diary::event& e, const diary::scheduler_state& state) override {
    if (e.thread >= threads_.size()) threads_.resize(e.thread + 1);
    now_on_thread& thread = threads_[e.thread];
    // A delay that one long run explains is another finding.
    const bool was_long = e.t_ns - thread.run_since_ns >= about_.long_run_ns;
    if (was_long && running_on(state, e.thread)) thread.last_long_run_end_ns = e.t_ns;
    const diary::coroutine_state* const next = state.by_slot(e.args[0]);
    if (next && next->status == diary::coroutine_status::ready) note(*next, e.n, e.t_ns, false);
    thread.run_since_ns = e.t_ns;
  }

  void finish(const diary::scheduler_state& end) override {
    for (std::uint32_t i = 0; i < end.threads().size() && i < threads_.size(); ++i) {
      if (running_on(end, i) && end.now_ns() - threads_[i].run_since_ns >= about_.long_run_ns) {
        threads_[i].last_long_run_end_ns = end.now_ns();
      }
      for (const std::uint64_t slot : end.threads()[i].ready) {
        if (const diary::coroutine_state* const c = end.by_slot(slot)) note(*c, end.applied(), end.now_ns(), true);
      }
    }
  }

 private:
  struct now_on_thread {
    std::int64_t run_since_ns = 0, last_long_run_end_ns = INT64_MIN;
  };

  void note(const diary::coroutine_state& c, std::uint64_t event, std::int64_t t_ns, bool goes_on) {
    if (c.thread >= threads_.size()) return;
    const time_range when{c.since_ns, t_ns};
    const std::int64_t active_ns = about_.paused.active_ns(c.thread, when);
    if (active_ns < about_.limits.starved_ns) return;
    if (threads_[c.thread].last_long_run_end_ns > c.since_ns) return;
    if (!about_.gaps.is_whole(c.thread, c.since_event, event)) return;
    finding f;
    f.kind = finding_kind::starved;
    f.coroutine = c.id;
    f.evidence = c.since_event;
    f.when = when;
    f.title = about_.name(c.id) + " stood ready for " + duration_text(active_ns) +
              (goes_on ? ", to the end of the trace" : "");
    f.detail = "Nobody held the thread meanwhile: too many others had their turns.";
    f.site = about_.site_or_name(c.site, c.id);
    about_.report(std::move(f), c.thread);
  }

  const investigation& about_;
  std::vector<now_on_thread> threads_;
};

}  // namespace

std::unique_ptr<detector> make_starved(const investigation& about) { return std::make_unique<starved>(about); }

}  // namespace weft::viz
