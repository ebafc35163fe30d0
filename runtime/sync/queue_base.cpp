#include "weft/detail/sync/queue_base.hpp"

#include <mutex>
#include <stdexcept>
#include <utility>

#include "sync/misuse.hpp"
#include "trace/words/schema.hpp"
#include "trace/words/states.hpp"
#include "weft/closed_error.hpp"
#include "weft/detail/core/deadline.hpp"
#include "weft/detail/sync/selection.hpp"

namespace weft::detail {

const diary::event_type queue_base::queue_get_event = diary::event_type::queue_get;
const diary::event_type queue_base::queue_put_event = diary::event_type::queue_put;

queue_base::queue_base(queue_role role, std::size_t capacity, std::string_view name)
    : object_(role == queue_role::queue ? diary::object_kind::queue : diary::object_kind::channel, name),
      capacity_(capacity),
      role_(role) {}

queue_base::~queue_base() {
  if (promised_ != 0 || reserved_ != 0) forget_grants_of(object_);
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

queue_answer queue_base::begin_get_slowly(time_limit limit) {
  if (secure_item()) return queue_answer::go;  // then no getter is in line
  if (closed_ || limit.is_zero()) {
    const bool closed = closed_;
    object_.lock.unlock();
    return closed ? queue_answer::closed : queue_answer::not_now;
  }
  const auto reason = role_ == queue_role::queue ? diary::wait_reason::queue_get : diary::wait_reason::channel_receive;
  const deadline end(limit);
  const std::uint64_t place = gets_++;
  for (time_limit left = limit;; left = end.left()) {
    if (left.is_zero()) {
      object_.lock.unlock();
      return queue_answer::not_now;
    }
    getter g(place);
    stand_in_line(g);
    if (!wait_in_line(object_, g, reason, left, [&] { decline_item(g); })) return queue_answer::not_now;
    if (const queue_answer answer = redeem_item(g); answer != queue_answer::not_now) return answer;
  }
}

queue_answer queue_base::redeem_item(const getter& g) {
  if (g.tag == refused) return queue_answer::closed;
  object_.lock.lock();
  --promised_;
  if (secure_item()) return queue_answer::go;
  if (!closed_) return queue_answer::not_now;
  object_.lock.unlock();
  return queue_answer::closed;
}

void queue_base::decline_item(const getter& g) noexcept {
  if (g.tag != served) return;
  const std::lock_guard guard(object_.lock);
  --promised_;
  serve();
}

kept_item* queue_base::end_handing(bool taken) noexcept {
  waiter* const putter = std::exchange(offering_, nullptr);
  if (taken) {
    putters_.remove(*putter);
    record(diary::event_type::queue_get, object_, [this] { return depth(); });
    if (putter->tag == kept) return static_cast<kept_item*>(putter);
    ++unfinished_;
    grant(*putter, served);
  } else if (putter->part_of != nullptr) {
    putters_.remove(*putter);
    grant(*putter, again);
  }
  return nullptr;
}

// ---- putting

queue_answer queue_base::begin_put_slowly(void* item, time_limit limit) {
  if (closed_) {
    object_.lock.unlock();
    return queue_answer::closed;
  }
  if (rendezvous() && limit.is_zero() && secure_taker()) return queue_answer::go;
  if (limit.is_zero()) {
    object_.lock.unlock();
    return queue_answer::not_now;
  }
  waiter w;
  w.handed = item;
  putters_.push_back(w);
  if (rendezvous()) serve();
  const auto reason = role_ == queue_role::queue ? diary::wait_reason::queue_put : diary::wait_reason::channel_send;
  if (!wait_in_line(object_, w, reason, limit, [&] { decline_place(w); })) return queue_answer::not_now;
  return redeem_place(w);
}

queue_answer queue_base::redeem_place(const waiter& w) {
  if (w.tag == refused) return queue_answer::closed;
  if (w.tag == again) return queue_answer::not_now;
  if (rendezvous()) {
    if (diaries_kept.load(std::memory_order_relaxed) != 0) [[unlikely]] {
      const std::lock_guard guard(object_.lock);
      record(diary::event_type::queue_put, object_, [this] { return depth(); });
    }
    return queue_answer::delivered;
  }
  object_.lock.lock();
  --reserved_;
  if (!closed_) return queue_answer::go;
  object_.lock.unlock();
  return queue_answer::closed;
}

void queue_base::decline_place(const waiter& w) noexcept {
  if (w.tag != served || rendezvous()) return;
  const std::lock_guard guard(object_.lock);
  --reserved_;
  serve();
}

void queue_base::end_keep(kept_item* item) noexcept {
  waiter& taker = *std::exchange(taker_, nullptr);
  if (item != nullptr) {
    item->tag = kept;
    putters_.push_back(*item);
    ++unfinished_;
    record(diary::event_type::queue_put, object_, [this] { return depth(); });
    ++promised_;
    grant(taker, served);
  } else if (taker.part_of != nullptr) {
    ++promised_;
    grant(taker, served);  // the select will find nothing and check again
  } else {
    getters_.push_front(taker);
  }
  serve();
  object_.lock.unlock();
}

// ---- closing

void queue_base::close_gently() {
  const std::lock_guard guard(object_.lock);
  if (closed_) return;
  closed_ = true;
  refuse_all(getters_);  // getters wait only if the queue has no item for them
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
  for (waiter* w = putters_.front(); w != nullptr;) {
    waiter* const next = w->next;
    if (w->tag == kept) {
      ++count;
      putters_.remove(*w);
      dropped.push_back(*w);
    }
    w = next;
  }
  refuse_all(putters_);
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

bool queue_base::join_limited(time_limit limit) {
  object_.lock.lock();
  if (unfinished_ == 0 || limit.is_zero()) {
    const bool finished = unfinished_ == 0;
    object_.lock.unlock();
    return finished;
  }
  waiter w;
  joiners_.push_back(w);
  return wait_in_line(object_, w, diary::wait_reason::queue_join, limit);
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

void queue_base::finish(std::size_t n) noexcept {
  unfinished_ -= n;
  if (unfinished_ > 0) return;
  while (waiter* const w = joiners_.pop_front()) wake(object_, *w);
}

}  // namespace weft::detail
