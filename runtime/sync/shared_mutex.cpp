#include "weft/shared_mutex.hpp"

#include <algorithm>
#include <mutex>
#include <stdexcept>

#include "sync/misuse.hpp"
#include "trace/words/schema.hpp"
#include "trace/words/states.hpp"
#include "weft/errors.hpp"

namespace weft {

namespace {

// waiter::tag
enum : std::uintptr_t { wants_shared = 0, wants_exclusive = 1 };

}  // namespace

shared_mutex::shared_mutex(std::string_view name) : object_(diary::object_kind::shared_mutex, name) {}

shared_mutex::~shared_mutex() {
  if (writer_ != nullptr || !readers_.empty()) detail::forget_grants_of(object_);
}

// ---- one writer

bool shared_mutex::acquire_exclusive(detail::time_limit limit) {
  const void* const me = detail::current_owner();
  object_.lock.lock();
  serve();
  if (writer_ == nullptr && readers_.empty()) {  // then no waiter is left: serve() has handed the lock to all it could
    writer_ = me;
    object_.owner.store(detail::current_id(), std::memory_order_relaxed);
    detail::record(diary::event_type::lock_acquired, object_);
    object_.lock.unlock();
    return true;
  }
  if (limit.is_zero()) {
    object_.lock.unlock();
    return false;
  }
  if (limit.is_forever() && (writer_ == me || is_reader(me))) {
    object_.lock.unlock();
    throw deadlock_error(detail::misuse("lock", object_, "is held by the caller already"));
  }
  detail::waiter w;
  w.handed = const_cast<void*>(me);
  w.tag = wants_exclusive;
  waiters_.push_back(w);
  return detail::wait_in_line(
      object_, w, diary::wait_reason::shared_mutex_exclusive, limit,
      [this] {
        const std::lock_guard guard(object_.lock);
        release_exclusive();
      },
      [this] {
        const std::lock_guard guard(object_.lock);
        serve();  // readers behind this writer may own the lock now
      });
}

void shared_mutex::unlock() {
  const std::lock_guard guard(object_.lock);
  if (writer_ != detail::current_owner()) {
    throw std::logic_error(detail::misuse("unlock", object_, "is not owned by the caller"));
  }
  release_exclusive();
}

void shared_mutex::release_exclusive() noexcept {
  writer_ = nullptr;
  object_.owner.store(0, std::memory_order_relaxed);
  const detail::waiter* const next = waiters_.front();
  if (next == nullptr || next->tag != wants_exclusive) detail::record(diary::event_type::lock_released, object_);
  serve();
}

// ---- many readers

bool shared_mutex::acquire_shared(detail::time_limit limit) {
  const void* const me = detail::current_owner();
  object_.lock.lock();
  serve();
  const bool now = writer_ == nullptr && (waiters_.empty() || is_reader(me));
  if (!now && limit.is_zero()) {
    object_.lock.unlock();
    return false;
  }
  if (limit.is_forever() && writer_ == me) {
    object_.lock.unlock();
    throw deadlock_error(detail::misuse("lock_shared", object_, "is owned by the caller already"));
  }
  try {
    make_room();
  } catch (...) {
    object_.lock.unlock();
    throw;
  }
  if (now) {
    readers_.push_back(me);
    object_.lock.unlock();
    return true;
  }
  detail::waiter w;
  w.handed = const_cast<void*>(me);
  w.tag = wants_shared;
  waiters_.push_back(w);
  return detail::wait_in_line(
      object_, w, diary::wait_reason::shared_mutex_shared, limit,
      [&] {
        const std::lock_guard guard(object_.lock);
        remove_reader(me);
      },
      [this] {
        const std::lock_guard guard(object_.lock);
        --may_read_;
      });
}

void shared_mutex::unlock_shared() {
  const void* const me = detail::current_owner();
  const std::lock_guard guard(object_.lock);
  if (!is_reader(me)) {
    throw std::logic_error(detail::misuse("unlock_shared", object_, "is not held shared by the caller"));
  }
  remove_reader(me);
}

bool shared_mutex::is_reader(const void* who) const noexcept {
  return std::find(readers_.begin(), readers_.end(), who) != readers_.end();
}

void shared_mutex::remove_reader(const void* who) noexcept {
  *std::find(readers_.begin(), readers_.end(), who) = readers_.back();
  readers_.pop_back();
  --may_read_;
  serve();
}

// Makes room for one more reader now, because handing over must not fail.
void shared_mutex::make_room() {
  if (readers_.capacity() <= may_read_) readers_.reserve(std::max<std::size_t>(8, 2 * may_read_));
  ++may_read_;
}

// ---- the line

// Hands the lock to as many waiters as may own it together, from the front.
void shared_mutex::serve() noexcept {
  while (detail::waiter* const first = waiters_.front()) {
    if (writer_ != nullptr || (first->tag == wants_exclusive && !readers_.empty())) return;
    waiters_.pop_front();
    if (first->tag == wants_exclusive) {
      writer_ = first->handed;
      object_.owner.store(detail::id_of(*first), std::memory_order_relaxed);
      detail::record(diary::event_type::lock_handed, object_, detail::slot_of(*first));
    } else {
      readers_.push_back(first->handed);
    }
    detail::wake(object_, *first);
  }
}

}  // namespace weft
