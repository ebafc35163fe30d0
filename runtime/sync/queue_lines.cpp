// The lines of a queue: who is served next, what waits for whom, and select's way into them.
#include <mutex>

#include "weft/detail/sync/queue_base.hpp"
#include "weft/detail/sync/selection.hpp"

namespace weft::detail {

// ---- under the lock

// In a rendezvous: an item that can be had. What a select offers cannot, once something else has happened to it.
bool queue_base::can_be_had(const waiter& putter) noexcept {
  return putter.part_of == nullptr || putter.part_of->open();
}

// In a rendezvous: the first item that is not promised to a woken getter, and not of this selection. The promised ones
// stand before it.
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

// True: there is an item for whoever asks. In a rendezvous it is offering_'s from now on, until end_get().
bool queue_base::secure_item() noexcept {
  if (!rendezvous()) return stored_ > promised_;
  waiter* const front = putters_.front();
  if (front == nullptr) return false;
  if (promised_ == 0 && front->part_of == nullptr) {  // what follows, where there is nothing to choose
    offering_ = front;
    return true;
  }
  while (has_item()) {
    // Its own turn or not: the front is what comes out first. What could be had a moment ago may be gone, all of it:
    // our lock does not keep another object from claiming a select that offers here.
    for (waiter* w = putters_.front(); w != nullptr; w = w->next) {
      if (!claim(*w)) continue;
      offering_ = w;
      return true;
    }
  }
  return false;
}

// True: a waiting getter, taker_, gets what is put next.
bool queue_base::secure_taker() noexcept {
  taker_ = claim_first(getters_);
  return taker_ != nullptr;
}

// In a rendezvous: the promised items, and those whose putter has gone on. What a blocked putter offers does not count.
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

// Takes the first out of the line that can be granted anything. A select to which something else has happened is passed
// over; it leaves by itself.
waiter* queue_base::claim_first(wait_list& line) noexcept {
  for (waiter* w = line.front(); w != nullptr; w = w->next) {
    if (!claim(*w)) continue;
    line.remove(*w);
    return w;
  }
  return nullptr;
}

// Promises every item to somebody and reserves every place for somebody, as far as anybody waits.
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

// Before: w was claimed and stands in no line.
void queue_base::grant(waiter& w, std::uintptr_t how) noexcept {
  w.tag = how;
  wake_claimed(object_, w);
}

void queue_base::refuse_all(wait_list& waiters) noexcept {
  while (waiter* const w = claim_first(waiters)) grant(*w, refused);
}

// In a closed rendezvous: a taker that was woken for an item still gets it; whoever offers to nobody gives up.
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

// Nearly always at the back. Only one that was promised an item and found it withdrawn comes back to its old place.
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

// Somebody else than this selection waits for what is put.
bool queue_base::has_taker(const selection* but_not) const noexcept {
  for (const waiter* w = getters_.front(); w != nullptr; w = w->next) {
    if (w->part_of == nullptr || (w->part_of != but_not && w->part_of->open())) return true;
  }
  return false;
}

}  // namespace weft::detail
