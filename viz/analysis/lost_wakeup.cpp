// Finds wake-ups that come to nothing: an event that is cleared before those it woke have run, and a notification of a
// condition variable that comes just before its waiter waits. That waiter then waits until its time limit, or for good.
#include <unordered_map>
#include <utility>
#include <vector>

#include "analysis/detector.hpp"

namespace weft::viz {
namespace {

using diary::event_type;
using diary::wait_reason;

class lost_wakeup : public detector {
 public:
  explicit lost_wakeup(const investigation& about) : about_(about) {}

  bool wants_before(event_type type) const override {
    return type == event_type::block || type == event_type::finish || is_wake(type) ||
           type == event_type::event_clear || type == event_type::notify_unheard || type == event_type::lock_acquired ||
           type == event_type::lock_handed;
  }

  void before(const diary::event& e, const diary::scheduler_state& state) override {
    switch (e.type) {
      case event_type::event_clear:
        note_clear(e, state);
        return;
      case event_type::notify_unheard:
        unheard_[e.args[0]] = {e.n, e.t_ns, running_on(state, e.thread) ? running_on(state, e.thread)->id : 0};
        return;
      case event_type::lock_acquired:
        note_lock(running_on(state, e.thread), e.n);
        return;
      case event_type::lock_handed:
        note_lock(state.by_slot(e.args[1]), e.n);
        return;
      case event_type::block:
        note_wait(running_on(state, e.thread), e);
        return;
      case event_type::finish:
        if (const diary::coroutine_state* const ended = running_on(state, e.thread)) locks_.erase(ended->id);
        return;
      default:
        break;
    }
    if (is_wake(e.type)) note_wake(e, state);
  }

  void finish(const diary::scheduler_state& end) override {
    if (about_.still_growing) return;
    for (const diary::coroutine_state* const c : end.coroutines()) {
      const auto found = waits_.find(c->id);
      if (found != waits_.end() && end.threads()[c->thread].stopped) report_unheard(*c, found->second, end.now_ns());
    }
  }

 private:
  struct notification {
    std::uint64_t event = 0;
    std::int64_t t_ns = 0;
    std::uint64_t by = 0;  // id
  };
  struct wait {
    std::uint64_t object = 0;
    notification missed;
  };
  struct lock_times {
    std::uint64_t last = 0, before = 0;  // events
  };
  struct wake {
    std::uint64_t slot = 0, id = 0, event = 0;
    std::int64_t t_ns = 0;
  };

  void note_lock(const diary::coroutine_state* c, std::uint64_t event) {
    if (c == nullptr) return;
    lock_times& known = locks_[c->id];
    known = {event, known.last};
  }

  void note_wait(const diary::coroutine_state* c, const diary::event& e) {
    if (c == nullptr || e.args[1] != static_cast<std::uint64_t>(wait_reason::condition_variable)) return;
    const auto notified = unheard_.find(e.args[2]);
    if (notified == unheard_.end()) return;
    const notification missed = notified->second;
    unheard_.erase(notified);
    // Who has had the lock twice since has seen what the notification was about, and waits for the next one.
    const auto lock = locks_.find(c->id);
    if (lock != locks_.end() && lock->second.before > missed.event) return;
    if (about_.gaps.is_whole(e.thread, missed.event, e.n)) waits_[c->id] = {e.args[2], missed};
  }

  void note_wake(const diary::event& e, const diary::scheduler_state& state) {
    const diary::coroutine_state* const c = state.by_slot(e.args[0]);
    if (c == nullptr || c->status != diary::coroutine_status::blocked) return;
    const bool is_timer = e.type == event_type::wake_timer;
    const auto cause = static_cast<diary::wake_cause>(e.type == event_type::wake_fd ? 0 : e.args[1]);
    if (!is_timer && cause == diary::wake_cause::granted && c->reason == wait_reason::event) {
      woken_[c->object].push_back({c->slot, c->id, e.n, e.t_ns});
    }
    const auto found = waits_.find(c->id);
    if (found == waits_.end()) return;
    if (cause == diary::wake_cause::timed_out || cause == diary::wake_cause::deadlock) {
      report_unheard(*c, found->second, e.t_ns);
    }
    waits_.erase(found);
  }

  void note_clear(const diary::event& e, const diary::scheduler_state& state) {
    const diary::coroutine_state* const by = running_on(state, e.thread);
    const auto woken = woken_.find(e.args[0]);
    if (woken == woken_.end()) return;
    for (const wake& was : woken->second) {
      const diary::coroutine_state* const c = state.by_slot(was.slot);
      const bool has_run =
          c == nullptr || c->id != was.id || c->woken_event != was.event || c->status != diary::coroutine_status::ready;
      if (has_run || !about_.gaps.is_whole(c->thread, was.event, e.n)) continue;
      finding f;
      f.kind = finding_kind::lost_wakeup;
      f.coroutine = was.id;
      f.evidence = e.n;
      f.when = {was.t_ns, e.t_ns};
      f.site = f.cause = about_.trace.object_label(e.args[0]);
      f.title = f.site + " was cleared before " + about_.name(was.id) + " ran, which it had woken";
      f.detail = (by ? about_.name(by->id) + " cleared it" : std::string("It was cleared")) + " " +
                 duration_text(f.when.length_ns()) + " after the wake: whoever looks now finds it clear.";
      if (by) f.others.push_back(by->id);
      about_.report(std::move(f), c->thread);
    }
    woken_.erase(woken);
  }

  void report_unheard(const diary::coroutine_state& c, const wait& w, std::int64_t end_ns) {
    finding f;
    f.kind = finding_kind::lost_wakeup;
    f.coroutine = c.id;
    f.evidence = w.missed.event;
    f.when = {w.missed.t_ns, end_ns};
    f.site = f.cause = about_.trace.object_label(w.object);
    f.title = f.site + " was notified before " + about_.name(c.id) + " waited, which then waited for " +
              duration_text(about_.paused.active_ns(c.thread, {c.since_ns, end_ns}));
    f.detail = "Nobody waited when " + (w.missed.by != 0 ? about_.name(w.missed.by) : std::string("it")) +
               (w.missed.by != 0 ? " notified it" : " was notified") +
               ", and nobody did so again. Look and wait under one lock: wait(lock, condition).";
    if (w.missed.by != 0) f.others.push_back(w.missed.by);
    about_.report(std::move(f), c.thread);
  }

  const investigation& about_;
  std::unordered_map<std::uint64_t, notification> unheard_;     // by object: the last that nobody heard
  std::unordered_map<std::uint64_t, lock_times> locks_;         // by coroutine
  std::unordered_map<std::uint64_t, wait> waits_;               // by coroutine: waits that began after an unheard one
  std::unordered_map<std::uint64_t, std::vector<wake>> woken_;  // by event: whom it has woken since it was cleared
};

}  // namespace

std::unique_ptr<detector> make_lost_wakeup(const investigation& about) { return std::make_unique<lost_wakeup>(about); }

}  // namespace weft::viz
