// Packed checkpoints: decodes the code into the events of a plain checkpoint and applies those. A checkpoint of changes
// since a base sets the state of a reader that has just applied the base.
#include <algorithm>

#include "trace/state/checkpoint_reader.hpp"
#include "trace/state/scheduler_words.hpp"

namespace weft::diary {

std::uint64_t checkpoint_reader::ticks_to_ns(std::uint64_t ticks) const {
  if (reading_.code.empty()) return 0;
  const std::uint64_t rate = reading_.code[0].ticks_per_second();
  if (rate == 0) return 0;
  const double ns = static_cast<double>(ticks) * 1e9 / static_cast<double>(rate);
  return ns < 1e18 ? static_cast<std::uint64_t>(ns) : 1'000'000'000'000'000'000;
}

// Turns the decoded rows into the events of a plain checkpoint.
struct checkpoint_reader::part_teller {
  checkpoint_reader& reader;
  event_step& s;
  std::int64_t then_ns;  // the moment that the checkpoint describes

  void tell(event_type type, std::array<std::uint64_t, max_args> args) {
    event told = s.e;
    told.type = type;
    told.args = args;
    event_step inner{told, s.facts, s.thread, s.known, then_ns, std::nullopt};
    reader.take_plain(inner);
    if (inner.broken && !s.broken) s.broken = std::move(inner.broken);
  }

  void ready(std::uint64_t slot, std::uint64_t for_ticks) {
    reader.reading_.ready_slots.emplace_back(slot, reader.ticks_to_ns(for_ticks));
  }

  void row(const checkpoint_row& r) {
    std::int64_t spawned_ns = INT64_MAX;
    if (reader.reading_.has_base && !reader.reading_.compares) {
      if (coroutine_state* known = s.facts.live.find(r.slot); known != nullptr && known->thread == s.e.thread) {
        if (known->id == r.id) spawned_ns = known->spawned_ns;
        if (known->status == coroutine_status::blocked) s.facts.stop_waiting(*known);
        s.facts.live.remove(r.slot);
      }
    }
    tell(event_type::checkpoint_coroutine, {r.slot, r.id, r.parent, r.name, r.site, r.status_and_reason});
    if (r.is_blocked()) {
      tell(event_type::checkpoint_wait,
           {r.object, r.owner, r.fd_plus_1, r.remaining_ns_plus_1, reader.ticks_to_ns(r.for_ticks), r.changes_ago});
    }
    if (coroutine_state* c = s.facts.live.find(r.slot); c != nullptr)
      c->spawned_ns = std::min(c->spawned_ns, spawned_ns);
  }

  void keep(std::uint64_t n) {
    reading& now = reader.reading_;
    now.seen += n;
    if (now.compares) return;
    if (n > now.base.size() - now.base_next) {
      s.report("a checkpoint keeps more coroutines than its base has");
      n = now.base.size() - now.base_next;
    }
    for (; n > 0; --n) {
      const known_coroutine& known = now.base[now.base_next++];
      coroutine_state* c = s.facts.live.find(known.slot);
      if (c != nullptr && c->id == known.id && c->thread == s.e.thread) c->seen_by = now.begin_event + 1;
    }
  }

  void drop(std::uint64_t n) {
    reading& now = reader.reading_;
    now.base_next += std::min<std::uint64_t>(n, now.base.size() - now.base_next);
  }

  void note(std::uint64_t object, std::uint64_t owner, std::uint64_t depth, bool set) {
    if (owner != 0) tell(event_type::checkpoint_owner, {object, owner});
    if (depth != 0 || set) tell(event_type::checkpoint_object, {object, depth, static_cast<std::uint64_t>(set)});
  }
};

void checkpoint_reader::part(event_step& s) {
  const event& e = s.e;
  const bool is_first = (e.args[0] & checkpoint_part_first) != 0, is_last = (e.args[0] & checkpoint_part_last) != 0;
  if (!is_first && skips_parts_) {
    skips_parts_ = !is_last;
    return;
  }
  if (is_first) {
    begin_packed(s);
    skips_parts_ = !reading_.is_open && !is_last;
    if (!reading_.is_open) return;
  } else if (!reading_.is_open) {
    // A merged trace has empty parts.
    if (e.args[0] != 0 || !e.text.empty()) s.report("part of a checkpoint that never began");
    return;
  }
  part_teller teller{*this, s, 0};
  // A plain checkpoint may have started instead.
  const bool good = !reading_.code.empty() && reading_.code[0].begin_part(e.text);
  teller.then_ns = later(s.now_ns, 0) - later(0, ticks_to_ns(e.args[3]));
  if (!good || !reading_.code[0].read(teller)) {
    s.report("the code of a packed checkpoint cannot be read");
    reading_ = {};
    return;
  }
  if (!is_last) return;
  for (const auto& [slot, for_ns] : std::exchange(reading_.ready_slots, {})) {
    teller.tell(event_type::checkpoint_ready, {slot, for_ns});
  }
  teller.tell(event_type::checkpoint_end, {});
}

// Leaves the reader closed if the checkpoint is of no use.
void checkpoint_reader::begin_packed(event_step& s) {
  const std::uint64_t back = s.e.args[4];
  const std::optional<std::uint64_t> base = std::exchange(base_ordinal_, std::nullopt);
  if (back != 0 && !s.known.knows_past && (!base || *base != s.e.ordinal - back)) {
    reading_ = {};
    return;
  }
  event told = s.e;
  told.type = event_type::checkpoint_begin;
  told.args = {s.e.args[1], s.e.args[2]};
  event_step inner{told, s.facts, s.thread, s.known, s.now_ns, std::nullopt};
  begin(inner, back != 0);
  if (inner.broken && !s.broken) s.broken = std::move(inner.broken);
  reading_.code.assign(1, checkpoint_unpacker(s.e.args[1]));
  reading_.has_base = back != 0;
  if (reading_.compares || back == 0) return;
  s.facts.live.for_each([&](const coroutine_state& c) {
    if (c.thread == s.e.thread) reading_.base.push_back({c.id, c.slot});
  });
  std::sort(reading_.base.begin(), reading_.base.end(),
            [](const known_coroutine& a, const known_coroutine& b) { return a.id < b.id; });
}

}  // namespace weft::diary
