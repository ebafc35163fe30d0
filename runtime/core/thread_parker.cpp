#include "core/thread_parker.hpp"

#include <algorithm>

#include "weft/detail/core/deadline.hpp"

namespace weft::core {

bool thread_parker::park(detail::time_limit limit) {
  std::unique_lock guard(lock_);
  const detail::deadline end(limit);
  for (;;) {
    const detail::time_limit left = end.left();
    if (unparked_ || left.is_zero()) break;
    if (left.is_forever()) {
      changed_.wait(guard);
    } else {
      // An hour at most, because the condition variable adds it to the present time.
      constexpr std::int64_t an_hour = 3'600'000'000'000;
      changed_.wait_for(guard, std::chrono::nanoseconds(std::min(an_hour, detail::left_until(left))));
    }
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
