#include "core/checkpointer.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "trace/file/packed_checkpoint.hpp"

namespace weft::core {

using diary::coroutine_status;
using diary::event_type;

void checkpointer::start_anew(bool nobody_lives) noexcept {
  knows_changes_ = nobody_lives;
  base_.clear();
}

std::uint64_t checkpointer::slot_of_id(std::uint64_t id) const noexcept {
  // Spawn order is the order of the ids.
  const auto found = std::lower_bound(slots_by_id_.begin(), slots_by_id_.end(), id,
                                      [](const named_slot& s, std::uint64_t value) { return s.id < value; });
  return found != slots_by_id_.end() && found->id == id ? found->slot : 0;
}

namespace {

// Of its time limit, in ns, + 1; 0: it has none.
std::uint64_t left_of(const coroutine& c, std::int64_t now_ns) {
  if (!c.time_limit.armed()) return 0;
  return static_cast<std::uint64_t>(std::max<std::int64_t>(c.time_limit.deadline_ns - now_ns, 0) + 1);
}

bool is_lock(const detail::object& o) {
  const diary::object_kind kind = o.kind();
  return kind == diary::object_kind::mutex || kind == diary::object_kind::recursive_mutex ||
         kind == diary::object_kind::shared_mutex;
}

// Runs some coroutines ahead of a walk through all of them, so that what it will read of those that `is_told` is there.
template <class Predicate>
class look_ahead {
 public:
  look_ahead(const coroutine* oldest, Predicate is_told) : ahead_(oldest), is_told_(is_told) {
    for (unsigned i = 0; i < distance; ++i) step();
  }
  void step() {
    if (ahead_ == nullptr) return;
    if (is_told_(*ahead_)) {
      const char* const work = reinterpret_cast<const char*>(ahead_->work);
      __builtin_prefetch(work);
      __builtin_prefetch(work + 64);
      __builtin_prefetch(work + 128);
    }
    ahead_ = ahead_->younger;
  }

 private:
  static constexpr unsigned distance = 16;
  const coroutine* ahead_;
  Predicate is_told_;
};

// The numbers of a coroutine's name and spawn site. Most have the same as the one before.
class identity {
 public:
  explicit identity(observer& diary) : diary_(diary) {}
  void find(const body& work) {
    const std::string_view given = work.given_name();
    const bool is_same = name != 0 && (given.empty() ? work.name() == text_ : given == text_);
    if (!is_same) {
      text_ = given.empty() ? work.name() : std::string(given);
      name = diary_.string_id(text_);
    }
    const source_location& where = work.site();
    if (where_ == nullptr || where.file_name() != where_->file_name() || where.line() != where_->line() ||
        where.column() != where_->column()) {
      where_ = &where;
      site = diary_.site_id(where);
    }
  }
  std::uint64_t name = 0, site = 0;

