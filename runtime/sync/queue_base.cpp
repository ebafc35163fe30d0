#include "weft/detail/queue_base.hpp"

#include <mutex>
#include <stdexcept>

#include "sync/misuse.hpp"
#include "trace/schema.hpp"
#include "trace/states.hpp"
#include "weft/closed_error.hpp"
#include "weft/detail/deadline.hpp"

namespace weft::detail {

namespace {

// waiter::tag: what became of a waiter, or what it is.
enum : std::uintptr_t {
  waiting = 0,
  served = 1,   // an item was promised to it, a place reserved for it, or its item taken
  refused = 2,  // woken because the queue was closed
  kept = 3,     // a kept_item
};

}  // namespace

struct queue_base::getter final : waiter {
  explicit getter(std::uint64_t p) : place(p) {}
  const std::uint64_t place;  // in the line of all getters that ever waited
};

queue_base::queue_base(queue_role role, std::size_t capacity, std::string_view name)
    : object_(role == queue_role::queue ? diary::object_kind::queue : diary::object_kind::channel, name),
      capacity_(capacity),
      role_(role) {}

queue_base::~queue_base() {
  for (waiter* w = putters_.front(); w != nullptr;) {
    waiter* const next = w->next;
    if (w->tag == kept) {
      putters_.remove(*w);
      delete static_cast<kept_item*>(w);
    }
    w = next;
  }
}

// ---- getting

queue_answer queue_base::begin_get(std::int64_t limit_ns) {
  object_.lock.lock();
  if (has_item()) return queue_answer::go;  // nobody stands in line then
  if (closed_ || limit_ns == 0) {
    const bool closed = closed_;
    object_.lock.unlock();
    return closed ? queue_answer::closed : queue_answer::not_now;
  }
  const auto reason = role_ == queue_role::queue ? diary::wait_reason::queue_get : diary::wait_reason::channel_receive;
  const deadline end(limit_ns);
  const std::uint64_t place = gets_++;
  for (std::int64_t left_ns = limit_ns;; left_ns = end.left_ns()) {
    if (left_ns == 0) {
      object_.lock.unlock();
      return queue_answer::not_now;
    }
    getter g(place);
    stand_in_line(g);
    switch (suspend(object_, g, reason, left_ns)) {
      case wait_outcome::granted:
        break;
      case wait_outcome::timed_out:
        return queue_answer::not_now;
      case wait_outcome::interrupted:
        if (g.granted && g.tag == served) {
          const std::lock_guard guard(object_.lock);
          --promised_;
          serve();
        }
        throw_interruption();
    }
    if (g.tag == refused) return queue_answer::closed;
    object_.lock.lock();
    --promised_;
    if (has_item()) return queue_answer::go;
    if (closed_) {
      object_.lock.unlock();
      return queue_answer::closed;
    }
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

void queue_base::end_get(bool taken) noexcept {
  kept_item* empty = nullptr;
  if (taken) {
    waiter* const putter = rendezvous() ? putters_.pop_front() : nullptr;
    if (putter == nullptr) {
      --stored_;
    } else if (putter->tag == kept) {
      empty = static_cast<kept_item*>(putter);
    } else {
      ++unfinished_;
    }
    record(diary::event_type::queue_get, object_, depth());
    if (putter != nullptr && empty == nullptr) {
      putter->tag = served;
      wake(object_, *putter);
    }
  }
  serve();
  object_.lock.unlock();
  delete empty;
}

// ---- putting

queue_answer queue_base::begin_put(void* item, std::int64_t limit_ns) {
  object_.lock.lock();
  if (closed_) {
    object_.lock.unlock();
    return queue_answer::closed;
  }
  if (rendezvous() ? limit_ns == 0 && !getters_.empty() : has_place()) return queue_answer::go;
  if (limit_ns == 0) {
    object_.lock.unlock();
    return queue_answer::not_now;
  }
  waiter w;
  w.handed = item;
  putters_.push_back(w);
  if (rendezvous()) serve();
  const auto reason = role_ == queue_role::queue ? diary::wait_reason::queue_put : diary::wait_reason::channel_send;
  switch (suspend(object_, w, reason, limit_ns)) {
    case wait_outcome::granted:
      break;
    case wait_outcome::timed_out:
      return queue_answer::not_now;
    case wait_outcome::interrupted:
      if (w.granted && w.tag == served && !rendezvous()) {
        const std::lock_guard guard(object_.lock);
        --reserved_;
        serve();
      }
      throw_interruption();
  }
  if (w.tag == refused) return queue_answer::closed;
  object_.lock.lock();
  if (rendezvous()) {
    record(diary::event_type::queue_put, object_, depth());
    object_.lock.unlock();
    return queue_answer::delivered;
  }
  --reserved_;
  if (!closed_) return queue_answer::go;
  object_.lock.unlock();
  return queue_answer::closed;
}

void queue_base::end_put(bool put) noexcept {
  if (put) {
    ++stored_;
    ++unfinished_;
    record(diary::event_type::queue_put, object_, stored_);
  }
  serve();
  object_.lock.unlock();
}

void queue_base::end_keep(kept_item* item) noexcept {
  if (item != nullptr) {
    item->tag = kept;
    putters_.push_back(*item);
    ++unfinished_;
    record(diary::event_type::queue_put, object_, depth());
  }
  serve();
  object_.lock.unlock();
}

// ---- closing

void queue_base::close_gently() {
  const std::lock_guard guard(object_.lock);
  if (closed_) return;
  closed_ = true;
  refuse_all(getters_);  // they wait, so there is nothing left for them
  if (rendezvous()) {
    refuse_unpromised();
  } else {
    refuse_all(putters_);
  }
}

void queue_base::end_discard() noexcept {
  closed_ = true;
  refuse_all(getters_);
  wait_list dropped;
  std::size_t count = stored_;
  stored_ = 0;
  while (waiter* const w = putters_.pop_front()) {
    if (w->tag == kept) {
      ++count;
      dropped.push_back(*w);
    } else {
      refuse(*w);
    }
  }
  finish(count);
  object_.lock.unlock();
  while (waiter* const w = dropped.pop_front()) delete static_cast<kept_item*>(w);
}

// ---- work that is put and finished

void queue_base::finish_one() {
  const std::lock_guard guard(object_.lock);
  if (unfinished_ == 0) throw std::logic_error(misuse("task_done", object_, "has no unfinished item"));
  finish(1);
}

bool queue_base::join_limited(std::int64_t limit_ns) {
  object_.lock.lock();
  if (unfinished_ == 0 || limit_ns == 0) {
    const bool finished = unfinished_ == 0;
    object_.lock.unlock();
    return finished;
  }
  waiter w;
  joiners_.push_back(w);
  switch (suspend(object_, w, diary::wait_reason::queue_join, limit_ns)) {
    case wait_outcome::granted:
      return true;
    case wait_outcome::timed_out:
      return false;
    case wait_outcome::interrupted:
      break;
  }
  throw_interruption();
}

// ---- questions

std::size_t queue_base::count() const {
  const std::lock_guard guard(object_.lock);
  return depth();
}

bool queue_base::is_closed() const {
  const std::lock_guard guard(object_.lock);
  return closed_;
}

void queue_base::throw_closed() const { throw closed_error(described(object_).append(" is closed")); }

// ---- under the lock

// In a rendezvous: the first item that is not promised to a woken getter. The promised ones stand before it.
waiter* queue_base::first_unpromised() const noexcept {
  waiter* w = putters_.front();
  for (std::size_t skipped = 0; w != nullptr && skipped < promised_; ++skipped) w = w->next;
  return w;
}

bool queue_base::has_item() const noexcept {
  return rendezvous() ? first_unpromised() != nullptr : stored_ > promised_;
}

// In a rendezvous: the promised items, and those whose putter has gone on. What a blocked putter offers does not count.
std::size_t queue_base::depth() const noexcept {
  if (!rendezvous()) return stored_;
  std::size_t counted = 0;
  std::size_t position = 0;
  for (const waiter* w = putters_.front(); w != nullptr; w = w->next, ++position) {
    if (position < promised_ || w->tag == kept) ++counted;
  }
  return counted;
}

// Promises every item to somebody and reserves every place for somebody, as far as anybody waits.
void queue_base::serve() noexcept {
  while (!getters_.empty() && has_item()) {
    waiter* const w = getters_.pop_front();
    ++promised_;
    w->tag = served;
    wake(object_, *w);
  }
  if (rendezvous()) {
    if (closed_) refuse_unpromised();
    return;
  }
  while (!putters_.empty() && has_place()) {
    waiter* const w = putters_.pop_front();
    ++reserved_;
    w->tag = served;
    wake(object_, *w);
  }
}

void queue_base::refuse(waiter& w) noexcept {
  w.tag = refused;
  wake(object_, w);
}

void queue_base::refuse_all(wait_list& waiters) noexcept {
  while (waiter* const w = waiters.pop_front()) refuse(*w);
}

// In a closed rendezvous: a taker that was woken for an item still gets it; whoever offers to nobody gives up.
void queue_base::refuse_unpromised() noexcept {
  for (waiter* w = first_unpromised(); w != nullptr;) {
    waiter* const next = w->next;
    if (w->tag != kept) {
      putters_.remove(*w);
      refuse(*w);
    }
    w = next;
  }
}

void queue_base::finish(std::size_t n) noexcept {
  unfinished_ -= n;
  if (unfinished_ > 0) return;
  while (waiter* const w = joiners_.pop_front()) wake(object_, *w);
}

}  // namespace weft::detail
