// How each event changes the state, and which rules it may break. The order in an event's handling is always: check,
// report, then do what makes most sense, so that one broken event does not break all that follow.
#include "trace/scheduler_state.hpp"

#include <algorithm>
#include <utility>

#include "trace/format.hpp"

namespace weft::diary {
namespace {

constexpr std::int64_t latest_ns = INT64_MAX / 2;

// `from` and a delay that a file may choose freely.
std::int64_t later(std::int64_t from_ns, std::uint64_t delay_ns) {
  if (delay_ns >= static_cast<std::uint64_t>(latest_ns)) return latest_ns;
  return std::min(latest_ns, from_ns + static_cast<std::int64_t>(delay_ns));
}

std::string number(std::uint64_t value) { return std::to_string(value); }

std::string type_name(event_type type) {
  const event_schema* schema = find_schema(type);
  return schema != nullptr ? std::string(schema->name) : "event type " + number(static_cast<std::uint64_t>(type));
}

// Names that a checkpoint uses are defined on the way.
bool may_be_in_checkpoint(event_type type) {
  return type >= event_type::checkpoint_begin
             ? type <= event_type::checkpoint_end
             : type == event_type::string || type == event_type::site || type == event_type::object;
}

std::string word(coroutine_status s) { return std::string(to_text(s)); }

}  // namespace

void scheduler_state::report(step& s, std::string text) {
  if (!s.broken) s.broken = violation{s.e.n, std::move(text)};
}

std::optional<violation> scheduler_state::apply(const event& e) {
  applied_ = e.n + 1;
  just_ended_.reset();
  if (e.thread >= threads_.size()) {
    if (e.thread >= max_threads) {
      return violation{e.n, "thread index " + number(e.thread) + " is out of range"};
    }
    threads_.resize(e.thread + 1);
    memories_.resize(e.thread + 1);
  }
  step s{e, threads_[e.thread], memories_[e.thread], e.t_ns, std::nullopt};
  if (!s.thread.has_events) {
    s.thread.has_events = true;
    s.thread.since_ns = e.t_ns;
    if (applied_ == 1 || now_ns_ < e.t_ns) now_ns_ = e.t_ns;
  } else if (e.t_ns < s.memory.last_ns) {
    report(s,
           "time goes back by " + std::to_string(s.memory.last_ns - e.t_ns) + " ns within thread " + number(e.thread));
    s.now_ns = s.memory.last_ns;
  }
  s.memory.last_ns = s.now_ns;
  now_ns_ = std::max(now_ns_, s.now_ns);
  if (s.memory.checkpoint.is_open && !may_be_in_checkpoint(e.type)) {
    report(s, type_name(e.type) + " inside a checkpoint");
    s.memory.checkpoint = {};
  }

  using t = event_type;
  switch (e.type) {
    case t::thread_start:
      if (s.thread.started && !s.thread.stopped) report(s, "thread " + number(e.thread) + " starts twice");
      if (s.thread.stopped) s.thread.since_ns = s.now_ns;
      s.thread.started = true;
      s.thread.stopped = false;
      s.thread.tid = e.args[0];
      s.thread.name = sanitised(e.text);
      break;
    case t::thread_stop:
      if (s.thread.running_slot != 0) {
        report(s, "thread " + number(e.thread) + " stops while " + name_of(s.thread.running_slot) + " runs");
      }
      close_thread_sums(s);
      s.thread.stopped = true;
      break;
    case t::object: {
      const auto kind = static_cast<object_kind>(e.args[1]);
      if (kind == object_kind::shared_mutex || kind == object_kind::semaphore) shared_objects_.insert(e.args[0]);
      break;
    }
    case t::spawn:
    case t::spawn_after:
      spawn_event(s);
      break;
    case t::rename:
      if (coroutine_state* c = live_.find(e.args[0])) {
        c->name = e.args[1];
      } else {
        report(s, "renames slot " + number(e.args[0]) + ", which is free");
      }
      break;
    case t::enter:
    case t::yield:
    case t::sleep:
    case t::block:
    case t::block_fd:
    case t::finish:
      switch_event(s);
      break;
    case t::error:
    case t::cancel_delivered:
    case t::time_limit:
      if (s.thread.running_slot == 0) {
        report(s, type_name(e.type) + " recorded while nobody runs");
      } else if (e.type == t::time_limit) {
        s.memory.limit_ns = later(s.now_ns, e.args[0]);
      }
      break;
    case t::wake:
    case t::wake_fd:
    case t::wake_timer:
    case t::wake_remote:
      wake_event(s);
      break;
    case t::poll_begin:
      if (s.thread.polling) report(s, "polls inside a poll");
      s.thread.polling = true;
      ++s.thread.polls;
      break;
    case t::poll_end:
      if (!s.thread.polling) report(s, "a poll ends that never began");
      s.thread.polling = false;
      break;
    case t::lock_acquired:
    case t::lock_released:
    case t::lock_handed:
      lock_event(s);
      break;
    case t::queue_put:
    case t::queue_get:
      objects_[e.args[0]].depth = e.args[1];
      break;
    case t::event_set:
    case t::event_clear:
      objects_[e.args[0]].is_set = e.type == t::event_set;
      break;
    case t::cancel:
      if (live_.find(e.args[0]) == nullptr) report(s, "cancels slot " + number(e.args[0]) + ", which is free");
      break;
    case t::take_over:
      take_over_event(s);
      break;
    case t::checkpoint_begin:
    case t::checkpoint_coroutine:
    case t::checkpoint_wait:
    case t::checkpoint_ready:
    case t::checkpoint_owner:
    case t::checkpoint_end:
      checkpoint_event(s);
      break;
    default:
      break;
  }
  return std::move(s.broken);
}

// Closes the sums of the present state and begins the next one.
void scheduler_state::change(step& s, coroutine_state& c, coroutine_status to) {
  if (!legal_transition(c.status, to)) {
    report(s, name_of(c.slot) + " goes from " + word(c.status) + " to " + word(to));
  }
  const std::int64_t now_ns = std::max(s.now_ns, c.since_ns);
  const std::int64_t spent_ns = now_ns - c.since_ns;
  switch (c.status) {
    case coroutine_status::running:
      c.run_ns += spent_ns;
      break;
    case coroutine_status::ready:
      c.ready_ns += spent_ns;
      break;
    case coroutine_status::blocked:
      c.blocked_ns += spent_ns;
      break;
    default:
      break;
  }
  c.status = to;
  c.since_ns = now_ns;
  c.since_event = s.e.n;
}

void scheduler_state::make_ready(step& s, coroutine_state& c) {
  change(s, c, coroutine_status::ready);
  threads_[c.thread].ready.push_back(c.slot);
}

// Takes a coroutine out of wherever it stands, whatever its status says, so that it can be put somewhere else.
void scheduler_state::detach(coroutine_state& c) {
  thread_state& thread = threads_[c.thread];
  if (c.status == coroutine_status::ready) thread.ready.remove(c.slot);
  if (c.status == coroutine_status::blocked) stop_waiting(c);
  if (thread.running_slot == c.slot) thread.running_slot = 0;
}

void scheduler_state::stop_waiting(coroutine_state& c) {
  if (c.object != 0) {
    const auto found = objects_.find(c.object);
    if (found != objects_.end()) {
      found->second.waiters.remove(c.slot);
      forget_if_empty(c.object);
    }
  }
  c.object = 0;
  c.owner_slot = 0;
  c.fd = -1;
  c.deadline_ns.reset();
}

void scheduler_state::forget_if_empty(std::uint64_t object) {
  const auto found = objects_.find(object);
  if (found == objects_.end()) return;
  const object_state& o = found->second;
  if (o.owner_slot == 0 && !o.depth && !o.is_set && o.waiters.empty()) objects_.erase(found);
}

void scheduler_state::close_thread_sums(step& s) {
  const std::int64_t spent_ns = std::max<std::int64_t>(0, s.now_ns - s.thread.since_ns);
  s.thread.since_ns += spent_ns;
  if (s.thread.stopped) return;
  (s.thread.running_slot != 0 ? s.thread.run_ns : s.thread.idle_ns) += spent_ns;
}

void scheduler_state::switch_event(step& s) {
  const event& e = s.e;
  const std::uint64_t leaver_slot = s.thread.running_slot;
  if (s.thread.polling) {
    report(s, type_name(e.type) + " recorded inside a poll");
    s.thread.polling = false;
  }
  close_thread_sums(s);
  s.thread.running_slot = 0;

  coroutine_state* leaver = leaver_slot != 0 ? live_.find(leaver_slot) : nullptr;
  if (e.type == event_type::enter) {
    if (leaver != nullptr) {
      report(s, "enter recorded while " + name_of(leaver_slot) + " runs");
      make_ready(s, *leaver);
    }
  } else if (leaver == nullptr) {
    report(s, type_name(e.type) + " recorded while nobody runs");
  } else {
    leave(s, *leaver);
  }
  s.memory.limit_ns.reset();
  s.memory.has_switched = true;
  if (e.args[0] != 0) enter(s, e.args[0]);
  remember_run(s);
}

void scheduler_state::leave(step& s, coroutine_state& leaver) {
  const event& e = s.e;
  if (e.type == event_type::yield) {
    make_ready(s, leaver);
    return;
  }
  if (e.type == event_type::finish) {
    auto status = static_cast<coroutine_status>(e.args[1]);
    if (e.args[1] > static_cast<std::uint64_t>(coroutine_status::cancelled) || !ended(status)) {
      report(s, name_of(leaver.slot) + " finishes with status " + number(e.args[1]));
      status = coroutine_status::done;
    }
    change(s, leaver, status);
    just_ended_ = leaver;
    live_.remove(leaver.slot);
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
    report(s, name_of(leaver.slot) + " blocks without a reason (" + number(e.args[1]) + ")");
    leaver.reason = wait_reason::none;
  }
  if (e.type == event_type::block_fd) {
    leaver.fd = static_cast<int>(e.args[2]);
    return;
  }
  leaver.object = e.args[2];
  leaver.owner_slot = e.args[3];
  if (leaver.object != 0) objects_[leaver.object].waiters.push_back(leaver.slot);
}

void scheduler_state::enter(step& s, std::uint64_t slot) {
  coroutine_state* c = live_.find(slot);
  if (c == nullptr) {
    report(s, "slot " + number(slot) + " is entered, which is free");
    return;
  }
  if (c->thread != s.e.thread) {
    report(s, name_of(slot) + " of thread " + number(c->thread) + " is entered on thread " + number(s.e.thread));
    detach(*c);
    c->thread = s.e.thread;
    if (c->status == coroutine_status::ready) s.thread.ready.push_back(slot);
  }
  const slot_queue& ready = s.thread.ready;
  if (c->status == coroutine_status::ready && !shuffled_ && !ready.empty() && ready.front() != slot) {
    report(s, "ready queue order: " + name_of(slot) + " is entered, but " + name_of(ready.front()) + " is in front");
  }
  detach(*c);
  change(s, *c, coroutine_status::running);
  s.thread.running_slot = slot;
  if (c->id == s.thread.last_run_id) return;
  s.thread.last_run_id = c->id;
  ++c->runs;
  ++s.thread.switches;
}

void scheduler_state::remember_run(step& s) {
  auto& runs = s.memory.runs;
  const recent_run run{s.e.ordinal, id_in(s.thread.running_slot)};
  if (runs.size() < recent_run_count) {
    runs.push_back(run);
  } else {
    runs[s.memory.next_run] = run;
  }
  s.memory.next_run = (s.memory.next_run + 1) % recent_run_count;
}

void scheduler_state::spawn_event(step& s) {
  const event& e = s.e;
  const std::uint64_t slot = e.args[0], id = e.args[1], parent_slot = e.args[2];
  if (slot == 0 || id == 0) {
    report(s, "a coroutine is spawned with slot " + number(slot) + " and id " + number(id));
    if (slot == 0) return;
  }
  if (coroutine_state* old = live_.find(slot)) {
    report(s, "slot " + number(slot) + " is given to coroutine " + number(id) + " while " + name_of(slot) +
                  " lives in it");
    detach(*old);
    live_.remove(slot);
  }
  std::uint64_t parent_id = 0;
  if (parent_slot != 0) {
    if (coroutine_state* parent = live_.find(parent_slot)) {
      parent_id = parent->id;
      ++parent->spawns;
    } else {
      report(s, "coroutine " + number(id) + " is spawned by slot " + number(parent_slot) + ", which is free");
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
  live_.add(slot) = c;
}

void scheduler_state::wake_event(step& s) {
  const event& e = s.e;
  const std::uint64_t slot = e.args[0];
  coroutine_state* c = live_.find(slot);
  if (c == nullptr) {
    report(s, "slot " + number(slot) + " is woken, which is free");
    return;
  }
  if (c->status != coroutine_status::blocked) {
    report(s, name_of(slot) + " is woken while it is " + word(c->status));
    return;
  }
  if (c->thread != e.thread) {
    report(s, name_of(slot) + " of thread " + number(c->thread) + " is woken on thread " + number(e.thread));
  }
  c->woken_by = 0;
  c->woken_event = e.n;
  switch (e.type) {
    case event_type::wake_fd: {
      const int fd = static_cast<int>(e.args[1]);
      if (c->fd != fd) {
        report(s, name_of(slot) + " is woken by fd " + std::to_string(fd) +
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
      c->woken_by = id_in(s.thread.running_slot);
      [[fallthrough]];
    default:
      c->woken_cause = static_cast<wake_cause>(e.args[1]);
      break;
  }
  stop_waiting(*c);
  make_ready(s, *c);
}

void scheduler_state::take_over_event(step& s) {
  const event& e = s.e;
  coroutine_state* c = live_.find(e.args[0]);
  if (c == nullptr) {
    report(s, "slot " + number(e.args[0]) + " is taken over, which is free");
    return;
  }
  if (c->runs != 0) report(s, name_of(c->slot) + " is taken over after it has started");
  if (c->thread != e.args[1]) {
    report(s, name_of(c->slot) + " is taken over from thread " + number(e.args[1]) + " but belongs to thread " +
                  number(c->thread));
  }
  if (c->status != coroutine_status::ready) {
    report(s, name_of(c->slot) + " is taken over while it is " + word(c->status));
    if (c->status == coroutine_status::running) return;
  }
  const bool is_ready = c->status == coroutine_status::ready;
  if (is_ready) threads_[c->thread].ready.remove(c->slot);
  c->thread = e.thread;
  if (is_ready) s.thread.ready.push_back(c->slot);
}

void scheduler_state::lock_event(step& s) {
  const event& e = s.e;
  const std::uint64_t id = e.args[0], running = s.thread.running_slot;
  object_state& object = objects_[id];
  const coroutine_state* owner = object.owner_slot != 0 ? live_.find(object.owner_slot) : nullptr;
  const bool is_single = !has_many_owners(id);

  if (e.type == event_type::lock_acquired) {
    if (running == 0) {
      report(s, "object " + number(id) + " is locked while nobody runs");
    } else if (is_single && owner != nullptr && object.owner_slot != running) {
      report(s, name_of(running) + " locks object " + number(id) + ", which " + name_of(object.owner_slot) + " holds");
    }
    object.owner_slot = running;
    const coroutine_state* c = live_.find(running);
    object.owner_runs = c != nullptr && c->runs > 0 ? c->runs - 1 : 0;
    forget_if_empty(id);
    return;
  }

  // A lock that was handed to a waiter which is cancelled before it runs goes on without its owner's doing.
  const bool owner_ran_with_it = owner != nullptr && owner->runs > object.owner_runs;
  if (is_single && object.owner_slot == 0) {
    report(s, "object " + number(id) + " is released, but nobody holds it");
  } else if (is_single && object.owner_slot != running && owner_ran_with_it) {
    report(s, (running != 0 ? name_of(running) : "nobody") + " releases object " + number(id) + ", which " +
                  name_of(object.owner_slot) + " holds");
  }
  object.owner_slot = 0;
  if (e.type == event_type::lock_handed) {
    const coroutine_state* heir = live_.find(e.args[1]);
    if (heir == nullptr) {
      report(s, "object " + number(id) + " is handed to slot " + number(e.args[1]) + ", which is free");
    } else {
      object.owner_slot = e.args[1];
      object.owner_runs = heir->runs;
    }
  }
  forget_if_empty(id);
}

std::uint64_t scheduler_state::id_in(std::uint64_t slot) const {
  const coroutine_state* c = slot != 0 ? live_.find(slot) : nullptr;
  return c != nullptr ? c->id : 0;
}

std::uint64_t scheduler_state::who_ran(std::uint64_t thread, std::uint64_t ordinal) const {
  if (thread >= memories_.size()) return 0;
  const recent_run* last = nullptr;
  for (const recent_run& r : memories_[thread].runs) {
    if (r.ordinal <= ordinal && (last == nullptr || r.ordinal > last->ordinal)) last = &r;
  }
  return last != nullptr ? last->id : 0;
}

bool scheduler_state::has_many_owners(std::uint64_t object) const { return shared_objects_.count(object) != 0; }

std::string scheduler_state::name_of(std::uint64_t slot) const {
  return "coroutine " + number(id_in(slot)) + " (slot " + number(slot) + ")";
}

const coroutine_state* scheduler_state::by_id(std::uint64_t id) const {
  const coroutine_state* found = nullptr;
  live_.for_each([&](const coroutine_state& c) {
    if (c.id == id) found = &c;
  });
  return found;
}

std::vector<const coroutine_state*> scheduler_state::coroutines() const {
  std::vector<const coroutine_state*> result;
  result.reserve(live_.size());
  live_.for_each([&](const coroutine_state& c) { result.push_back(&c); });
  std::sort(result.begin(), result.end(), [](const coroutine_state* a, const coroutine_state* b) {
    return a->id != b->id ? a->id < b->id : a->slot < b->slot;
  });
  return result;
}

std::size_t scheduler_state::memory_bytes() const {
  std::size_t total =
      sizeof *this + live_.memory_bytes() + objects_.size() * (sizeof(object_state) + 48) + shared_objects_.size() * 48;
  for (const thread_state& t : threads_) total += sizeof t + t.name.size() + t.ready.size() * 8;
  total += memories_.size() * (sizeof(thread_memory) + recent_run_count * sizeof(recent_run));
  return total;
}

}  // namespace weft::diary
