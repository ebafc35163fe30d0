#include "weft/latch.hpp"

#include <mutex>
#include <stdexcept>

#include "sync/misuse.hpp"
#include "trace/words/schema.hpp"
#include "trace/words/states.hpp"

namespace weft {

latch::latch(std::ptrdiff_t count, std::string_view name) : object_(diary::object_kind::latch, name), count_(count) {
  if (count < 0) {
    throw std::invalid_argument(detail::misuse("latch", object_, "cannot count from " + std::to_string(count)));
  }
}

void latch::count_down(std::ptrdiff_t n) {
  const std::lock_guard guard(object_.lock);
  if (n < 0 || n > count_) {
    throw std::logic_error(
        detail::misuse("count_down", object_, "has " + std::to_string(count_) + " to go, not " + std::to_string(n)));
  }
  count_ -= n;
  detail::record(diary::event_type::counted, object_, [this] { return static_cast<std::uint64_t>(count_); });
  if (count_ > 0) return;
  while (detail::waiter* const w = waiters_.pop_front()) detail::wake(object_, *w);
}

bool latch::try_wait() const {
  const std::lock_guard guard(object_.lock);
  return count_ == 0;
}

bool latch::wait_limited(detail::time_limit limit) {
  object_.lock.lock();
  if (count_ == 0 || limit.is_zero()) {
    const bool open = count_ == 0;
    object_.lock.unlock();
    return open;
  }
  detail::waiter w;
  waiters_.push_back(w);
  return detail::wait_in_line(object_, w, diary::wait_reason::latch, limit);
}

}  // namespace weft
