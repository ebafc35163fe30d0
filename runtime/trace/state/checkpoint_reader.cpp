#include "trace/state/checkpoint_reader.hpp"

#include <algorithm>
#include <utility>

#include "trace/state/scheduler_words.hpp"

namespace weft::diary {

void checkpoint_reader::take(event_step& s, bool is_base) {
  takes_base_ = is_base;
  if (s.e.type == event_type::checkpoint_part) {
    part(s);
  } else {
    take_plain(s);
  }
}

void checkpoint_reader::take_plain(event_step& s) {
  if (s.e.type == event_type::checkpoint_begin) {
    begin(s);
    return;
  }
  if (!reading_.is_open) {
    s.report("part of a checkpoint that never began");
    return;
  }
  switch (s.e.type) {
    case event_type::checkpoint_coroutine:
      reading_.last_slot = s.e.args[0];
      ++reading_.seen;
      reading_.compares ? compare_coroutine(s) : set_coroutine(s);
      break;
    case event_type::checkpoint_wait:
      wait(s);
      break;
    case event_type::checkpoint_ready:
      ready(s);
      break;
    case event_type::checkpoint_owner:
      if (!takes_base_) owner(s);
      break;
    case event_type::checkpoint_object:
      if (!takes_base_) object(s);
      break;
    default:
      end(s);
      break;
  }
}

void checkpoint_reader::begin(event_step& s, bool has_base) {
  if (reading_.is_open) s.report("a checkpoint begins inside a checkpoint");
  bool has_coroutines = false;
  if (!s.known.has_switched) {
    s.facts.live.for_each([&](const coroutine_state& c) { has_coroutines = has_coroutines || c.thread == s.e.thread; });
  }
  reading_ = {};
  reading_.is_open = true;
  reading_.compares = s.known.knows_past && (s.known.has_switched || has_coroutines);
  reading_.expected = s.e.args[0];
  reading_.running_slot = s.e.args[1];
  reading_.begin_event = s.e.n;
  reading_.begin_ordinal = s.e.ordinal;
  if (s.thread.running_slot != reading_.running_slot && s.known.has_switched && s.known.knows_past) {
    s.report("a checkpoint says that slot " + number(reading_.running_slot) + " runs, the events say " +
             number(s.thread.running_slot));
  }
  base_ordinal_.reset();
  if (reading_.compares) return;
  if (s.e.args[0] != 0 || !s.known.knows_past) s.facts.has_unseen_past = true;
  clear_thread(s, has_base);
  if (s.thread.running_slot != reading_.running_slot) s.thread.close_sums(s.now_ns);
  s.thread.running_slot = 0;  // until the row of the running coroutine
}

// Removes the thread's known coroutines from all queues. The coroutines stay, with their sums, until end() shows
// which of them still live.
void checkpoint_reader::clear_thread(event_step& s, bool keeps_waiters) {
  const auto is_ours = [&](std::uint64_t slot) {
    const coroutine_state* c = s.facts.live.find(slot);
    return c != nullptr && c->thread == s.e.thread;
  };
  s.facts.objects.for_each([&](object_state& o) {
    if (o.owner_slot != 0 && is_ours(o.owner_slot)) o.owner_slot = 0;
    if (!keeps_waiters) o.waiters.remove_if(is_ours);
  });
  s.thread.ready.clear();
}

void checkpoint_reader::compare_coroutine(event_step& s) {
  const event& e = s.e;
  const std::uint64_t slot = e.args[0], id = e.args[1];
  const auto status = static_cast<coroutine_status>(e.args[5] & 15);
  const coroutine_state* c = s.facts.live.find(slot);
  if (c == nullptr || c->id != id || c->thread != e.thread) {
    s.report("a checkpoint has coroutine " + number(id) + " in slot " + number(slot) + ", the events have " +
             (c != nullptr ? s.facts.name_of(slot) + " there" : "nobody there"));
  } else if (c->status != status) {
    s.report("a checkpoint has coroutine " + number(id) + " " + word(status) + " in slot " + number(slot) +
             ", the events have it " + word(c->status) + " in slot " + number(c->slot));
  }
}

void checkpoint_reader::set_coroutine(event_step& s) {
  const event& e = s.e;
  const std::uint64_t slot = e.args[0], id = e.args[1];
  const auto status = static_cast<coroutine_status>(e.args[5] & 15);
  if (slot == 0 || id == 0 || status == coroutine_status::none || status > coroutine_status::blocked ||
      (status == coroutine_status::running) != (slot == reading_.running_slot)) {
    s.report("a checkpoint has coroutine " + number(id) + " in slot " + number(slot) + " with status " +
             number(e.args[5] & 15) + " while slot " + number(reading_.running_slot) + " runs");
    return;
  }
  coroutine_state* other = s.facts.live.find(slot);
  const bool is_known = other != nullptr && other->id == id && other->thread == e.thread;
  if (other != nullptr && !is_known) {
    // A missing coroutine of this thread is no error: it ended in the gap before the checkpoint.
    if (other->thread != e.thread || other->seen_by == reading_.begin_event + 1) {
      s.report("a checkpoint has coroutine " + number(id) + " in slot " + number(slot) + " while " +
               s.facts.name_of(slot) + " lives in it");
      s.facts.detach(*other);
    }
    s.facts.live.remove(slot);
  }
  coroutine_state fresh;
  if (!is_known) {
    fresh.id = id;
    fresh.parent = s.facts.id_in(e.args[2]);
    fresh.spawned_ns = fresh.since_ns = s.now_ns;
    fresh.spawned_event = fresh.since_event = e.n;
    s.facts.just_introduced.push_back(slot);
    fresh.from_checkpoint = fresh.has_left = true;
  }
  coroutine_state& c = is_known ? *other : s.facts.live.add(slot) = fresh;
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
  c.seen_by = reading_.begin_event + 1;
  if (status == coroutine_status::ready) ++reading_.ready;
  if (status == coroutine_status::running) {
    s.thread.running_slot = slot;
    s.thread.last_run_id = id;
  }
}

void checkpoint_reader::wait(event_step& s) {
  const event& e = s.e;
  coroutine_state* c = s.facts.live.find(reading_.last_slot);
  if (c == nullptr || c->status != coroutine_status::blocked) {
    s.report("a checkpoint tells what " + s.facts.name_of(reading_.last_slot) + " waits for, which is not blocked");
    return;
  }
  const int fd = static_cast<int>(e.args[2]) - 1;
  if (reading_.compares) {
    if (c->object != e.args[0] || c->fd != fd) {
      s.report("a checkpoint has " + s.facts.name_of(c->slot) + " wait for object " + number(e.args[0]) + ", fd " +
               std::to_string(fd) + ", the events for object " + number(c->object) + ", fd " + std::to_string(c->fd));
    }
    return;
  }
  c->object = e.args[0];
  c->owner_slot = e.args[1];
  c->fd = fd;
  if (e.args[3] != 0) c->deadline_ns = later(s.now_ns, e.args[3] - 1);
  put_back(s, *c, e.args[4]);
  if (c->object != 0) reading_.waits.push_back({c->object, e.args[5], c->slot});
}

void checkpoint_reader::ready(event_step& s) {
  const event& e = s.e;
  coroutine_state* c = s.facts.live.find(e.args[0]);
  if (reading_.compares) {
    const slot_queue& ready = s.thread.ready;
    if (reading_.ready >= ready.size() || ready[reading_.ready] != e.args[0]) {
      s.report("a checkpoint has another ready queue than the events: " + s.facts.name_of(e.args[0]) + " in place " +
               number(reading_.ready));
    }
    ++reading_.ready;
    return;
  }
  if (c == nullptr || c->status != coroutine_status::ready || c->thread != e.thread ||
      s.thread.ready.size() >= reading_.ready) {
    s.report("a checkpoint puts " + s.facts.name_of(e.args[0]) + " into the ready queue, which is not ready");
    return;
  }
  put_back(s, *c, e.args[1]);
  s.thread.ready.push_back(e.args[0]);
}

// Sets the start of the present state of a coroutine that is new to the reader: before the checkpoint.
void checkpoint_reader::put_back(event_step& s, coroutine_state& c, std::uint64_t for_ns) const {
  if (c.since_event < reading_.begin_event) return;
  c.since_ns = later(s.now_ns, 0) - later(0, for_ns);
  c.spawned_ns = std::min(c.spawned_ns, c.since_ns);
}

void checkpoint_reader::owner(event_step& s) const {
  const event& e = s.e;
  const coroutine_state* c = s.facts.live.find(e.args[1]);
  if (c == nullptr) {
    s.report("a checkpoint gives object " + number(e.args[0]) + " to slot " + number(e.args[1]) + ", which is free");
    return;
  }
  if (reading_.compares) {
    const auto known = s.facts.objects.find(e.args[0]);
    const std::uint64_t owner = known != s.facts.objects.end() ? known->second.owner_slot : 0;
    if (owner != e.args[1] && !s.facts.has_unseen_past) {
      s.report("a checkpoint gives object " + number(e.args[0]) + " to " + s.facts.name_of(e.args[1]) +
               ", the events to " + (owner != 0 ? s.facts.name_of(owner) : "nobody"));
    }
    return;
  }
  s.facts.objects[e.args[0]].owner_slot = e.args[1];
  s.facts.objects[e.args[0]].owner_runs = c->runs > 0 ? c->runs - 1 : 0;
}

// Another thread may have changed the object since this thread last used it.
void checkpoint_reader::object(event_step& s) const {
  object_state& o = s.facts.objects[s.e.args[0]];
  if (s.e.args[1] != 0 && !o.depth) o.depth = s.e.args[1];
  if (s.e.args[2] != 0 && !o.is_set) o.is_set = true;
}

void checkpoint_reader::end(event_step& s) {
  reading told = std::exchange(reading_, {});
  if (told.seen != told.expected) {
    s.report("a checkpoint has " + number(told.seen) + " coroutines and announced " + number(told.expected));
  }
  if (!told.compares && told.running_slot != s.thread.running_slot) {
    s.report("a checkpoint lacks slot " + number(told.running_slot) + ", which runs");
  }
  if (told.ready != s.thread.ready.size()) {
    s.report("a checkpoint has " + number(told.ready) + " ready coroutines and a ready queue of " +
             number(s.thread.ready.size()));
  }
  if (told.compares) {
    std::uint64_t living = 0;
    s.facts.live.for_each([&](const coroutine_state& c) { living += c.thread == s.e.thread; });
    if (living > told.seen) {
      s.report("a checkpoint has " + number(told.seen) + " coroutines, " + number(living) + " live");
    }
    return;
  }
  // The waiter with the most state changes since its wait started has waited longest.
  std::stable_sort(told.waits.begin(), told.waits.end(), [](const known_wait& a, const known_wait& b) {
    return a.object != b.object ? a.object < b.object : a.changes_ago > b.changes_ago;
  });
  for (const known_wait& w : told.waits) s.facts.objects[w.object].waiters.push_back(w.slot);
  std::vector<std::uint64_t> gone;
  s.facts.live.for_each([&](const coroutine_state& c) {
    if (c.thread == s.e.thread && c.seen_by != told.begin_event + 1) gone.push_back(c.slot);
  });
  for (const std::uint64_t slot : gone) {
    if (told.has_base) s.facts.detach(*s.facts.live.find(slot));
    s.facts.live.remove(slot);
  }
  if (takes_base_) base_ordinal_ = told.begin_ordinal;
  s.known.knows_past = !takes_base_;  // changes since the base are still to come
  s.known.has_switched = true;
}

}  // namespace weft::diary
