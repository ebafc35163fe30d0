// Finds coroutines that wait for good: they were still blocked when their thread's scheduler ended, or when nothing was
// left that could wake anybody. If deadlock_error ended the run, the coroutines that were blocked then count. A program
// that died, was paused or runs on without recording gives no finding: its coroutines merely wait.
#include <algorithm>
#include <set>
#include <unordered_set>
#include <utility>

#include "analysis/detector.hpp"

namespace weft::viz {
namespace {

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

std::string reason_words(diary::wait_reason reason) {
  std::string what(to_text(reason));
  std::replace(what.begin(), what.end(), '_', ' ');
  return what;
}

std::string wait_words(const investigation& about, const diary::coroutine_state& c) {
  const std::string what = reason_words(c.reason);
  return c.object != 0 ? about.trace.object_label(c.object) + " (" + what + ")" : what;
}

class blocked_at_end : public detector {
 public:
  explicit blocked_at_end(const investigation& about) : about_(about) {}

  bool wants_before(diary::event_type type) const override { return is_wake(type); }

  void before(const diary::event& e, const diary::scheduler_state& state) override {
    // A plain thread or another process that woke a coroutine once may do so again.
    if (e.type == diary::event_type::wake_remote && e.args[3] == 0) is_given_from_outside_ = true;
    if (is_deadlock(e)) note_deadlock(e, state);
  }

  void finish(const diary::scheduler_state& end) override {
    if (about_.still_growing) return;
    const bool hopeless = !is_given_from_outside_ && is_hopeless(end);
    for (const diary::coroutine_state* c : end.coroutines()) {
      if (c->status != diary::coroutine_status::blocked || told_.count(c->id) != 0) continue;
      if (kind_of(c->status, c->reason) == span_kind::sleeping) continue;
      const bool has_ended = !about_.trace.source().info().truncated && end.threads()[c->thread].stopped;
      if (!has_ended && !hopeless) continue;
      if (about_.gaps.is_whole(c->thread, c->since_event, end.applied())) report_blocked(*c, end.now_ns());
    }
  }

 private:
  void note_deadlock(const diary::event& e, const diary::scheduler_state& state) {
    const diary::coroutine_state* const main = state.by_slot(e.args[0]);
    if (main == nullptr) return;
    finding f;
    f.kind = finding_kind::blocked_at_end;
    f.coroutine = main->id;
    f.evidence = e.n;
    f.when = {main->since_ns, e.t_ns};
    f.site = about_.site_or_name(main->site, main->id);
    f.cause = "deadlock_error";
    std::uint64_t count = 0;
    constexpr std::uint64_t named = 6;
    for (const diary::coroutine_state* c : state.coroutines()) {
      if (c->thread != e.thread || c->status != diary::coroutine_status::blocked) continue;
      told_.insert(c->id);  // this finding names it; however it goes on, that is a consequence
      f.when.begin_ns = std::min(f.when.begin_ns, c->since_ns);
      if (c != main) f.others.push_back(c->id);
      if (++count <= named) f.detail += about_.name(c->id) + ": " + wait_words(about_, *c) + ". ";
    }
    if (has_cycle(state)) return;
    f.title = "deadlock_error: " + counted(count, "coroutine was", "coroutines were") +
              " blocked, and nothing could wake anybody";
    if (count > named) f.detail += "And " + std::to_string(count - named) + " more. ";
    f.detail += "Main was told.";
    about_.report(std::move(f), e.thread);
  }

  void report_blocked(const diary::coroutine_state& c, std::int64_t end_ns) {
    finding f;
    f.kind = finding_kind::blocked_at_end;
    f.coroutine = c.id;
    f.evidence = c.since_event;
    f.when = {c.since_ns, end_ns};
    f.site = about_.site_or_name(c.site, c.id);
    f.cause = reason_words(c.reason);
    f.title = about_.name(c.id) + " is blocked at the end of the trace: " + wait_words(about_, c);
    f.detail = "For " + duration_text(about_.paused.active_ns(c.thread, f.when)) + ".";
    const std::uint64_t owner = c.owner_slot != 0 ? about_.trace.id_of_slot(c.owner_slot, c.since_event + 1) : 0;
    if (owner != 0) f.detail += " Its owner is " + about_.name(owner) + ".";
    about_.report(std::move(f), c.thread);
  }

  const investigation& about_;
  std::unordered_set<std::uint64_t> told_;  // ids of those who were blocked when deadlock_error came
  bool is_given_from_outside_ = false;
};

}  // namespace

std::unique_ptr<detector> make_blocked_at_end(const investigation& about) {
  return std::make_unique<blocked_at_end>(about);
}

}  // namespace weft::viz
