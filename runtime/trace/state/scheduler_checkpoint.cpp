// Checkpoints in the file: the whole state of one thread's scheduler. If all earlier events are known (the usual case),
// a checkpoint only repeats their sum, and is compared with it. If events are missing (the recording started in the
// middle, events were lost, or a reader starts here), the checkpoint sets the state.
#include <algorithm>
#include <utility>

#include "trace/state/scheduler_state.hpp"
#include "trace/state/scheduler_steps.hpp"
#include "trace/state/scheduler_words.hpp"

namespace weft::diary {

void scheduler_state::checkpoint_event(step& s) {
  const event& e = s.e;
  checkpoint_reading& reading = s.memory.checkpoint;
  if (e.type == event_type::checkpoint_begin) {
    begin_checkpoint(s);
    return;
  }
  if (e.type == event_type::checkpoint_part) {
    checkpoint_part(s);
    return;
  }
  if (!reading.is_open) {
    report(s, "part of a checkpoint that never began");
    return;
  }
  switch (e.type) {
    case event_type::checkpoint_coroutine:
      reading.last_slot = e.args[0];
      ++reading.seen;
      reading.compares ? compare_coroutine(s) : set_coroutine(s);
      break;
    case event_type::checkpoint_wait:
      checkpoint_wait(s);
      break;
    case event_type::checkpoint_ready:
      checkpoint_ready(s);
      break;
    case event_type::checkpoint_owner:
      if (!takes_base_) checkpoint_owner(s);
      break;
    case event_type::checkpoint_object: {
      if (takes_base_) break;
      // Another thread may have changed the object since this thread last used it.
      object_state& o = objects_[e.args[0]];
      if (e.args[1] != 0 && !o.depth) o.depth = e.args[1];
      if (e.args[2] != 0 && !o.is_set) o.is_set = true;
      break;
    }
    default:
      end_checkpoint(s);
      break;
  }
}

void scheduler_state::begin_checkpoint(step& s, bool has_base) {
  checkpoint_reading& reading = s.memory.checkpoint;
  if (reading.is_open) report(s, "a checkpoint begins inside a checkpoint");
  bool has_coroutines = false;
  if (!s.memory.has_switched) {
    live_.for_each([&](const coroutine_state& c) { has_coroutines = has_coroutines || c.thread == s.e.thread; });
  }
  reading = {};
  reading.is_open = true;
  reading.compares = s.memory.knows_past && (s.memory.has_switched || has_coroutines);
  reading.expected = s.e.args[0];
  reading.running_slot = s.e.args[1];
  reading.begin_event = s.e.n;
  reading.begin_ordinal = s.e.ordinal;
  if (s.thread.running_slot != reading.running_slot && s.memory.has_switched && s.memory.knows_past) {
    report(s, "a checkpoint says that slot " + number(reading.running_slot) + " runs, the events say " +
                  number(s.thread.running_slot));
  }
  s.memory.base_ordinal.reset();
  if (reading.compares) return;
  if (s.e.args[0] != 0 || !s.memory.knows_past) has_unseen_past_ = true;
  clear_thread(s, has_base);
  if (s.thread.running_slot != reading.running_slot) close_thread_sums(s);
  s.thread.running_slot = 0;  // until the row of the running coroutine
}

// Removes the thread's known coroutines from all queues. The coroutines stay, with their sums, until end_checkpoint
// shows which of them still live.
void scheduler_state::clear_thread(step& s, bool keeps_waiters) {
  const auto is_ours = [&](std::uint64_t slot) {
    const coroutine_state* c = live_.find(slot);
    return c != nullptr && c->thread == s.e.thread;
  };
  objects_.for_each([&](object_state& o) {
    if (o.owner_slot != 0 && is_ours(o.owner_slot)) o.owner_slot = 0;
    if (!keeps_waiters) o.waiters.remove_if(is_ours);
  });
  s.thread.ready.clear();
}

void scheduler_state::compare_coroutine(step& s) {
  const event& e = s.e;
  const std::uint64_t slot = e.args[0], id = e.args[1];
  const auto status = static_cast<coroutine_status>(e.args[5] & 15);
  const coroutine_state* c = live_.find(slot);
  if (c == nullptr || c->id != id || c->thread != e.thread) {
    report(s, "a checkpoint has coroutine " + number(id) + " in slot " + number(slot) + ", the events have " +
                  (c != nullptr ? name_of(slot) + " there" : "nobody there"));
  } else if (c->status != status) {
    report(s, "a checkpoint has coroutine " + number(id) + " " + word(status) + " in slot " + number(slot) +
                  ", the events have it " + word(c->status) + " in slot " + number(c->slot));
  }
}

void scheduler_state::set_coroutine(step& s) {
  const event& e = s.e;
  checkpoint_reading& reading = s.memory.checkpoint;
  const std::uint64_t slot = e.args[0], id = e.args[1];
  const auto status = static_cast<coroutine_status>(e.args[5] & 15);
  if (slot == 0 || id == 0 || status == coroutine_status::none || status > coroutine_status::blocked ||
      (status == coroutine_status::running) != (slot == reading.running_slot)) {
    report(s, "a checkpoint has coroutine " + number(id) + " in slot " + number(slot) + " with status " +
                  number(e.args[5] & 15) + " while slot " + number(reading.running_slot) + " runs");
    return;
  }
  coroutine_state* other = live_.find(slot);
  const bool is_known = other != nullptr && other->id == id && other->thread == e.thread;
  if (other != nullptr && !is_known) {
    // A missing coroutine of this thread is no error: it ended in the gap before the checkpoint.
    if (other->thread != e.thread || other->seen_by == reading.begin_event + 1) {
      report(s, "a checkpoint has coroutine " + number(id) + " in slot " + number(slot) + " while " + name_of(slot) +
                    " lives in it");
      detach(*other);
    }
    live_.remove(slot);
  }
  coroutine_state fresh;
  if (!is_known) {
    fresh.id = id;
    fresh.parent = id_in(e.args[2]);
    fresh.spawned_ns = fresh.since_ns = s.now_ns;
    fresh.spawned_event = fresh.since_event = e.n;
    just_introduced_.push_back(slot);
    fresh.from_checkpoint = fresh.has_left = true;
  }
  coroutine_state& c = is_known ? *other : live_.add(slot) = fresh;
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
  c.deadline_ns.reset();
  if (status == coroutine_status::blocked || c.reason == wait_reason::none) {
    c.reason = static_cast<wait_reason>(e.args[5] >> 4);
  }
  c.seen_by = reading.begin_event + 1;
  if (status == coroutine_status::ready) ++reading.ready;
  if (status == coroutine_status::running) {
    s.thread.running_slot = slot;
    s.thread.last_run_id = id;
  }
}

void scheduler_state::checkpoint_wait(step& s) {
  const event& e = s.e;
  checkpoint_reading& reading = s.memory.checkpoint;
  coroutine_state* c = live_.find(reading.last_slot);
  if (c == nullptr || c->status != coroutine_status::blocked) {
    report(s, "a checkpoint tells what " + name_of(reading.last_slot) + " waits for, which is not blocked");
    return;
  }
  const int fd = static_cast<int>(e.args[2]) - 1;
  if (reading.compares) {
    if (c->object != e.args[0] || c->fd != fd) {
      report(s, "a checkpoint has " + name_of(c->slot) + " wait for object " + number(e.args[0]) + ", fd " +
                    std::to_string(fd) + ", the events for object " + number(c->object) + ", fd " +
                    std::to_string(c->fd));
    }
    return;
  }
  c->object = e.args[0];
  c->owner_slot = e.args[1];
  c->fd = fd;
  if (e.args[3] != 0) c->deadline_ns = later(s.now_ns, e.args[3] - 1);
  put_back(s, *c, e.args[4]);
  if (c->object != 0) reading.waits.push_back({c->object, e.args[5], c->slot});
}

void scheduler_state::checkpoint_ready(step& s) {
  const event& e = s.e;
  checkpoint_reading& reading = s.memory.checkpoint;
  coroutine_state* c = live_.find(e.args[0]);
  if (reading.compares) {
    const slot_queue& ready = s.thread.ready;
    if (reading.ready >= ready.size() || ready[reading.ready] != e.args[0]) {
      report(s, "a checkpoint has another ready queue than the events: " + name_of(e.args[0]) + " in place " +
                    number(reading.ready));
    }
    ++reading.ready;
    return;
  }
  if (c == nullptr || c->status != coroutine_status::ready || c->thread != e.thread ||
      s.thread.ready.size() >= reading.ready) {
    report(s, "a checkpoint puts " + name_of(e.args[0]) + " into the ready queue, which is not ready");
    return;
  }
  put_back(s, *c, e.args[1]);
  s.thread.ready.push_back(e.args[0]);
}

// Sets the start of the present state of a coroutine that is new to the reader: before the checkpoint.
void scheduler_state::put_back(step& s, coroutine_state& c, std::uint64_t for_ns) {
  if (c.since_event < s.memory.checkpoint.begin_event) return;
  c.since_ns = later(s.now_ns, 0) - later(0, for_ns);
  c.spawned_ns = std::min(c.spawned_ns, c.since_ns);
}

void scheduler_state::checkpoint_owner(step& s) {
  const event& e = s.e;
  const coroutine_state* c = live_.find(e.args[1]);
  if (c == nullptr) {
    report(s, "a checkpoint gives object " + number(e.args[0]) + " to slot " + number(e.args[1]) + ", which is free");
    return;
  }
  if (s.memory.checkpoint.compares) {
    const auto known = objects_.find(e.args[0]);
    const std::uint64_t owner = known != objects_.end() ? known->second.owner_slot : 0;
    if (owner != e.args[1] && !has_unseen_past_) {
      report(s, "a checkpoint gives object " + number(e.args[0]) + " to " + name_of(e.args[1]) + ", the events to " +
                    (owner != 0 ? name_of(owner) : "nobody"));
    }
    return;
  }
  objects_[e.args[0]].owner_slot = e.args[1];
  objects_[e.args[0]].owner_runs = c->runs > 0 ? c->runs - 1 : 0;
}

void scheduler_state::end_checkpoint(step& s) {
  checkpoint_reading reading = std::exchange(s.memory.checkpoint, {});
  if (reading.seen != reading.expected) {
    report(s, "a checkpoint has " + number(reading.seen) + " coroutines and announced " + number(reading.expected));
  }
  if (!reading.compares && reading.running_slot != s.thread.running_slot) {
    report(s, "a checkpoint lacks slot " + number(reading.running_slot) + ", which runs");
  }
  if (reading.ready != s.thread.ready.size()) {
    report(s, "a checkpoint has " + number(reading.ready) + " ready coroutines and a ready queue of " +
                  number(s.thread.ready.size()));
  }
  if (reading.compares) {
    std::uint64_t living = 0;
    live_.for_each([&](const coroutine_state& c) { living += c.thread == s.e.thread; });
    if (living > reading.seen) {
      report(s, "a checkpoint has " + number(reading.seen) + " coroutines, " + number(living) + " live");
    }
    return;
  }
  // The waiter with the most state changes since its wait started has waited longest.
  std::stable_sort(reading.waits.begin(), reading.waits.end(), [](const known_wait& a, const known_wait& b) {
    return a.object != b.object ? a.object < b.object : a.changes_ago > b.changes_ago;
  });
  for (const known_wait& w : reading.waits) objects_[w.object].waiters.push_back(w.slot);
  std::vector<std::uint64_t> gone;
  live_.for_each([&](const coroutine_state& c) {
    if (c.thread == s.e.thread && c.seen_by != reading.begin_event + 1) gone.push_back(c.slot);
  });
  for (const std::uint64_t slot : gone) {
    if (reading.has_base) detach(*live_.find(slot));
    live_.remove(slot);
  }
  if (takes_base_) s.memory.base_ordinal = reading.begin_ordinal;
  s.memory.knows_past = !takes_base_;  // changes since the base are still to come
  s.memory.has_switched = true;
}

}  // namespace weft::diary
