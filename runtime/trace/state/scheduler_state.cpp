// Decides what each event changes, and contains the steps of all changes. Switches are in scheduler_switches.cpp,
// spawns, wakes and locks in scheduler_wakes.cpp, checkpoints in checkpoint_reader.cpp. Every event is handled in
// this order: check, report, then apply as far as possible, so that one broken event does not break all later ones.
#include "trace/state/scheduler_state.hpp"

#include <algorithm>
#include <utility>

#include "trace/state/scheduler_steps.hpp"
#include "trace/state/scheduler_words.hpp"
#include "trace/words/format.hpp"

namespace weft::diary {
namespace {

// A checkpoint contains the definitions of the names that it uses.
bool may_be_in_checkpoint(event_type type) {
  const event_family family = family_of(type);
  return family == event_family::checkpoint || family == event_family::definition;
}

}  // namespace

std::optional<violation> scheduler_state::apply_base(const event& e) {
  takes_base_ = true;
  std::optional<violation> broken = apply(e);
  takes_base_ = false;
  return broken;
}

std::optional<violation> scheduler_state::apply(const event& e) {
  applied_ = e.n + 1;
  just_ended_.reset();
  facts_.just_introduced.clear();
  if (e.thread >= facts_.threads.size()) {
    if (e.thread >= max_threads) {
      return violation{e.n, "thread index " + number(e.thread) + " is out of range"};
    }
    facts_.threads.resize(e.thread + 1);
    memories_.resize(e.thread + 1);
  }
  thread_memory& memory = memories_[e.thread];
  step s{{e, facts_, facts_.threads[e.thread], memory.known, e.t_ns, std::nullopt}, memory};
  if (!s.thread.has_events) {
    s.thread.has_events = true;
    s.thread.since_ns = e.t_ns;
    if (applied_ == 1 || now_ns_ < e.t_ns) now_ns_ = e.t_ns;
  } else if (e.t_ns < s.memory.last_ns) {
    s.report("time goes back by " + std::to_string(s.memory.last_ns - e.t_ns) + " ns within thread " +
             number(e.thread));
    s.now_ns = s.memory.last_ns;
  }
  if (e.ordinal != s.memory.next_ordinal) s.known.knows_past = false;
  s.memory.next_ordinal = e.ordinal + 1;
  s.memory.last_ns = s.now_ns;
  now_ns_ = std::max(now_ns_, s.now_ns);
  if (s.memory.checkpoint.is_open() && !may_be_in_checkpoint(e.type)) {
    s.report(type_name(e.type) + " inside a checkpoint");
    s.memory.checkpoint.abandon();
  }

  switch (family_of(e.type)) {
    case event_family::spawn:
      spawn_event(s);
      break;
    case event_family::switching:
      switch_event(s);
      break;
    case event_family::wake:
      wake_event(s);
      break;
    case event_family::checkpoint:
      s.memory.checkpoint.take(s, takes_base_);
      break;
    default:
      single_event(s);
      break;
  }
  return std::move(s.broken);
}

// The families whose events have little in common.
void scheduler_state::single_event(step& s) {
  const event& e = s.e;
  using t = event_type;
  switch (e.type) {
    case t::thread_start:
      if (s.thread.started && !s.thread.stopped) s.report("thread " + number(e.thread) + " starts twice");
      if (s.thread.stopped) s.thread.since_ns = s.now_ns;
      s.thread.started = true;
      s.thread.stopped = false;
      s.thread.tid = e.args[0];
      s.thread.name = sanitised(e.text);
      break;
    case t::generation:
      s.thread.started = true;
      s.thread.stopped = false;
      s.thread.tid = e.args[1];
      s.thread.name = sanitised(e.text);
      break;
    case t::process:
      s.thread.pid = e.args[0];
      s.thread.program = sanitised(e.text);
      break;
    case t::loss:
      s.known.knows_past = false;
      break;
    case t::thread_stop:
      if (s.thread.running_slot != 0) {
        s.report("thread " + number(e.thread) + " stops while " + facts_.name_of(s.thread.running_slot) + " runs");
      }
      s.thread.close_sums(s.now_ns);
      s.thread.stopped = true;
      break;
    case t::object: {
      const auto kind = static_cast<object_kind>(e.args[1]);
      if (kind == object_kind::shared_mutex || kind == object_kind::semaphore) shared_objects_.insert(e.args[0]);
      break;
    }
    case t::rename:
      if (coroutine_state* c = facts_.live.find(e.args[0])) {
        c->name = e.args[1];
      } else {
        s.report("renames slot " + number(e.args[0]) + ", which is free");
      }
      break;
    case t::error:
    case t::cancel_delivered:
    case t::select_interrupted:
    case t::point_passed:
    case t::time_limit:
      if (s.thread.running_slot == 0) {
        s.report(type_name(e.type) + " recorded while nobody runs");
      } else if (e.type == t::time_limit) {
        s.memory.limit_ns = later(s.now_ns, e.args[0]);
      } else if (e.type == t::cancel_delivered) {
        // The cancellation is the coroutine's first event, with no wait before it: its body never starts.
        coroutine_state* const c = facts_.live.find(s.thread.running_slot);
        if (c != nullptr && !c->has_left && has_just_entered(s)) c->never_began = true;
      }
      break;
    case t::poll_begin:
      if (s.thread.polling) s.report("polls inside a poll");
      s.thread.polling = true;
      ++s.thread.polls;
      break;
    case t::poll_end:
      if (!s.thread.polling) s.report("a poll ends that never began");
      s.thread.polling = false;
      break;
    case t::lock_acquired:
    case t::lock_released:
    case t::lock_handed:
      lock_event(s);
      break;
    case t::queue_put:
    case t::queue_get:
      facts_.objects[e.args[0]].depth = e.args[1];
      break;
    case t::event_set:
    case t::event_clear:
      facts_.objects[e.args[0]].is_set = e.type == t::event_set;
      break;
    case t::cancel:
      if (facts_.live.find(e.args[0]) == nullptr) s.report("cancels slot " + number(e.args[0]) + ", which is free");
      break;
    case t::take_over:
      take_over_event(s);
      break;
    default:
      break;
  }
}

bool scheduler_state::is_inside_checkpoint() const {
  return std::any_of(memories_.begin(), memories_.end(),
                     [](const thread_memory& m) { return m.checkpoint.is_setting(); });
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

const coroutine_state* scheduler_state::by_id(std::uint64_t id) const {
  const coroutine_state* found = nullptr;
  facts_.live.for_each([&](const coroutine_state& c) {
    if (c.id == id) found = &c;
  });
  return found;
}

std::vector<const coroutine_state*> scheduler_state::coroutines() const {
  std::vector<const coroutine_state*> result;
  result.reserve(facts_.live.size());
  facts_.live.for_each([&](const coroutine_state& c) { result.push_back(&c); });
  std::sort(result.begin(), result.end(), [](const coroutine_state* a, const coroutine_state* b) {
    return a->id != b->id ? a->id < b->id : a->slot < b->slot;
  });
  return result;
}

std::size_t scheduler_state::memory_bytes() const {
  std::size_t total =
      sizeof *this + facts_.live.memory_bytes() + facts_.objects.memory_bytes() + shared_objects_.size() * 48;
  for (const thread_state& t : facts_.threads) total += sizeof t + t.name.size() + t.ready.size() * 8;
  total += memories_.size() * (sizeof(thread_memory) + recent_run_count * sizeof(recent_run));
  return total;
}

}  // namespace weft::diary
