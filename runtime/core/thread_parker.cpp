#include "core/thread_parker.hpp"

namespace weft::core {

bool thread_parker::park(std::int64_t limit_ns) {
  std::unique_lock guard(lock_);
  if (limit_ns < 0) {
    changed_.wait(guard, [this] { return unparked_; });
  } else {
    // In hours at most, because the condition variable adds it to the present time.
    const auto limit = std::chrono::nanoseconds(limit_ns);
    const auto bounded =
        limit > std::chrono::hours(24 * 365) ? std::chrono::nanoseconds(std::chrono::hours(24 * 365)) : limit;
    changed_.wait_for(guard, bounded, [this] { return unparked_; });
  }
  const bool was = unparked_;
  unparked_ = false;
  return was;
}

void thread_parker::unpark() noexcept {
  // Notified under the lock: the woken thread may end, and its parker with it, as soon as the lock is free.
  const std::lock_guard guard(lock_);
  unparked_ = true;
  changed_.notify_one();
}

thread_parker& parker_of_this_thread() noexcept {
  thread_local thread_parker mine;
  return mine;
}

}  // namespace weft::core
