// Sentences of the events that make somebody ready: wakes, spawns, take-overs, cancellations.
#include <algorithm>

#include "analysis/sentence_writer.hpp"
#include "model/time_scale.hpp"

namespace weft::viz {

using diary::coroutine_state;
using diary::coroutine_status;
using diary::wait_reason;
using diary::wake_cause;

bool sentence_writer::tell_wake() {
  const std::uint64_t slot = e_.args[0];
  const coroutine_state* const woken = before_.by_slot(slot);
  switch (e_.type) {
    case event_type::wake:
      say("wake: ");
      if (woken != nullptr) tell_cause(*woken, static_cast<wake_cause>(e_.args[1]));
      break;
    case event_type::wake_fd:
      say("wake: fd " + std::to_string(e_.args[1]) + " is " + fd_text(e_.args[2]) + ", ");
      break;
    case event_type::wake_timer:
      tell_timer(woken);
      break;
    case event_type::wake_remote: {
      const coroutine_state* const now = after_.by_slot(slot);
      say("wake from ");
      if (e_.args[3] == 0) {
        say("outside of the schedulers: ");
      } else {
        say("thread " + std::to_string(e_.args[3] - 1));
        if (now != nullptr && now->woken_event == e_.n && now->woken_by != 0) say(", by ").who(now->woken_by);
        say(": ");
      }
      if (woken != nullptr) tell_cause(*woken, static_cast<wake_cause>(e_.args[1]));
      break;
    }
    case event_type::spawn:
      say("spawn: ").whose(after_.by_slot(slot)).say(" is new");
      tell_place(slot);
      return true;
    case event_type::spawn_after:
      say("spawn: ").whose(after_.by_slot(slot)).say(" is new and starts in " + delay_text(e_.args[5]));
      return true;
    case event_type::take_over:
      say("take over: thread " + std::to_string(e_.thread) + " takes ").in_slot(slot);
      say(", which has not started, from thread " + std::to_string(e_.args[1]));
      tell_place(slot);
      return true;
    case event_type::cancel:
      tell_cancel();
      return true;
    default:
      return false;
  }
  in_slot(slot);
  if (woken != nullptr && woken->status == coroutine_status::blocked) {
    say_since(*woken);
    tell_place(slot);
  }
  return true;
}

// Ends with the words in front of the name of the woken one.
void sentence_writer::tell_cause(const coroutine_state& woken, wake_cause cause) {
  const bool is_join = woken.reason == wait_reason::join;
  switch (cause) {
    case wake_cause::cancelled:
      say("its wait (").say_wait_of(woken).say(") ends as cancelled, ");
      return;
    case wake_cause::timed_out:
      say("the time limit of its wait (").say_wait_of(woken).say(") ran out, ");
      return;
    case wake_cause::closed:
      say("what it waits for (").say_wait_of(woken).say(") is closed, ");
      return;
    case wake_cause::deadlock:
      say("nobody could ever end its wait (").say_wait_of(woken).say("), it gets a deadlock_error: ");
      return;
    case wake_cause::started:
      say("its time to start has come, ");
      return;
    case wake_cause::expired:
      say("the timeout_scope around its wait (").say_wait_of(woken).say(") ran out, ");
      return;
    default:
      break;
  }
  const coroutine_state* const owner = is_join ? before_.owner_of_wait(woken) : nullptr;
  if (owner != nullptr) {
    say("the end of ").whose(owner).say(" has come, ");
    return;
  }
  say("what it waits for (").say_wait_of(woken).say(") is there, ");
}

void sentence_writer::tell_place(std::uint64_t slot) {
  const coroutine_state* const now = after_.by_slot(slot);
  if (now == nullptr || now->status != coroutine_status::ready || now->thread >= after_.threads().size()) return;
  const diary::slot_queue& ready = after_.threads()[now->thread].ready;
  const auto place = std::find(ready.begin(), ready.end(), slot);
  if (place == ready.end()) return;
  say(" stands ready");
  if (place == ready.begin()) {
    say(", the first of " + std::to_string(ready.size()));
  } else {
    say(" behind ").whose(after_.by_slot(*(place - 1)));
    say(", place " + std::to_string(place - ready.begin() + 1) + " of " + std::to_string(ready.size()));
  }
  if (now->thread != e_.thread) say(" on thread " + std::to_string(now->thread));
}

void sentence_writer::tell_timer(const coroutine_state* woken) {
  const auto cause = static_cast<wake_cause>(e_.args[1]);
  say("wake: ");
  if (cause != wake_cause::granted && cause != wake_cause::none && woken != nullptr) tell_cause(*woken, cause);
  const auto late_ns = static_cast<std::int64_t>(std::min<std::uint64_t>(e_.args[2], INT64_MAX / 2));
  say(late_ns == 0 ? "the timer is on time" : "the timer is " + duration_text(late_ns) + " late");
  if (late_ns > 0) tell_holder(late_ns);
  say("; ");
}

// Who ran longest in the time by which the timer is late. Looks at the latest events only, and not across a loss.
void sentence_writer::tell_holder(std::int64_t late_ns) {
  if (!knows_times()) return;
  constexpr std::uint64_t looked_at = 4096;
  const std::int64_t due_ns = e_.t_ns - late_ns;
  std::uint64_t slot = 0, begin_event = 0, longest = 0, longest_event = 0;
  std::int64_t begin_ns = 0, longest_ns = 0, whole_ns = 0;
  const auto close = [&](std::int64_t end_ns, std::uint64_t end_event) {
    const std::int64_t shared_ns = end_ns - std::max(begin_ns, due_ns);
    if (slot == 0 || shared_ns <= longest_ns) return;
    longest_ns = shared_ns;
    whole_ns = end_ns - begin_ns;
    longest = trace_.id_of_slot(slot, end_event);
    longest_event = begin_event;
  };
  const auto look = [&](const diary::event& e) {
    if (e.thread != e_.thread) return true;
    if (e.type == event_type::loss) slot = longest = 0, longest_ns = 0;
    if (e.type < event_type::enter || e.type > event_type::finish) return true;
    if (slot == 0 || e.args[0] != slot) {
      close(e.t_ns, e.n);
      slot = e.args[0];
      begin_ns = e.t_ns;
      begin_event = e.n;
    }
    return true;
  };
  trace_.source().for_each(e_.n - std::min(e_.n, looked_at), e_.n, look);
  close(e_.t_ns, e_.n);
  if (longest == 0 || longest_ns < late_ns / 2) return;
  say(", ").who(longest).say(" held the thread for " + duration_text(whole_ns) + " (since ").event(longest_event);
  say(")");
}

void sentence_writer::tell_cancel() {
  const coroutine_state* const target = before_.by_slot(e_.args[0]);
  const coroutine_state* const asks = running_before();
  say("cancel: ");
  if (target == nullptr) {
    say("meant for a coroutine that the diary does not name");
    return;
  }
  const bool is_own = asks != nullptr && asks->id == target->id;
  if (asks != nullptr) {
    whose(asks).say(" asks ");
    is_own ? say("itself") : whose(target);
    say(" to end");
  } else {
    whose(target).say(" is asked to end");
  }
  switch (target->status) {
    case coroutine_status::blocked:
      say("; its wait (").say_wait_of(*target).say(") is what ends first");
      break;
    case coroutine_status::ready:
      say(target->runs == 0 && !target->has_left ? "; it has not begun" : "; it is ready, its next wait throws");
      break;
    case coroutine_status::running:
      say("; its next wait throws");
      break;
    default:
      break;
  }
}

}  // namespace weft::viz
