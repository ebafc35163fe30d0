#include "weft/detail/sync/owned_lock.hpp"

#include "sync/misuse.hpp"
#include "trace/words/schema.hpp"
#include "weft/errors.hpp"

namespace weft::detail {

bool owned_lock::acquire(time_limit limit) {
  const void* const me = current_owner();
  object_.lock.lock();
  if (holder_.load(std::memory_order_relaxed) == nullptr) {
    holder_.store(me, std::memory_order_relaxed);
    object_.owner.store(current_id(), std::memory_order_relaxed);
    record(diary::event_type::lock_acquired, object_);
    object_.lock.unlock();
    return true;
  }
  if (limit.is_zero()) {
    object_.lock.unlock();
    return false;
  }
  if (limit.is_forever() && holder_.load(std::memory_order_relaxed) == me) {
    object_.lock.unlock();
    throw deadlock_error(misuse("lock", object_, "is owned by the caller already"));
  }
  waiter w;
  w.handed = const_cast<void*>(me);
  waiters_.push_back(w);
  return wait_in_line(object_, w, reason_, limit, [this] { release(); });
}

void owned_lock::release() noexcept {
  object_.lock.lock();
  hand_on();
  object_.lock.unlock();
}

void owned_lock::hand_on() noexcept {
  waiter* const next = waiters_.pop_front();
  holder_.store(next != nullptr ? next->handed : nullptr, std::memory_order_relaxed);
  object_.owner.store(next != nullptr ? id_of(*next) : 0, std::memory_order_relaxed);
  if (next == nullptr) {
    record(diary::event_type::lock_released, object_);
  } else {
    record(diary::event_type::lock_handed, object_, slot_of(*next));
    wake(object_, *next);
  }
}

}  // namespace weft::detail
