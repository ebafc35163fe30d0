// Finds timers that fired long after their deadline, and the coroutine that ran meanwhile.
#include <algorithm>
#include <deque>

#include "analysis/detector.hpp"

namespace weft::viz {
namespace {

class late_timer : public detector {
 public:
  explicit late_timer(const investigation& about) : about_(about) {}

  bool wants_before(diary::event_type type) const override {
    return is_switch(type) || type == diary::event_type::wake_timer;
  }

  void before(const diary::event& e, const diary::scheduler_state& state) override {
    if (e.thread >= threads_.size()) threads_.resize(e.thread + 1);
    on_thread& thread = threads_[e.thread];
    if (is_switch(e.type)) {
      if (const diary::coroutine_state* const ran = running_on(state, e.thread)) {
        thread.runs.push_back({ran->id, {ran->since_ns, e.t_ns}});
        if (thread.runs.size() > remembered_runs) thread.runs.pop_front();
      }
    }
    if (e.type != diary::event_type::wake_timer) return;
    const diary::coroutine_state* const c = state.by_slot(e.args[0]);
    const auto all_ns = static_cast<std::int64_t>(std::min<std::uint64_t>(e.args[2], INT64_MAX / 2));
    const std::int64_t late_ns = about_.paused.active_ns(e.thread, {e.t_ns - all_ns, e.t_ns});
    if (!c || c->status != diary::coroutine_status::blocked || late_ns < about_.limits.late_timer_ns) return;
    if (!about_.gaps.is_whole(e.thread, c->since_event, e.n)) return;
    finding f;
    f.kind = finding_kind::late_timer;
    f.coroutine = c->id;
    f.evidence = e.n;
    f.when = {e.t_ns - all_ns, e.t_ns};
    f.title = about_.name(c->id) + "'s timer fired " + duration_text(late_ns) + " late";
    f.detail = who_ran(thread, f.when, f.others);
    f.site = about_.site_or_name(c->site, c->id);
    about_.report(std::move(f), e.thread);
  }

 private:
  static constexpr std::size_t remembered_runs = 64;
  struct run {
    std::uint64_t id = 0;
    time_range when;
  };
  struct on_thread {
    std::deque<run> runs;  // the latest ones
  };

  // Adds who had the thread longest to `others`.
  std::string who_ran(const on_thread& thread, time_range late, std::vector<std::uint64_t>& others) const {
    std::uint64_t longest = 0;
    std::int64_t longest_ns = 0;
    for (const run& r : thread.runs) {
      const std::int64_t shared_ns = std::min(r.when.end_ns, late.end_ns) - std::max(r.when.begin_ns, late.begin_ns);
      if (shared_ns <= longest_ns) continue;
      longest_ns = shared_ns;
      longest = r.id;
    }
    if (longest == 0) return "Nobody ran meanwhile: the thread itself did not get to run.";
    others.push_back(longest);
    return about_.name(longest) + " had the thread for " + duration_text(longest_ns) + " of that time.";
  }

  const investigation& about_;
  std::vector<on_thread> threads_;
};

}  // namespace

std::unique_ptr<detector> make_late_timer(const investigation& about) { return std::make_unique<late_timer>(about); }

}  // namespace weft::viz
