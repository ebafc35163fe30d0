// The lines of a queue: the order of service, the waiters' conditions, and the entry points for select().
#include <mutex>

#include "weft/detail/sync/queue_base.hpp"
#include "weft/detail/sync/selection.hpp"

namespace weft::detail {

// ---- under the lock

// In a rendezvous: true if a getter can have the putter's item. The offer of a select ends once the select has another
// result.
bool queue_base::can_be_had(const waiter& putter) noexcept {
  return putter.part_of == nullptr || putter.part_of->open();
}

// In a rendezvous: the first item that is neither promised to a woken getter nor offered by this selection. Promised
// items are in front of it.
waiter* queue_base::first_unpromised(const selection* but_not) const noexcept {
  std::size_t skip = promised_;
  for (waiter* w = putters_.front(); w != nullptr; w = w->next) {
    if (!can_be_had(*w)) continue;
    if (skip > 0) {
      --skip;
    } else if (but_not == nullptr || w->part_of != but_not) {
      return w;
    }
  }
  return nullptr;
}

bool queue_base::has_item(const selection* but_not) const noexcept {
  return rendezvous() ? first_unpromised(but_not) != nullptr : stored_ > promised_;
}

// True if the caller can have an item. In a rendezvous the item is then offering_'s until end_get().
bool queue_base::secure_item() noexcept {
  if (!rendezvous()) return stored_ > promised_;
  waiter* const front = putters_.front();
  if (front == nullptr) return false;
  if (promised_ == 0 && front->part_of == nullptr) {  // the loop below, without its choices
    offering_ = front;
    return true;
  }
  while (has_item()) {
    // Whether it is the caller's turn or not: the front item goes first. All items that were available may be gone by
    // now, because our lock does not keep another object from claiming a select that offers here.
    for (waiter* w = putters_.front(); w != nullptr; w = w->next) {
      if (!claim(*w)) continue;
      offering_ = w;
      return true;
    }
  }
  return false;
}

// True if a waiting getter, stored in taker_, gets the next item put.
bool queue_base::secure_taker() noexcept {
  taker_ = claim_first(getters_);
  return taker_ != nullptr;
}

// In a rendezvous: counts promised items, and items whose putter has gone on. The offer of a blocked putter does not
// count.
std::size_t queue_base::depth() const noexcept {
  if (!rendezvous()) return stored_;
  std::size_t counted = 0;
  std::size_t position = 0;
  for (const waiter* w = putters_.front(); w != nullptr; w = w->next) {
    if (!can_be_had(*w)) continue;
    if (position < promised_ || w->tag == kept) ++counted;
    ++position;
  }
  return counted;
}

// Claims the first waiter that can be granted anything, and removes it from the line. Skips a select that has another
// result: the select leaves the line by itself.
waiter* queue_base::claim_first(wait_list& line) noexcept {
  for (waiter* w = line.front(); w != nullptr; w = w->next) {
    if (!claim(*w)) continue;
    line.remove(*w);
    return w;
  }
  return nullptr;
}

// Promises items to getters and reserves places for putters, as long as there are both.
void queue_base::serve() noexcept {
  while (!getters_.empty() && has_item()) {
    waiter* const w = claim_first(getters_);
    if (w == nullptr) break;
    ++promised_;
    grant(*w, served);
  }
  if (rendezvous()) {
    if (closed_) refuse_unpromised();
    return;
  }
  while (!putters_.empty() && has_place()) {
    waiter* const w = claim_first(putters_);
    if (w == nullptr) break;
    ++reserved_;
    grant(*w, served);
  }
}

// `w` must be claimed and in no line.
void queue_base::grant(waiter& w, std::uintptr_t how) noexcept {
  w.tag = how;
  wake_claimed(object_, w);
}

void queue_base::refuse_all(wait_list& waiters) noexcept {
  while (waiter* const w = claim_first(waiters)) grant(*w, refused);
}

// In a closed rendezvous: a getter woken for an item still gets it; a putter without a getter gives up.
void queue_base::refuse_unpromised() noexcept {
  for (waiter* w = first_unpromised(); w != nullptr;) {
    waiter* const next = w->next;
    if (w->tag != kept && claim(*w)) {
      putters_.remove(*w);
      grant(*w, refused);
    }
    w = next;
  }
}

// Almost always adds at the back. Only a getter whose promised item was withdrawn returns to its old place.
void queue_base::stand_in_line(getter& g) noexcept {
  waiter* const first = getters_.front();
  if (first == nullptr || g.place == gets_ - 1) {
    getters_.push_back(g);
  } else if (static_cast<getter*>(first)->place > g.place) {
    getters_.push_front(g);
  } else {
    getters_.pop_front();
    stand_in_line(g);
    getters_.push_front(*first);
  }
}

// ---- as a case of a select

bool queue_base::enlist(getter& g) noexcept {
  const std::lock_guard guard(object_.lock);
  if (closed_ || has_item(g.part_of)) return false;
  if (g.place == getter::no_place) g.place = gets_++;
  g.tag = waiting;
  stand_in_line(g);
  return true;
}

bool queue_base::enlist(waiter& putter, void* item) noexcept {
  const std::lock_guard guard(object_.lock);
  if (closed_ || (rendezvous() ? has_taker(putter.part_of) : has_place())) return false;
  putter.tag = waiting;
  putter.handed = item;
  putters_.push_back(putter);
  return true;
}

void queue_base::withdraw(waiter& w) noexcept {
  if (w.object_gone) return;
  const std::lock_guard guard(object_.lock);
  if (w.list != nullptr) w.list->remove(w);
}

// True if a getter other than this selection waits for an item.
bool queue_base::has_taker(const selection* but_not) const noexcept {
  for (const waiter* w = getters_.front(); w != nullptr; w = w->next) {
    if (w->part_of == nullptr || (w->part_of != but_not && w->part_of->open())) return true;
  }
  return false;
}

}  // namespace weft::detail