 private:
  observer& diary_;
  std::string text_;
  const source_location* where_ = nullptr;
};

}  // namespace

void checkpointer::record(pen& p, const present& now) noexcept {
  using form = observer::checkpoint_form;
  if (!p.on()) return;
  slots_by_id_.clear();
  try {
    slots_by_id_.reserve(now.live.size());
  } catch (const std::bad_alloc&) {
    return;
  }
  form how = p.reader()->form_of_checkpoint(now.live.size());
  if (how == form::packed_changes && base_.empty()) how = form::packed;
  if (how == form::plain) {
    record_plain(p, now);
  } else {
    record_packed(p, now, how);
  }
  if (how == form::packed_changes) return;
  base_.swap(slots_by_id_);
  base_changes_ = p.changes();
}

// If the reader came after coroutines that live, nobody has noted since when they wait. The order in which they began
// to at least is known, and for locks that somebody waits for their owners. All of it in one walk, which touches no
// coroutine's stack: with a million of them each touch is a miss.
void checkpointer::record_plain(pen& p, const present& now) {
  observer& reader = *p.reader();
  reader.begin_checkpoint(now.live.size(), now.running_slot);
  const bool learns = !std::exchange(knows_changes_, true);
  if (learns) p.count_changes_from(now.switches + 1);
  const detail::object* last_waited_for = nullptr;
  std::vector<const detail::object*> waited_for;

  look_ahead ahead(now.live.oldest(), [](const coroutine&) { return true; });
  identity who(reader);
  std::uint64_t parent_id = 0, parent = 0;  // of the one before: most have the same
  for (coroutine* c = now.live.oldest(); c != nullptr; c = c->younger) {
    ahead.step();
    slots_by_id_.push_back({c->id, c->slot});
    if (c->parent_id != parent_id) {  // it is among those before
      parent_id = c->parent_id;
      parent = slot_of_id(parent_id);
    }
    if (learns) {
      c->changed_ticks = reader.last_ticks;
      c->changed_order = c->status == coroutine_status::blocked ? c->blocked_at : 0;
    }
    who.find(*c->work);
    const auto state = static_cast<std::uint64_t>(coroutine_status(c->status)) | static_cast<std::uint64_t>(c->reason)
                                                                                     << 4;
    reader.record(event_type::checkpoint_coroutine, c->slot, c->id, parent, who.name, who.site, state);
    if (c->status != coroutine_status::blocked) continue;
    if (c->object != nullptr) define(reader, *c->object);
    if (learns && c->object != nullptr && c->object != last_waited_for && is_lock(*c->object)) {
      last_waited_for = c->object;
      try {
        waited_for.push_back(c->object);
      } catch (const std::bad_alloc&) {  // then its owner is not told
      }
    }
    reader.record(event_type::checkpoint_wait, c->object != nullptr ? c->object->id() : 0,
                  c->object != nullptr ? c->object->owner_slot : 0, static_cast<std::uint64_t>(c->fd + 1),
                  left_of(*c, now.now_ns), reader.ns_since(c->changed_ticks), p.changes() - c->changed_order);
  }
  for (const coroutine* c = now.ready.front(); c != nullptr; c = c->next)
    reader.record(event_type::checkpoint_ready, c->slot, reader.ns_since(c->changed_ticks));
  for (const detail::object* o : waited_for) {
    if (const std::uint64_t slot = slot_of_id(o->owner.load(std::memory_order_relaxed)); slot != 0)
      p.notes().update(o->id(), [&](object_note& n) { n.owner_slot = static_cast<std::uint32_t>(slot); });
  }
  p.notes().for_each([&](const object_note& n) {
    if (n.owner_slot != 0) reader.record(event_type::checkpoint_owner, n.object, n.owner_slot);
    if (n.depth != 0 || n.is_set) {
      reader.record(event_type::checkpoint_object, n.object, n.depth, static_cast<std::uint64_t>(n.is_set));
    }
  });
  reader.end_checkpoint();
}

// In an order in which a reader can take it in one pass: the ready queue, who lives, and what is known of objects.
void checkpointer::record_packed(pen& p, const present& now, observer::checkpoint_form form) {
  observer& reader = *p.reader();
  observer::checkpoint_part part{diary::checkpoint_part_first, now.live.size(), now.running_slot, reader.last_ticks,
                                 form};
  diary::checkpoint_packer code;
  const auto make_room = [&] {
    if (code.has_room()) return;
    reader.record_checkpoint_part(part, code.take());
    part.flags = 0;
  };
  const auto ticks_since = [&](const coroutine& c) {
    return part.then_ticks - std::min(part.then_ticks, c.changed_ticks);
  };

  code.begin(reader.ticks_per_second(), now.ready.size());
  for (const coroutine* c = now.ready.front(); c != nullptr; c = c->next) {
    code.ready(c->slot, ticks_since(*c));
    make_room();
  }
  const bool has_base = form == observer::checkpoint_form::packed_changes;
  const auto waits_as_then = [&](const coroutine& c) {
    return has_base && c.status == coroutine_status::blocked && c.changed_order <= base_changes_;
  };
  look_ahead ahead(now.live.oldest(), [&](const coroutine& c) { return !waits_as_then(c); });
  identity who(reader);
  auto base = base_.begin();
  std::uint64_t parent_id = 0, parent = 0;  // of the one before: most have the same
  for (const coroutine* c = now.live.oldest(); c != nullptr; c = c->younger) {
    ahead.step();
    make_room();
    slots_by_id_.push_back({c->id, c->slot});
    if (has_base) {
      for (; base != base_.end() && base->id < c->id; ++base) code.drop();
      if (base != base_.end() && base->id == c->id) {
        ++base;
        if (waits_as_then(*c)) {
          code.keep();
          continue;
        }
        code.drop();
      }
    }
    if (c->parent_id != parent_id) {  // it is among those before
      parent_id = c->parent_id;
      parent = slot_of_id(parent_id);
    }
    who.find(*c->work);
    diary::checkpoint_row row;
    row.slot = c->slot;
    row.id = c->id;
    row.parent = parent;
    row.name = who.name;
    row.site = who.site;
    row.status_and_reason =
        static_cast<std::uint64_t>(coroutine_status(c->status)) | static_cast<std::uint64_t>(c->reason) << 4;
    if (row.is_blocked()) {
      if (c->object != nullptr) {
        row.object = define(reader, *c->object);
        row.owner = c->object->owner_slot;
      }
      row.fd_plus_1 = static_cast<std::uint64_t>(c->fd + 1);
      row.remaining_ns_plus_1 = left_of(*c, now.now_ns);
      row.for_ticks = ticks_since(*c);
      row.changes_ago = p.changes() - c->changed_order;
    }
    code.row(row);
  }
  code.end_rows();
  p.notes().for_each([&](const object_note& n) {
    make_room();
    code.note(n.object, n.owner_slot, n.depth, n.is_set);
  });
  part.flags |= diary::checkpoint_part_last;
  reader.record_checkpoint_part(part, code.take());
}

}  // namespace weft::core
