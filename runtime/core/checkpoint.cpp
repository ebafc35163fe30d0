// Telling the diary the whole present state: who lives, in which state and for how long, the ready queue in order, who
// waits for what in which order, who owns what.
#include <algorithm>

#include "core/scheduler.hpp"

namespace weft::core {

using diary::coroutine_status;
using diary::event_type;

void scheduler::set_observer([[maybe_unused]] observer* o) noexcept {
#if !defined(WEFT_WITHOUT_RECORDER)
  if (o != nullptr && observer_ == nullptr) detail::diaries_kept.fetch_add(1, std::memory_order_relaxed);
  if (o == nullptr && observer_ != nullptr) detail::diaries_kept.fetch_sub(1, std::memory_order_relaxed);
  observer_ = o;
#endif
  notes_.clear();
  knows_changes_ = live_ == 0;
}

std::uint64_t scheduler::slot_of_id(std::uint64_t id) const noexcept {
  // Spawn order is the order of the ids.
  const auto found = std::lower_bound(slots_by_id_.begin(), slots_by_id_.end(), id,
                                      [](const named_slot& s, std::uint64_t value) { return s.id < value; });
  return found != slots_by_id_.end() && found->id == id ? found->slot : 0;
}

// The observer came after coroutines that live: nobody has noted since when they wait. The order in which they began to
// at least is known, and for locks that somebody waits for their owners. Nothing here touches a coroutine's stack: with
// a million of them each touch is a miss.
void scheduler::learn_present_state() {
  knows_changes_ = true;
  changes_ = counts_.switches + 1;
  const detail::object* last = nullptr;
  for (coroutine* c = oldest_; c != nullptr; c = c->younger) {
    c->changed_ticks = observer_->last_ticks;
    c->changed_order = c->status == coroutine_status::blocked ? c->blocked_at : 0;
    if (c->object == nullptr || c->object == last || c->status != coroutine_status::blocked) continue;
    last = c->object;
    const diary::object_kind kind = last->kind();
    if (kind != diary::object_kind::mutex && kind != diary::object_kind::recursive_mutex &&
        kind != diary::object_kind::shared_mutex)
      continue;
    if (const std::uint64_t slot = slot_of_id(last->owner.load(std::memory_order_relaxed)); slot != 0)
      notes_.update(last->id(), [&](object_note& n) { n.owner_slot = static_cast<std::uint32_t>(slot); });
  }
}

namespace {

// Runs some coroutines ahead of a walk through all of them, so that what it will read is there.
class look_ahead {
 public:
  explicit look_ahead(const coroutine* oldest) : ahead_(oldest) {
    for (unsigned i = 0; i < distance; ++i) step();
  }
  void step() {
    if (ahead_ == nullptr) return;
    const char* const work = reinterpret_cast<const char*>(ahead_->work);
    __builtin_prefetch(work);
    __builtin_prefetch(work + 64);
    __builtin_prefetch(work + 128);
    ahead_ = ahead_->younger;
  }

 private:
  static constexpr unsigned distance = 16;
  const coroutine* ahead_;
};

}  // namespace

void scheduler::record_checkpoint() noexcept {
  if (observer_ == nullptr) return;
  slots_by_id_.clear();
  try {
    slots_by_id_.reserve(live_);
  } catch (const std::bad_alloc&) {
    return;
  }
  for (const coroutine* c = oldest_; c != nullptr; c = c->younger) slots_by_id_.push_back({c->id, c->slot});
  observer_->begin_checkpoint(live_, running_->slot);
  if (!knows_changes_) learn_present_state();

  const std::int64_t now = clock_.now_ns();
  look_ahead ahead(oldest_);
  std::uint64_t parent_id = 0, parent = 0;  // of the one before: most have the same
  for (const coroutine* c = oldest_; c != nullptr; c = c->younger) {
    ahead.step();
    if (c->parent_id != parent_id) {
      parent_id = c->parent_id;
      parent = slot_of_id(parent_id);
    }
    const std::uint64_t name = observer_->string_id(c->work->name());
    const std::uint64_t site = observer_->site_id(c->work->site());
    const auto state = static_cast<std::uint64_t>(c->status) | static_cast<std::uint64_t>(c->reason) << 4;
    observer_->record(event_type::checkpoint_coroutine, c->slot, c->id, parent, name, site, state);
    if (c->status != coroutine_status::blocked) continue;
    if (c->object != nullptr) define(*observer_, *c->object);
    const std::int64_t left =
        c->time_limit.armed() ? std::max<std::int64_t>(c->time_limit.deadline_ns - now, 0) + 1 : 0;
    observer_->record(event_type::checkpoint_wait, c->object != nullptr ? c->object->id() : 0,
                      c->object != nullptr ? c->object->owner_slot : 0, static_cast<std::uint64_t>(c->fd + 1),
                      static_cast<std::uint64_t>(left), observer_->ns_since(c->changed_ticks),
                      changes_ - c->changed_order);
  }
  for (const coroutine* c = ready_.front(); c != nullptr; c = c->next)
    observer_->record(event_type::checkpoint_ready, c->slot, observer_->ns_since(c->changed_ticks));
  notes_.for_each([&](const object_note& n) {
    if (n.owner_slot != 0) observer_->record(event_type::checkpoint_owner, n.object, n.owner_slot);
    if (n.depth != 0 || n.is_set) {
      observer_->record(event_type::checkpoint_object, n.object, n.depth, static_cast<std::uint64_t>(n.is_set));
    }
  });
  observer_->end_checkpoint();
}

}  // namespace weft::core
