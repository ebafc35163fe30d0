// Finds coroutines that were left over when main ended and that nobody waited for. Reports nothing if an error, a
// deadlock or a cancellation ended main, because main may have been about to join them; and nobody who was blocked when
// main got deadlock_error, because a join would not have ended.
#include <map>
#include <set>
#include <unordered_set>
#include <utility>

#include "analysis/detector.hpp"

namespace weft::viz {
namespace {

using diary::wait_reason;

class never_joined : public detector {
 public:
  explicit never_joined(const investigation& about) : about_(about) {}

  bool wants_after(diary::event_type type) const override {
    return type == diary::event_type::block || type == diary::event_type::finish;
  }
  bool wants_before(diary::event_type type) const override { return type == diary::event_type::wake; }

  void before(const diary::event& e, const diary::scheduler_state& state) override {
    if (!is_deadlock(e)) return;
    for (const diary::coroutine_state* const c : state.coroutines()) {
      if (c->thread == e.thread && c->status == diary::coroutine_status::blocked) stuck_.insert(c->id);
    }
  }

  void after(const diary::event& e, const diary::scheduler_state& state) override {
    if (e.type == diary::event_type::finish) {
      const diary::coroutine_state* const ended = state.just_ended();
      const auto main = ended ? mains_.find(e.thread) : mains_.end();
      if (main != mains_.end() && main->second == ended->id && ended->status != diary::coroutine_status::done) {
        left_over_.erase(e.thread);
      }
      return;
    }
    const bool is_end_of_main =
        e.type == diary::event_type::block && e.args[1] == static_cast<std::uint64_t>(wait_reason::main_end);
    // Main may be woken in between and wait again: the first time counts.
    if (!is_end_of_main || mains_.count(e.thread) != 0) return;
    // A coroutine whose parent is still alive may be joined by that parent.
    std::set<std::uint64_t> joined, patient;
    bool was_torn_away = false;
    for (const diary::coroutine_state* const c : state.coroutines()) {
      if (c->reason != wait_reason::main_end) patient.insert(c->id);
      if (c->since_event == e.n && c->reason == wait_reason::main_end) {
        mains_[e.thread] = c->id;
        was_torn_away = c->woken_cause == diary::wake_cause::deadlock || c->woken_cause == diary::wake_cause::cancelled;
      }
      if (c->status != diary::coroutine_status::blocked) continue;
      if (const diary::coroutine_state* const owner = state.owner_of_wait(*c)) joined.insert(owner->id);
    }
    if (was_torn_away) return;
    for (const diary::coroutine_state* const c : state.coroutines()) {
      const bool is_main = c->reason == wait_reason::main_end;
      const bool has_not_begun = c->reason == wait_reason::start_timer;  // does not keep a run alive
      if (c->thread != e.thread || is_main || has_not_begun || joined.count(c->id) != 0) continue;
      if (c->parent != 0 && patient.count(c->parent) != 0) continue;
      if (stuck_.count(c->id) != 0) continue;
      left_over_[e.thread].push_back({c->id, e.n, c->site, {c->spawned_ns, e.t_ns}});
    }
  }

  void finish(const diary::scheduler_state&) override {
    if (about_.gaps.any()) return;  // the missing events may be joins
    for (const auto& [thread, all] : left_over_) {
      for (const life& l : all) {
        finding f;
        f.kind = finding_kind::never_joined;
        f.coroutine = l.id;
        f.evidence = l.event;
        f.when = l.when;
        f.site = about_.site_or_name(l.site, l.id);
        const std::string where = about_.site_text(l.site);
        f.title = about_.name(l.id) + " was never joined" + (where.empty() ? "" : ": spawned at " + where);
        f.detail = "It was left over when main ended, and cancelled.";
        about_.report(std::move(f), thread);
      }
    }
  }

 private:
  struct life {
    std::uint64_t id = 0, event = 0, site = 0;
    time_range when;
  };

  const investigation& about_;
  std::map<std::uint32_t, std::uint64_t> mains_;          // by thread: the main that has ended
  std::map<std::uint32_t, std::vector<life>> left_over_;  // by thread
  std::unordered_set<std::uint64_t> stuck_;               // ids of those who were blocked when deadlock_error came
};

}  // namespace

std::unique_ptr<detector> make_never_joined(const investigation& about) {
  return std::make_unique<never_joined>(about);
}

}  // namespace weft::viz
