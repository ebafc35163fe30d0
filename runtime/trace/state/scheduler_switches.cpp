// Switches: the leaving and the entering coroutine, and the sums of the run.
#include <algorithm>

#include "trace/state/scheduler_state.hpp"
#include "trace/state/scheduler_steps.hpp"
#include "trace/state/scheduler_words.hpp"

namespace weft::diary {

void scheduler_state::switch_event(step& s) {
  const event& e = s.e;
  const std::uint64_t leaver_slot = s.thread.running_slot;
  if (s.thread.polling) {
    s.report(type_name(e.type) + " recorded inside a poll");
    s.thread.polling = false;
  }
  s.thread.close_sums(s.now_ns);
  s.thread.running_slot = 0;

  coroutine_state* leaver = leaver_slot != 0 ? facts_.live.find(leaver_slot) : nullptr;
  if (e.type == event_type::enter) {
    if (leaver != nullptr) {
      s.report("enter recorded while " + facts_.name_of(leaver_slot) + " runs");
      make_ready(s, *leaver);
    }
  } else if (leaver == nullptr) {
    s.report(type_name(e.type) + " recorded while nobody runs");
  } else {
    leave(s, *leaver);
  }
  s.memory.limit_ns.reset();
  s.known.has_switched = true;
  if (e.args[0] != 0) enter(s, e.args[0]);
  remember_run(s);
}

void scheduler_state::leave(step& s, coroutine_state& leaver) {
  const event& e = s.e;
  leaver.has_left = true;
  leaver.never_began = leaver.never_began && e.type == event_type::finish;
  if (e.type == event_type::yield) {
    make_ready(s, leaver);
    return;
  }
  if (e.type == event_type::finish) {
    auto status = static_cast<coroutine_status>(e.args[1]);
    if (e.args[1] > static_cast<std::uint64_t>(coroutine_status::cancelled) || !ended(status)) {
      s.report(facts_.name_of(leaver.slot) + " finishes with status " + number(e.args[1]));
      status = coroutine_status::done;
    }
    change(s, leaver, status);
    leaver.never_began = leaver.never_began && status == coroutine_status::cancelled;
    if (leaver.never_began) leaver.runs = 0;
    just_ended_ = leaver;
    facts_.live.remove(leaver.slot);
    return;
  }
  change(s, leaver, coroutine_status::blocked);
  leaver.object = 0;
  leaver.owner_slot = 0;
  leaver.fd = -1;
  leaver.deadline_ns = s.memory.limit_ns;
  leaver.reason = wait_reason::sleep;
  if (e.type == event_type::sleep) {
    const std::int64_t end_ns = later(s.now_ns, e.args[1]);
    leaver.deadline_ns = std::min(end_ns, leaver.deadline_ns.value_or(end_ns));
    return;
  }
  leaver.reason = static_cast<wait_reason>(e.args[1]);
  if (e.args[1] == 0 || e.args[1] > UINT8_MAX) {
    s.report(facts_.name_of(leaver.slot) + " blocks without a reason (" + number(e.args[1]) + ")");
    leaver.reason = wait_reason::none;
  }
  if (e.type == event_type::block_fd) {
    leaver.fd = static_cast<int>(e.args[2]);
    return;
  }
  leaver.object = e.args[2];
  leaver.owner_slot = e.args[3];
  if (leaver.object != 0) facts_.objects[leaver.object].waiters.push_back(leaver.slot);
}

void scheduler_state::enter(step& s, std::uint64_t slot) {
  coroutine_state* c = facts_.live.find(slot);
  if (c == nullptr) {
    s.report("slot " + number(slot) + " is entered, which is free");
    return;
  }
  if (c->thread != s.e.thread) {
    s.report(facts_.name_of(slot) + " of thread " + number(c->thread) + " is entered on thread " + number(s.e.thread));
    facts_.detach(*c);
    c->thread = s.e.thread;
    if (c->status == coroutine_status::ready) s.thread.ready.push_back(slot);
  }
  slot_queue& ready = s.thread.ready;
  if (c->status == coroutine_status::ready && !ready.empty() && ready.front() == slot) [[likely]] {
    ready.pop_front();
  } else {
    if (c->status == coroutine_status::ready && !shuffled_ && !ready.empty()) {
      s.report("ready queue order: " + facts_.name_of(slot) + " is entered, but " + facts_.name_of(ready.front()) +
               " is in front");
    }
    facts_.detach(*c);
  }
  change(s, *c, coroutine_status::running);
  s.thread.running_slot = slot;
  if (c->id == s.thread.last_run_id) return;
  s.thread.last_run_id = c->id;
  ++c->runs;
  ++s.thread.switches;
}

// True if this event is the first of its thread since the last switch.
bool scheduler_state::has_just_entered(const step& s) {
  const auto& runs = s.memory.runs;
  if (runs.empty()) return false;
  const std::size_t last = (s.memory.next_run + recent_run_count - 1) % recent_run_count;
  return runs[std::min(last, runs.size() - 1)].ordinal + 1 == s.e.ordinal;
}

void scheduler_state::remember_run(step& s) {
  auto& runs = s.memory.runs;
  const recent_run run{s.e.ordinal, s.thread.running_slot != 0 ? s.thread.last_run_id : 0};
  if (runs.size() < recent_run_count) {
    runs.push_back(run);
  } else {
    runs[s.memory.next_run] = run;
  }
  s.memory.next_run = (s.memory.next_run + 1) % recent_run_count;
}

}  // namespace weft::diary
