#include "analysis/givers.hpp"

#include <algorithm>

#include "analysis/detector.hpp"

namespace weft::viz {
namespace {

using diary::event_type;
using diary::wait_reason;

// True if an event of this type can end a wait of this reason, even if no coroutine waits at that moment.
bool gives(event_type type, wait_reason to) {
  switch (type) {
    case event_type::queue_put:
      return to == wait_reason::queue_get;
    case event_type::queue_get:
      return to == wait_reason::queue_put || to == wait_reason::queue_join;
    case event_type::event_set:
      return to == wait_reason::event;
    default:
      return false;
  }
}

void note(std::vector<giver>& all, std::uint64_t who, std::uint64_t event) {
  auto found = std::find_if(all.begin(), all.end(), [who](const giver& g) { return g.coroutine == who; });
  if (found == all.end()) found = all.insert(all.end(), giver{who, 0, event, event});
  ++found->times;
  found->last_event = event;
}

}  // namespace

wait_givers givers_of(const diary::history& trace, std::uint64_t count, const diary::coroutine_state& c) {
  wait_givers result;
  const std::uint64_t object = c.object, id = c.id, slot = c.slot;
  const wait_reason reason = c.reason;
  diary::scheduler_state state(trace.source().info().shuffled);
  std::uint64_t counted_wake_of = 0;  // event after the last gift: a put and its wake count once
  trace.source().walk(0).for_each([&](const diary::event& e) {
    const diary::coroutine_state* const runs = running_on(state, e.thread);
    const bool is_wake_of_waiter = is_wake(e.type) && [&] {
      const diary::coroutine_state* const woken = state.by_slot(e.args[0]);
      return woken != nullptr && woken->status == diary::coroutine_status::blocked &&
             ((object != 0 && woken->object == object && woken->reason == reason) || woken->id == id);
    }();
    const bool is_gift = object != 0 && e.args[0] == object && gives(e.type, reason);
    const std::uint64_t by = runs != nullptr ? runs->id : 0;
    state.apply(e);
    if (is_gift) {
      note(result.all, by, e.n);
      counted_wake_of = e.n + 1;
      return true;
    }
    if (!is_wake_of_waiter) return true;
    const diary::coroutine_state* const woken = state.by_slot(e.args[0]);
    if (woken == nullptr || woken->woken_event != e.n) return true;
    if (e.n >= count && !result.has_ended && e.args[0] == slot && woken->id == id) {
      result.has_ended = true;
      result.end = {e.n, e.t_ns, woken->woken_by, woken->woken_cause};
    }
    const bool is_granted = woken->woken_cause == diary::wake_cause::granted && object != 0 &&
                            e.type != event_type::wake_timer && e.type != event_type::wake_fd;
    // Ignore a later wait of the same coroutine for another object.
    const bool is_for_it =
        is_wake(e.type) && (e.type == event_type::wake || e.type == event_type::wake_remote) && e.args[2] == object;
    if (is_granted && is_for_it && counted_wake_of != e.n) note(result.all, woken->woken_by, e.n);
    return true;
  });
  return result;
}

}  // namespace weft::viz
