// Spawns, wakes, take-overs and locks: events of one coroutine that change another.
#include "trace/state/scheduler_state.hpp"
#include "trace/state/scheduler_steps.hpp"
#include "trace/state/scheduler_words.hpp"

namespace weft::diary {

void scheduler_state::spawn_event(step& s) {
  const event& e = s.e;
  const std::uint64_t slot = e.args[0], id = e.args[1], parent_slot = e.args[2];
  if (slot == 0 || id == 0) {
    s.report("a coroutine is spawned with slot " + number(slot) + " and id " + number(id));
    return;  // 0 is no coroutine in all events
  }
  if (coroutine_state* old = facts_.live.find(slot)) {
    s.report("slot " + number(slot) + " is given to coroutine " + number(id) + " while " + facts_.name_of(slot) +
             " lives in it");
    facts_.detach(*old);
    facts_.live.remove(slot);
  }
  std::uint64_t parent_id = 0;
  if (parent_slot != 0) {
    if (coroutine_state* parent = facts_.live.find(parent_slot)) {
      parent_id = parent->id;
      ++parent->spawns;
    } else if (!facts_.has_unseen_past) {
      s.report("coroutine " + number(id) + " is spawned by slot " + number(parent_slot) + ", which is free");
    }
  }
  coroutine_state c;
  c.slot = slot;
  c.id = id;
  c.parent = parent_id;
  c.name = e.args[3];
  c.site = e.args[4];
  c.thread = e.thread;
  c.spawned_ns = c.since_ns = s.now_ns;
  c.spawned_event = e.n;
  const bool is_delayed = e.type == event_type::spawn_after;
  change(s, c, is_delayed ? coroutine_status::blocked : coroutine_status::ready);
  if (is_delayed) {
    c.reason = wait_reason::start_timer;
    c.deadline_ns = later(s.now_ns, e.args[5]);
  } else {
    s.thread.ready.push_back(slot);
  }
  facts_.live.add(slot) = c;
}

void scheduler_state::wake_event(step& s) {
  const event& e = s.e;
  const std::uint64_t slot = e.args[0];
  coroutine_state* c = facts_.live.find(slot);
  if (c == nullptr) {
    s.report("slot " + number(slot) + " is woken, which is free");
    return;
  }
  if (c->status != coroutine_status::blocked) {
    s.report(facts_.name_of(slot) + " is woken while it is " + word(c->status));
    return;
  }
  if (c->thread != e.thread) {
    s.report(facts_.name_of(slot) + " of thread " + number(c->thread) + " is woken on thread " + number(e.thread));
  }
  c->woken_by = 0;
  c->woken_event = e.n;
  switch (e.type) {
    case event_type::wake_fd: {
      const int fd = static_cast<int>(e.args[1]);
      if (c->fd != fd) {
        s.report(facts_.name_of(slot) + " is woken by fd " + std::to_string(fd) +
                 (c->fd < 0 ? " but waits for no fd" : " but waits for fd " + std::to_string(c->fd)));
      }
      c->woken_cause = wake_cause::granted;
      break;
    }
    case event_type::wake_remote:
      c->woken_cause = static_cast<wake_cause>(e.args[1]);
      if (e.args[3] != 0) c->woken_by = who_ran(e.args[3] - 1, e.args[4]);
      break;
    case event_type::wake:
      c->woken_by = facts_.id_in(s.thread.running_slot);
      [[fallthrough]];
    default:
      c->woken_cause = static_cast<wake_cause>(e.args[1]);
      break;
  }
  facts_.stop_waiting(*c);
  make_ready(s, *c);
}

void scheduler_state::take_over_event(step& s) {
  const event& e = s.e;
  coroutine_state* c = facts_.live.find(e.args[0]);
  if (c == nullptr) {
    s.report("slot " + number(e.args[0]) + " is taken over, which is free");
    return;
  }
  if (c->runs != 0) s.report(facts_.name_of(c->slot) + " is taken over after it has started");
  if (c->thread != e.args[1]) {
    s.report(facts_.name_of(c->slot) + " is taken over from thread " + number(e.args[1]) + " but belongs to thread " +
             number(c->thread));
  }
  if (c->status != coroutine_status::ready) {
    s.report(facts_.name_of(c->slot) + " is taken over while it is " + word(c->status));
    if (c->status == coroutine_status::running) return;
  }
  const bool is_ready = c->status == coroutine_status::ready;
  if (is_ready) facts_.threads[c->thread].ready.remove(c->slot);
  c->thread = e.thread;
  if (is_ready) s.thread.ready.push_back(c->slot);
}

const coroutine_state* scheduler_state::owner_of_wait(const coroutine_state& c) const {
  if (c.status != coroutine_status::blocked) return nullptr;
  if (const auto found = facts_.objects.find(c.object); c.object != 0 && found != facts_.objects.end()) {
    if (found->second.owner_slot != 0) return by_slot(found->second.owner_slot);
  }
  // Another coroutine may have got the slot since.
  const coroutine_state* const then = c.owner_slot != 0 ? by_slot(c.owner_slot) : nullptr;
  const bool is_the_same = then != nullptr && (then->from_checkpoint || then->spawned_event < c.since_event);
  return is_the_same ? then : nullptr;
}

void scheduler_state::lock_event(step& s) {
  const event& e = s.e;
  const std::uint64_t id = e.args[0], running = s.thread.running_slot;
  object_state& object = facts_.objects[id];
  const coroutine_state* owner = object.owner_slot != 0 ? facts_.live.find(object.owner_slot) : nullptr;
  const bool is_single = !has_many_owners(id);

  if (e.type == event_type::lock_acquired) {
    if (running == 0) {
      s.report("object " + number(id) + " is locked while nobody runs");
    } else if (is_single && owner != nullptr && object.owner_slot != running) {
      s.report(facts_.name_of(running) + " locks object " + number(id) + ", which " +
               facts_.name_of(object.owner_slot) + " holds");
    }
    object.owner_slot = running;
    const coroutine_state* c = facts_.live.find(running);
    object.owner_runs = c != nullptr && c->runs > 0 ? c->runs - 1 : 0;
    return;
  }

  // A lock may be handed to a waiter that is cancelled before it runs. The lock then goes on without an act of its
  // owner.
  const bool owner_ran_with_it = owner != nullptr && owner->runs > object.owner_runs;
  if (is_single && object.owner_slot == 0) {
    if (!facts_.has_unseen_past) s.report("object " + number(id) + " is released, but nobody holds it");
  } else if (is_single && object.owner_slot != running && owner_ran_with_it) {
    s.report((running != 0 ? facts_.name_of(running) : "nobody") + " releases object " + number(id) + ", which " +
             facts_.name_of(object.owner_slot) + " holds");
  }
  object.owner_slot = 0;
  if (e.type == event_type::lock_handed) {
    const coroutine_state* heir = facts_.live.find(e.args[1]);
    if (heir == nullptr) {
      s.report("object " + number(id) + " is handed to slot " + number(e.args[1]) + ", which is free");
    } else {
      object.owner_slot = e.args[1];
      object.owner_runs = heir->runs;
    }
  }
}

}  // namespace weft::diary
