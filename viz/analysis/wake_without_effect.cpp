// Finds condition variables whose notified waiters mostly wait again at once: between the wake and the next wait on the
// same variable they released the lock only for that wait, and the diary shows no other action.
#include <map>

#include "analysis/detector.hpp"

namespace weft::viz {
namespace {

using diary::event_type;

class wake_without_effect : public detector {
 public:
  explicit wake_without_effect(const investigation& about) : about_(about) {}

  bool wants_before(diary::event_type /*type*/) const override { return true; }

  void before(const diary::event& e, const diary::scheduler_state& state) override {
    if (is_wake(e.type)) {
      note_wake(e, state);
      return;
    }
    const diary::coroutine_state* const c = running_on(state, e.thread);
    const auto found = c ? woken_.find(c->id) : woken_.end();
    if (found == woken_.end()) return;
    switch (e.type) {
      case event_type::lock_acquired:
      case event_type::time_limit:
      case event_type::yield:
        return;
      case event_type::lock_released:
      case event_type::lock_handed:
        ++found->second.releases;
        return;
      case event_type::block:
        // The coroutine may have to wait for the lock of the condition variable.
        if (e.args[1] == static_cast<std::uint64_t>(diary::wait_reason::mutex)) return;
        if (e.args[2] == found->second.object && found->second.releases <= 1) note_vain(*c, found->second, e);
        break;
      default:
        break;
    }
    woken_.erase(found);
  }

  void finish(const diary::scheduler_state&) override {
    for (auto& [object, v] : variables_) {
      if (v.vain < about_.limits.vain_wakes || v.vain * 2 <= v.wakes) continue;
      v.f.title = std::to_string(v.vain) + " of " + std::to_string(v.wakes) + " wakes of " +
                  about_.trace.object_label(object) + " had no effect";
      v.f.detail = "Who was woken went back to wait without having done anything, the last time " +
                   about_.name(v.f.coroutine) +
                   ". Notify when what is waited for is true, or notify one instead of all.";
      v.f.site = about_.trace.object_label(object);
      v.f.size = static_cast<std::int64_t>(v.vain);
      about_.report(std::move(v.f), v.thread);
    }
  }

 private:
  struct wake {
    std::uint64_t object = 0, event = 0;
    std::uint32_t releases = 0;  // of locks, since the wake
  };
  struct variable {
    finding f;
    std::uint64_t wakes = 0, vain = 0;
    std::uint32_t thread = 0;
  };

  void note_wake(const diary::event& e, const diary::scheduler_state& state) {
    const diary::coroutine_state* const target = state.by_slot(e.args[0]);
    if (!target || target->status != diary::coroutine_status::blocked) return;
    // If the coroutine wakes another one, the wake had an effect; a release of the lock does not count.
    if (target->reason != diary::wait_reason::mutex) {
      if (const diary::coroutine_state* const waker = running_on(state, e.thread)) woken_.erase(waker->id);
    }
    if (target->reason != diary::wait_reason::condition_variable || e.type == event_type::wake_timer) return;
    if (e.args[1] != static_cast<std::uint64_t>(diary::wake_cause::granted)) return;
    woken_[target->id] = {target->object, e.n, 0};
    ++variables_[target->object].wakes;
  }

  void note_vain(const diary::coroutine_state& c, const wake& w, const diary::event& e) {
    if (!about_.gaps.is_whole(e.thread, w.event, e.n)) return;
    variable& v = variables_[w.object];
    ++v.vain;
    v.f.kind = finding_kind::wake_without_effect;
    v.f.when = {v.vain == 1 ? e.t_ns : v.f.when.begin_ns, e.t_ns};
    v.f.coroutine = c.id;
    v.f.evidence = w.event;
    v.thread = e.thread;
  }

  const investigation& about_;
  std::map<std::uint64_t, wake> woken_;          // by coroutine: its last wake
  std::map<std::uint64_t, variable> variables_;  // by object
};

}  // namespace

std::unique_ptr<detector> make_wake_without_effect(const investigation& about) {
  return std::make_unique<wake_without_effect>(about);
}

}  // namespace weft::viz
