// Finds coroutines that wait for good: they were still blocked when their thread's scheduler ended, or when nothing was
// left that could wake anybody. If deadlock_error ended the run, the coroutines that were blocked then count. A program
// that died, was paused or runs on without recording gives no finding: its coroutines merely wait.
#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "analysis/detector.hpp"

namespace weft::viz {
namespace {

std::string names_of(const investigation& about, const std::vector<const diary::coroutine_state*>& members) {
  constexpr std::size_t named = 6;
  std::string names;
  for (std::size_t i = 0; i < std::min(members.size(), named); ++i) {
    names += (i > 0 ? ", " : "") + about.name(members[i]->id);
  }
  return members.size() > named ? names + " and " + std::to_string(members.size() - named) + " more." : names + ".";
}

// True if nothing can happen any more, as far as the trace shows: no coroutine may run, and none waits for a time or
// for the outside world.
bool is_hopeless(const diary::scheduler_state& state) {
  for (const diary::thread_state& t : state.threads()) {
    if (t.running_slot != 0 || !t.ready.empty()) return false;
  }
  const std::vector<const diary::coroutine_state*> all = state.coroutines();
  return std::none_of(all.begin(), all.end(), [](const diary::coroutine_state* c) {
    return c->deadline_ns || c->fd >= 0 || kind_of(c->status, c->reason) != span_kind::other ||
           c->reason == diary::wait_reason::thread || c->reason == diary::wait_reason::awaitable;
  });
}

// True if some chain of owners is a cycle; the wait_cycle detector reports those.
bool has_cycle(const diary::scheduler_state& state) {
  for (const diary::coroutine_state* first : state.coroutines()) {
    std::set<const diary::coroutine_state*> chain;
    for (const diary::coroutine_state* c = first; c != nullptr; c = state.owner_of_wait(*c)) {
      if (!chain.insert(c).second) return true;
    }
  }
  return false;
}

std::string wait_words(const investigation& about, const diary::coroutine_state& c) {
  std::string what(to_text(c.reason));
  std::replace(what.begin(), what.end(), '_', ' ');
  return c.object != 0 ? about.trace.object_label(c.object) + " (" + what + ")" : what;
}

std::vector<finding> find_blocked(const investigation& about, const diary::scheduler_state& end, bool is_hopeless) {
  struct group {
    std::vector<const diary::coroutine_state*> members;
  };
  std::map<std::pair<diary::wait_reason, std::uint64_t>, group> groups;
  for (const diary::coroutine_state* c : end.coroutines()) {
    const bool blocked = c->status == diary::coroutine_status::blocked;
    const span_kind kind = kind_of(c->status, c->reason);
    if (!blocked || kind == span_kind::sleeping) continue;
    const bool has_ended = !about.trace.source().info().truncated && end.threads()[c->thread].stopped;
    if (!has_ended && !is_hopeless) continue;
    if (!about.gaps.is_whole(c->thread, c->since_event, end.applied())) continue;
    groups[{c->reason, c->object}].members.push_back(c);
  }
  std::vector<finding> result;
  for (const auto& [key, g] : groups) {
    const diary::coroutine_state& oldest = **std::min_element(
        g.members.begin(), g.members.end(), [](const auto* a, const auto* b) { return a->since_ns < b->since_ns; });
    finding f;
    f.kind = finding_kind::blocked_at_end;
    f.coroutine = oldest.id;
    f.evidence = oldest.since_event;
    f.when = {oldest.since_ns, end.now_ns()};
    const std::string name = about.name(oldest.id);
    const std::string what = wait_words(about, oldest);
    const bool alone = g.members.size() == 1;
    f.title = (alone ? name + " is" : counted(g.members.size(), "coroutine is", "coroutines are")) +
              " blocked at the end of the trace: " + what;
    f.detail = alone ? "For " + duration_text(about.paused.active_ns(oldest.thread, f.when)) + "."
                     : names_of(about, g.members);
    if (oldest.owner_slot != 0) {
      const std::uint64_t owner = about.trace.id_of_slot(oldest.owner_slot, oldest.since_event + 1);
      if (owner != 0) f.detail += " Its owner is " + about.name(owner) + ".";
    }
    result.push_back(std::move(f));
  }
  std::stable_sort(result.begin(), result.end(),
                   [](const finding& a, const finding& b) { return a.when.begin_ns < b.when.begin_ns; });
  return result;
}

class blocked_at_end : public detector {
 public:
  explicit blocked_at_end(const investigation& about) : about_(about) {}

  bool wants_before(diary::event_type type) const override { return is_wake(type); }

  void before(const diary::event& e, const diary::scheduler_state& state) override {
    // A plain thread or another process that woke a coroutine once may do so again.
    if (e.type == diary::event_type::wake_remote && e.args[3] == 0) is_given_from_outside_ = true;
    if (e.type != diary::event_type::wake || e.args[1] != static_cast<std::uint64_t>(diary::wake_cause::deadlock))
      return;
    const diary::coroutine_state* const main = state.by_slot(e.args[0]);
    if (main == nullptr || has_cycle(state)) return;
    finding f;
    f.kind = finding_kind::blocked_at_end;
    f.coroutine = main->id;
    f.evidence = e.n;
    f.when = {main->since_ns, e.t_ns};
    std::uint64_t count = 0;
    constexpr std::uint64_t named = 6;
    for (const diary::coroutine_state* c : state.coroutines()) {
      if (c->thread != e.thread || c->status != diary::coroutine_status::blocked) continue;
      f.when.begin_ns = std::min(f.when.begin_ns, c->since_ns);
      if (++count <= named) f.detail += about_.name(c->id) + ": " + wait_words(about_, *c) + ". ";
    }
    f.title = "deadlock_error: " + counted(count, "coroutine was", "coroutines were") +
              " blocked, and nothing could wake anybody";
    if (count > named) f.detail += "And " + std::to_string(count - named) + " more. ";
    f.detail += "Main was told.";
    deadlocks_.push_back(std::move(f));
  }

  void finish(const diary::scheduler_state& end, std::vector<finding>& found) override {
    for (finding& f : deadlocks_) found.push_back(std::move(f));
    if (about_.still_growing) return;
    const bool hopeless = !is_given_from_outside_ && is_hopeless(end);
    for (finding& f : find_blocked(about_, end, hopeless)) found.push_back(std::move(f));
  }

 private:
  const investigation& about_;
  std::vector<finding> deadlocks_;
  bool is_given_from_outside_ = false;
};

}  // namespace

std::unique_ptr<detector> make_blocked_at_end(const investigation& about) {
  return std::make_unique<blocked_at_end>(about);
}

}  // namespace weft::viz
