#include "core/pen.hpp"

#include <algorithm>
#include <cstring>

#include "core/stack_arena.hpp"

namespace weft::core {

using diary::event_type;
using diary::wake_cause;

void pen::write_for([[maybe_unused]] observer* o) noexcept {
#if !defined(WEFT_WITHOUT_RECORDER)
  if (o != nullptr && reader_ == nullptr) detail::diaries_kept.fetch_add(1, std::memory_order_relaxed);
  if (o == nullptr && reader_ != nullptr) detail::diaries_kept.fetch_sub(1, std::memory_order_relaxed);
  reader_ = o;
#endif
  notes_.clear();
}

void pen::write_block(coroutine& me, const coroutine& next, const detail::object& o, std::uint64_t owner_slot,
                      std::int64_t limit) noexcept {
  const std::uint64_t object_id = define(*reader_, o);
  write_time_limit(limit);
  reader_->record_few(event_type::block, next.slot, static_cast<std::uint64_t>(me.reason), object_id, owner_slot);
  stamp(me);
}

void pen::write_wake(coroutine& c, wake_cause cause, std::uint64_t object_id) noexcept {
  reader_->record_few(event_type::wake, c.slot, static_cast<std::uint64_t>(cause), object_id);
  stamp(c);
}

void pen::write_remote_wake(coroutine& c, wake_cause cause, std::uint64_t object_id, event_mark by) noexcept {
  reader_->record(event_type::wake_remote, c.slot, static_cast<std::uint64_t>(cause), object_id, by.thread_plus_1,
                  by.ordinal);
  stamp(c);
}

void pen::write_remote_grant(coroutine& c, std::uint64_t object_id, event_mark waker) noexcept {
  write_remote_wake(c, wake_cause::granted, object_id, waker);
  // A lock that another thread's coroutine handed over: that thread does not keep it in mind any more.
  if (c.object != nullptr && c.object->owner.load(std::memory_order_relaxed) == c.id)
    notes_.update(c.object->id(), [&](object_note& note) { note.owner_slot = c.slot; });
}

void pen::write_spawn(coroutine& c, const coroutine& parent, std::int64_t delay_ns) {
  const std::uint64_t name = reader_->string_id(c.work->name());
  const std::uint64_t site = reader_->site_id(c.work->site());
  if (delay_ns >= 0) {
    reader_->record(event_type::spawn_after, c.slot, c.id, parent.slot, name, site,
                    static_cast<std::uint64_t>(delay_ns));
  } else {
    reader_->record(event_type::spawn, c.slot, c.id, parent.slot, name, site);
  }
  stamp(c);
}

// Asking how deep a stack was used is a system call. It is made at the first, second, fourth, eighth ... end of a
// coroutine on the same stack and then at every 1024th: little beside the page faults of a fresh stack, nothing on a
// warm one. What was used stays visible until the pool gives the pages back, so a deep use that is not seen at once is
// seen later; it is told when it is deeper than what was told of this stack before.
void pen::write_stack_mark(const coroutine& c) noexcept {
  if (c.memory == nullptr) return;
  stack_slot* const slot = c.memory->slot;
  const unsigned ends = ++slot->recorded_ends;
  if ((ends & (ends - 1)) != 0 && ends % 1024 != 0) return;
  const std::size_t used = core::stack_used(*c.memory);
  const auto pages = static_cast<std::uint16_t>(std::min<std::size_t>(used / page_size(), UINT16_MAX));
  if (pages <= slot->recorded_pages) return;
  slot->recorded_pages = pages;
  reader_->record(event_type::stack_mark, c.slot, used, c.memory->size);
}

void pen::counter(std::string_view name, double value) {
  if (!on()) return;
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof bits);
  reader_->record(event_type::counter, reader_->string_id(name), bits);
}

// Beside the event itself: what a block on the object says of its owner, and what a checkpoint will have to repeat.
void pen::about(event_type type, detail::object& o, std::uint64_t value) noexcept {
  if (!on()) return;
  switch (type) {
    case event_type::lock_acquired:
      o.owner_slot = static_cast<std::uint32_t>(detail::current_slot());
      break;
    case event_type::lock_released:
      o.owner_slot = 0;
      break;
    case event_type::lock_handed:
      o.owner_slot = static_cast<std::uint32_t>(value);
      break;
    default:
      break;
  }
  const std::uint64_t id = define(*reader_, o);
  reader_->record_few(type, id, value);
  switch (type) {
    case event_type::lock_acquired:
    case event_type::lock_released:
    case event_type::lock_handed:
      return notes_.update(id, [&o](object_note& n) { n.owner_slot = o.owner_slot; });
    case event_type::queue_put:
    case event_type::queue_get:
      if (value == 0 && !o.noted) return;  // the usual case in a rendezvous
      o.noted = true;
      return notes_.update(id, [value](object_note& n) { n.depth = value; });
    case event_type::event_set:
    case event_type::event_clear:
      return notes_.update(id, [type](object_note& n) { n.is_set = type == event_type::event_set; });
    default:
      return;
  }
}

void pen::handed_away(const detail::object& o) noexcept {
  if (on()) notes_.update(o.id(), [](object_note& n) { n.owner_slot = 0; });
}

}  // namespace weft::core
