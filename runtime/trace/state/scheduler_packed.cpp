// Packed checkpoints: decodes the code into the events of a plain checkpoint and applies those. A checkpoint of changes
// since a base sets the state of a reader that has just applied the base.
#include <algorithm>

#include "trace/state/scheduler_state.hpp"
#include "trace/state/scheduler_steps.hpp"

namespace weft::diary {

std::optional<violation> scheduler_state::apply_base(const event& e) {
  takes_base_ = true;
  std::optional<violation> broken = apply(e);
  takes_base_ = false;
  return broken;
}

std::uint64_t scheduler_state::ticks_to_ns(const step& s, std::uint64_t ticks) {
  if (s.memory.checkpoint.code.empty()) return 0;
  const std::uint64_t rate = s.memory.checkpoint.code[0].ticks_per_second();
  if (rate == 0) return 0;
  const double ns = static_cast<double>(ticks) * 1e9 / static_cast<double>(rate);
  return ns < 1e18 ? static_cast<std::uint64_t>(ns) : 1'000'000'000'000'000'000;
}

// Turns the decoded rows into the events of a plain checkpoint.
struct scheduler_state::part_teller {
  scheduler_state& state;
  step& s;
  std::int64_t then_ns;  // the moment that the checkpoint describes

  void tell(event_type type, std::array<std::uint64_t, max_args> args) {
    event told = s.e;
    told.type = type;
    told.args = args;
    step inner{told, s.thread, s.memory, then_ns, std::nullopt};
    state.checkpoint_event(inner);
    if (inner.broken && !s.broken) s.broken = std::move(inner.broken);
  }

  void ready(std::uint64_t slot, std::uint64_t for_ticks) {
    s.memory.checkpoint.ready_slots.emplace_back(slot, ticks_to_ns(s, for_ticks));
  }

  void row(const checkpoint_row& r) {
    std::int64_t spawned_ns = INT64_MAX;
    if (s.memory.checkpoint.has_base && !s.memory.checkpoint.compares) {
      if (coroutine_state* known = state.live_.find(r.slot); known != nullptr && known->thread == s.e.thread) {
        if (known->id == r.id) spawned_ns = known->spawned_ns;
        if (known->status == coroutine_status::blocked) state.stop_waiting(*known);
        state.live_.remove(r.slot);
      }
    }
    tell(event_type::checkpoint_coroutine, {r.slot, r.id, r.parent, r.name, r.site, r.status_and_reason});
    if (r.is_blocked()) {
      tell(event_type::checkpoint_wait,
           {r.object, r.owner, r.fd_plus_1, r.remaining_ns_plus_1, ticks_to_ns(s, r.for_ticks), r.changes_ago});
    }
    if (coroutine_state* c = state.live_.find(r.slot); c != nullptr)
      c->spawned_ns = std::min(c->spawned_ns, spawned_ns);
  }

  void keep(std::uint64_t n) {
    checkpoint_reading& reading = s.memory.checkpoint;
    reading.seen += n;
    if (reading.compares) return;
    if (n > reading.base.size() - reading.base_next) {
      report(s, "a checkpoint keeps more coroutines than its base has");
      n = reading.base.size() - reading.base_next;
    }
    for (; n > 0; --n) {
      const known_coroutine& known = reading.base[reading.base_next++];
      coroutine_state* c = state.live_.find(known.slot);
      if (c != nullptr && c->id == known.id && c->thread == s.e.thread) c->seen_by = reading.begin_event + 1;
    }
  }

  void drop(std::uint64_t n) {
    checkpoint_reading& reading = s.memory.checkpoint;
    reading.base_next += std::min<std::uint64_t>(n, reading.base.size() - reading.base_next);
  }

  void note(std::uint64_t object, std::uint64_t owner, std::uint64_t depth, bool set) {
    if (owner != 0) tell(event_type::checkpoint_owner, {object, owner});
    if (depth != 0 || set) tell(event_type::checkpoint_object, {object, depth, static_cast<std::uint64_t>(set)});
  }
};

void scheduler_state::checkpoint_part(step& s) {
  const event& e = s.e;
  const bool is_first = (e.args[0] & checkpoint_part_first) != 0, is_last = (e.args[0] & checkpoint_part_last) != 0;
  if (!is_first && s.memory.skips_parts) {
    s.memory.skips_parts = !is_last;
    return;
  }
  checkpoint_reading& reading = s.memory.checkpoint;
  if (is_first) {
    begin_packed(s);
    s.memory.skips_parts = !reading.is_open && !is_last;
    if (!reading.is_open) return;
  } else if (!reading.is_open) {
    // A merged trace has empty parts.
    if (e.args[0] != 0 || !e.text.empty()) report(s, "part of a checkpoint that never began");
    return;
  }
  part_teller teller{*this, s, 0};
  // A plain checkpoint may have started instead.
  const bool good = !reading.code.empty() && reading.code[0].begin_part(e.text);
  teller.then_ns = later(s.now_ns, 0) - later(0, ticks_to_ns(s, e.args[3]));
  if (!good || !reading.code[0].read(teller)) {
    report(s, "the code of a packed checkpoint cannot be read");
    reading = {};
    return;
  }
  if (!is_last) return;
  for (const auto& [slot, for_ns] : std::exchange(reading.ready_slots, {})) {
    teller.tell(event_type::checkpoint_ready, {slot, for_ns});
  }
  teller.tell(event_type::checkpoint_end, {});
}

// Leaves `reading` closed if the checkpoint is of no use.
void scheduler_state::begin_packed(step& s) {
  const std::uint64_t back = s.e.args[4];
  const std::optional<std::uint64_t> base = std::exchange(s.memory.base_ordinal, std::nullopt);
  if (back != 0 && !s.memory.knows_past && (!base || *base != s.e.ordinal - back)) {
    s.memory.checkpoint = {};
    return;
  }
  event told = s.e;
  told.type = event_type::checkpoint_begin;
  told.args = {s.e.args[1], s.e.args[2]};
  step inner{told, s.thread, s.memory, s.now_ns, std::nullopt};
  begin_checkpoint(inner, back != 0);
  if (inner.broken && !s.broken) s.broken = std::move(inner.broken);
  checkpoint_reading& reading = s.memory.checkpoint;
  reading.code.assign(1, checkpoint_unpacker(s.e.args[1]));
  reading.has_base = back != 0;
  if (reading.compares || back == 0) return;
  live_.for_each([&](const coroutine_state& c) {
    if (c.thread == s.e.thread) reading.base.push_back({c.id, c.slot});
  });
  std::sort(reading.base.begin(), reading.base.end(),
            [](const known_coroutine& a, const known_coroutine& b) { return a.id < b.id; });
}

}  // namespace weft::diary
