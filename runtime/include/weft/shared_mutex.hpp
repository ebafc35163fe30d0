// A lock for one writer or many readers. One FIFO for both: a reader that comes after a waiting writer waits behind it,
// so neither kind starves.
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <chrono>
#include <cstddef>
#include <string_view>
#include <vector>

#include "weft/detail/core/suspension.hpp"
#include "weft/detail/sync/wait_line.hpp"

namespace weft {

// std::shared_lock, std::unique_lock and std::lock_guard work on it. Must outlive all its waiters.
class shared_mutex {
 public:
  shared_mutex() : shared_mutex(std::string_view()) {}
  explicit shared_mutex(std::string_view name);
  ~shared_mutex();

  // Suspends until the caller owns the mutex alone: no other owner, and all earlier waiters served. A cancellation ends
  // the wait. Throws deadlock_error at once if the caller owns the mutex already, in either way.
  void lock() { acquire_exclusive(detail::forever); }
  // Never suspends.
  bool try_lock() { return acquire_exclusive(0); }
  // Suspends for d at most; d <= 0 is try_lock(). False: the time limit has passed.
  template <class Rep, class Period>
  bool try_lock_for(std::chrono::duration<Rep, Period> d) {
    return acquire_exclusive(detail::nanoseconds_of(d));
  }
  template <class Clock, class Duration>
  bool try_lock_until(const std::chrono::time_point<Clock, Duration>& t) {
    return acquire_exclusive(detail::until(t));
  }
  // Throws std::logic_error, with no effect, unless the caller is the writer.
  void unlock();

  // Suspends until no writer owns the mutex and all earlier waiters are served. A reader may lock it shared again, and
  // does not wait then. Throws deadlock_error at once if the caller is the writer.
  void lock_shared() { acquire_shared(detail::forever); }
  bool try_lock_shared() { return acquire_shared(0); }
  template <class Rep, class Period>
  bool try_lock_shared_for(std::chrono::duration<Rep, Period> d) {
    return acquire_shared(detail::nanoseconds_of(d));
  }
  template <class Clock, class Duration>
  bool try_lock_shared_until(const std::chrono::time_point<Clock, Duration>& t) {
    return acquire_shared(detail::until(t));
  }
  // Throws std::logic_error, with no effect, unless the caller is one of the readers.
  void unlock_shared();

  std::string_view name() const noexcept { return object_.name(); }

 private:
  bool acquire_exclusive(detail::time_limit limit);
  bool acquire_shared(detail::time_limit limit);
  // Call all of these with object_.lock.
  bool is_reader(const void* who) const noexcept;
  void remove_reader(const void* who) noexcept;
  void release_exclusive() noexcept;
  void make_room();
  void serve() noexcept;

  detail::object object_;
  const void* writer_ = nullptr;      // current_owner() of the writer
  std::vector<const void*> readers_;  // current_owner() of each reader, once for each lock_shared()
  std::size_t may_read_ = 0;          // readers and waiting readers: readers_ has room for all of them
  detail::wait_line waiters_;         // waiter::handed: current_owner(); waiter::tag: 1 if exclusive
};

}  // namespace weft
