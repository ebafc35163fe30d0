// Checkpoints in the file: they set the state of one thread's scheduler as a whole. At the start of a recording they
// introduce who was alive already; later ones repeat what the events said, and are compared with it.
#include <utility>

#include "trace/scheduler_state.hpp"
#include "trace/scheduler_words.hpp"

namespace weft::diary {
void scheduler_state::checkpoint_event(step& s) {
  const event& e = s.e;
  checkpoint_reading& reading = s.memory.checkpoint;
  if (e.type == event_type::checkpoint_begin) {
    begin_checkpoint(s);
    return;
  }
  if (!reading.is_open) {
    report(s, "part of a checkpoint that never began");
    return;
  }
  switch (e.type) {
    case event_type::checkpoint_coroutine:
      checkpoint_coroutine(s);
      break;
    case event_type::checkpoint_wait: {
      coroutine_state* c = live_.find(reading.last_slot);
      if (c == nullptr || c->status != coroutine_status::blocked) {
        report(s, "a checkpoint tells what " + name_of(reading.last_slot) + " waits for, which is not blocked");
        break;
      }
      stop_waiting(*c);
      c->object = e.args[0];
      c->owner_slot = e.args[1];
      c->fd = static_cast<int>(e.args[2]) - 1;
      if (e.args[3] != 0) c->deadline_ns = later(s.now_ns, e.args[3] - 1);
      if (c->object != 0) objects_[c->object].waiters.push_back(c->slot);
      break;
    }
    case event_type::checkpoint_ready: {
      const coroutine_state* c = live_.find(e.args[0]);
      if (c == nullptr || c->status != coroutine_status::ready || c->thread != e.thread ||
          s.thread.ready.size() >= reading.ready) {
        report(s, "a checkpoint puts " + name_of(e.args[0]) + " into the ready queue, which is not ready");
        break;
      }
      s.thread.ready.push_back(e.args[0]);
      break;
    }
    case event_type::checkpoint_owner: {
      const coroutine_state* c = live_.find(e.args[1]);
      if (c == nullptr) {
        report(s,
               "a checkpoint gives object " + number(e.args[0]) + " to slot " + number(e.args[1]) + ", which is free");
        break;
      }
      objects_[e.args[0]].owner_slot = e.args[1];
      objects_[e.args[0]].owner_runs = c->runs > 0 ? c->runs - 1 : 0;
      break;
    }
    default:
      end_checkpoint(s);
      break;
  }
}

void scheduler_state::begin_checkpoint(step& s) {
  checkpoint_reading& reading = s.memory.checkpoint;
  if (reading.is_open) report(s, "a checkpoint begins inside a checkpoint");
  reading = {};
  reading.is_open = true;
  reading.expected = s.e.args[0];
  reading.ready_before = s.thread.ready;

  live_.for_each([&](const coroutine_state& c) {
    if (c.thread == s.e.thread) reading.before.emplace(c.id, c);
  });
  for (auto o = objects_.begin(); o != objects_.end();) {
    const coroutine_state* owner = live_.find(o->second.owner_slot);
    if (owner != nullptr && owner->thread == s.e.thread) o->second.owner_slot = 0;
    const std::uint64_t id = o->first;
    ++o;
    forget_if_empty(id);
  }
  for (const auto& [id, c] : reading.before) {
    coroutine_state* live = live_.find(c.slot);
    if (live == nullptr) continue;
    if (live->status == coroutine_status::blocked) stop_waiting(*live);
    live_.remove(c.slot);
  }
  s.thread.ready.clear();
  if (s.thread.running_slot != s.e.args[1]) {
    if (s.memory.has_switched) {
      report(s, "a checkpoint says that slot " + number(s.e.args[1]) + " runs, the events say " +
                    number(s.thread.running_slot));
    }
    close_thread_sums(s);
  }
  s.thread.running_slot = 0;  // until its coroutine comes
  reading.running_slot = s.e.args[1];
}

void scheduler_state::checkpoint_coroutine(step& s) {
  const event& e = s.e;
  checkpoint_reading& reading = s.memory.checkpoint;
  const std::uint64_t slot = e.args[0], id = e.args[1];
  const auto status = static_cast<coroutine_status>(e.args[5] & 15);
  reading.last_slot = slot;
  ++reading.seen;
  if (slot == 0 || id == 0 || status == coroutine_status::none || status > coroutine_status::blocked ||
      (status == coroutine_status::running) != (slot == reading.running_slot)) {
    report(s, "a checkpoint has coroutine " + number(id) + " in slot " + number(slot) + " with status " +
                  number(e.args[5] & 15) + " while slot " + number(reading.running_slot) + " runs");
    return;
  }
  if (coroutine_state* other = live_.find(slot)) {
    report(s, "a checkpoint has coroutine " + number(id) + " in slot " + number(slot) + " while " + name_of(slot) +
                  " lives in it");
    detach(*other);
    live_.remove(slot);
  }
  coroutine_state c;
  const auto known = reading.before.find(id);
  if (known != reading.before.end()) {
    c = known->second;
    if (c.status != status || c.slot != slot) {
      report(s, "a checkpoint has coroutine " + number(id) + " " + word(status) + " in slot " + number(slot) +
                    ", the events have it " + word(c.status) + " in slot " + number(c.slot));
    }
    reading.before.erase(known);
  } else {
    c.id = id;
    c.parent = id_in(e.args[2]);
    c.spawned_ns = c.since_ns = s.now_ns;
    c.spawned_event = c.since_event = e.n;
  }
  c.slot = slot;
  c.name = e.args[3];
  c.site = e.args[4];
  c.thread = e.thread;
  if (c.status != status) {
    c.since_ns = s.now_ns;
    c.since_event = e.n;
  }
  c.status = status;
  c.object = 0;
  c.owner_slot = 0;
  c.fd = -1;
  if (status == coroutine_status::blocked || c.reason == wait_reason::none) {
    c.reason = static_cast<wait_reason>(e.args[5] >> 4);
  }
  c.deadline_ns.reset();
  if (status == coroutine_status::ready) ++reading.ready;
  if (status == coroutine_status::running) {
    s.thread.running_slot = slot;
    s.thread.last_run_id = id;
  }
  live_.add(slot) = c;
}

void scheduler_state::end_checkpoint(step& s) {
  const checkpoint_reading reading = std::exchange(s.memory.checkpoint, {});
  if (reading.seen != reading.expected) {
    report(s, "a checkpoint has " + number(reading.seen) + " coroutines and announced " + number(reading.expected));
  }
  if (reading.running_slot != s.thread.running_slot) {
    report(s, "a checkpoint lacks slot " + number(reading.running_slot) + ", which runs");
  }
  if (reading.ready != s.thread.ready.size()) {
    report(s, "a checkpoint has " + number(reading.ready) + " ready coroutines and a ready queue of " +
                  number(s.thread.ready.size()));
  }
  if (!reading.before.empty()) {
    report(s, "a checkpoint lacks coroutine " + number(reading.before.begin()->first) + ", which lives");
  }
  if (!reading.ready_before.empty() && !(reading.ready_before == s.thread.ready)) {
    report(s, "a checkpoint has another ready queue than the events");
  }
}

}  // namespace weft::diary
