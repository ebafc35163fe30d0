// Finds coroutines that were left over when main ended and that nobody waited for. Makes one finding for each spawn
// site. Reports nothing if an error, a deadlock or a cancellation ended main, because main may have been about to join
// them.
#include <map>
#include <set>

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

  void after(const diary::event& e, const diary::scheduler_state& state) override {
    if (e.type == diary::event_type::finish) {
      const diary::coroutine_state* const ended = state.just_ended();
      const auto main = ended ? mains_.find(e.thread) : mains_.end();
      if (main != mains_.end() && main->second == ended->id && ended->status != diary::coroutine_status::done) {
        groups_.erase(e.thread);
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
      group& g = groups_[e.thread][c->site != 0 ? c->site : UINT64_MAX - c->id];
      if (g.count++ == 0) g = {c->id, e.n, c->site, 1, {c->spawned_ns, e.t_ns}};
    }
  }

  void finish(const diary::scheduler_state&, std::vector<finding>& found) override {
    if (about_.gaps.any()) return;  // the missing events may be joins
    std::map<std::uint64_t, group> by_site;
    for (const auto& [thread, groups] : groups_) {
      for (const auto& [site, g] : groups) {
        const std::uint64_t before = by_site[site].count;
        if (before == 0) by_site[site] = g;
        by_site[site].count = before + g.count;
      }
    }
    for (const auto& [site, g] : by_site) {
      finding f;
      f.kind = finding_kind::never_joined;
      f.coroutine = g.first;
      f.evidence = g.event;
      f.when = g.when;
      const std::string where = about_.site_text(g.site);
      f.title = (g.count == 1 ? about_.name(g.first) + " was" : std::to_string(g.count) + " coroutines were") +
                " never joined" + (where.empty() ? "" : ": spawned at " + where);
      f.detail = std::string(g.count == 1 ? "It was" : "They were") + " left over when main ended, and cancelled." +
                 (g.count == 1 ? "" : " The first is " + about_.name(g.first) + ".");
      found.push_back(std::move(f));
    }
  }

 private:
  struct group {
    std::uint64_t first = 0, event = 0, site = 0, count = 0;
    time_range when;
  };

  const investigation& about_;
  std::map<std::uint32_t, std::uint64_t> mains_;                    // by thread: the main that has ended
  std::map<std::uint32_t, std::map<std::uint64_t, group>> groups_;  // by thread and site
};

}  // namespace

std::unique_ptr<detector> make_never_joined(const investigation& about) {
  return std::make_unique<never_joined>(about);
}

}  // namespace weft::viz
