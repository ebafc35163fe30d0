// Coroutines that were left over when main ended: nobody had waited for their end. One finding for each spawn site.
#include <map>
#include <set>

#include "analysis/detector.hpp"

namespace weft::viz {
namespace {

using diary::wait_reason;

class never_joined : public detector {
 public:
  explicit never_joined(const investigation& about) : about_(about) {}

  bool wants_after(diary::event_type type) const override { return type == diary::event_type::block; }

  void after(const diary::event& e, const diary::scheduler_state& state) override {
    const bool is_end_of_main =
        e.type == diary::event_type::block && e.args[1] == static_cast<std::uint64_t>(wait_reason::main_end);
    // Main may be woken in between and wait again: the first time counts.
    if (!is_end_of_main || !ended_.insert(e.thread).second) return;
    // Whoever has a parent that is still there may be joined by it.
    std::set<std::uint64_t> joined, patient;
    for (const diary::coroutine_state* const c : state.coroutines()) {
      if (c->reason != wait_reason::main_end) patient.insert(c->id);
      if (c->status != diary::coroutine_status::blocked) continue;
      if (const diary::coroutine_state* const owner = owner_of_wait(state, *c)) joined.insert(owner->id);
    }
    for (const diary::coroutine_state* const c : state.coroutines()) {
      const bool is_main = c->reason == wait_reason::main_end;
      const bool has_not_begun = c->reason == wait_reason::start_timer;  // does not keep a run alive
      if (c->thread != e.thread || is_main || has_not_begun || joined.count(c->id) != 0) continue;
      if (c->parent != 0 && patient.count(c->parent) != 0) continue;
      group& g = groups_[c->site != 0 ? c->site : UINT64_MAX - c->id];
      if (g.count++ == 0) g = {c->id, e.n, c->site, 1, {c->spawned_ns, e.t_ns}};
    }
  }

  void finish(const diary::scheduler_state&, std::vector<finding>& found) override {
    if (about_.gaps.any()) return;  // somebody may have waited for them there
    for (const auto& [site, g] : groups_) {
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
  std::set<std::uint32_t> ended_;  // threads whose main has
  std::map<std::uint64_t, group> groups_;
};

}  // namespace

std::unique_ptr<detector> make_never_joined(const investigation& about) {
  return std::make_unique<never_joined>(about);
}

}  // namespace weft::viz
