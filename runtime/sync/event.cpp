#include "weft/event.hpp"

#include <mutex>

#include "trace/words/schema.hpp"
#include "trace/words/states.hpp"

namespace weft {

event::event(std::string_view name) : object_(diary::object_kind::event, name) {}

void event::set() {
  const std::lock_guard guard(object_.lock);
  // Recorded even if nothing changes: a set before the clear that loses it explains a wait without end.
  detail::record(diary::event_type::event_set, object_);
  set_ = true;
  while (detail::waiter* const w = waiters_.pop_front()) detail::wake(object_, *w);
}

void event::clear() {
  const std::lock_guard guard(object_.lock);
  detail::record(diary::event_type::event_clear, object_);
  set_ = false;
}

bool event::is_set() const {
  const std::lock_guard guard(object_.lock);
  return set_;
}

bool event::wait_limited(detail::time_limit limit) {
  object_.lock.lock();
  if (set_ || limit.is_zero()) {
    const bool set = set_;
    object_.lock.unlock();
    return set;
  }
  detail::waiter w;
  waiters_.push_back(w);
  // Once woken it has happened, even if the event is clear again by now.
  return detail::wait_in_line(object_, w, diary::wait_reason::event, limit);
}

}  // namespace weft
