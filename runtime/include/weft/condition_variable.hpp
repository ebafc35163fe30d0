// Waits for a condition that a weft::mutex guards, with the standard's names.
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string_view>

#include "weft/detail/core/deadline.hpp"
#include "weft/detail/core/suspension.hpp"
#include "weft/detail/sync/wait_line.hpp"
#include "weft/mutex.hpp"

namespace weft {

// Every wait unlocks the guard's mutex while it is suspended, and locks it again before it returns or throws; that
// locking cannot be cancelled. There are no spurious wakes, but the condition may have changed before the mutex is
// locked again: use the forms with a predicate. Must outlive all its waiters.
class condition_variable {
 public:
  condition_variable() : condition_variable(std::string_view()) {}
  explicit condition_variable(std::string_view name);
  condition_variable(const condition_variable&) = delete;
  condition_variable& operator=(const condition_variable&) = delete;
  ~condition_variable();

  // Wakes the first waiter, or all waiters. The caller need not own the mutex. Never suspends.
  void notify_one() noexcept;
  void notify_all() noexcept;

  // Suspends until notified or cancelled. A cancelled waiter passes its notification on. Throws std::logic_error, with
  // no effect, unless the caller owns the mutex through the guard.
  void wait(std::unique_lock<mutex>& guard) { wait_limited(guard, detail::forever); }
  // Waits until pred() is true.
  template <class Predicate>
  void wait(std::unique_lock<mutex>& guard, Predicate pred) {
    while (!pred()) wait(guard);
  }
  // Suspends for d at most, and then until the mutex is locked, however long that lasts; d <= 0 never suspends.
  template <class Rep, class Period>
  std::cv_status wait_for(std::unique_lock<mutex>& guard, std::chrono::duration<Rep, Period> d) {
    return status(wait_limited(guard, detail::nanoseconds_of(d)));
  }
  // Waits until pred() is true, for d at most in all. Returns pred().
  template <class Rep, class Period, class Predicate>
  bool wait_for(std::unique_lock<mutex>& guard, std::chrono::duration<Rep, Period> d, Predicate pred) {
    return wait_until_true(guard, detail::nanoseconds_of(d), pred);
  }
  template <class Clock, class Duration>
  std::cv_status wait_until(std::unique_lock<mutex>& guard, const std::chrono::time_point<Clock, Duration>& t) {
    return status(wait_limited(guard, detail::until(t)));
  }
  template <class Clock, class Duration, class Predicate>
  bool wait_until(std::unique_lock<mutex>& guard, const std::chrono::time_point<Clock, Duration>& t, Predicate pred) {
    return wait_until_true(guard, detail::until(t), pred);
  }

  std::string_view name() const noexcept { return object_.name(); }

 private:
  static std::cv_status status(bool notified) {
    return notified ? std::cv_status::no_timeout : std::cv_status::timeout;
  }
  template <class Predicate>
  bool wait_until_true(std::unique_lock<mutex>& guard, detail::time_limit limit, Predicate& pred) {
    const detail::deadline end(limit);
    while (!pred()) {
      if (!wait_limited(guard, end.left())) return pred();
    }
    return true;
  }
  // False: the time limit has passed.
  bool wait_limited(std::unique_lock<mutex>& guard, detail::time_limit limit);
  static void lock_again(std::unique_lock<mutex>& guard);

  detail::object object_;
  detail::wait_line waiters_;  // waiter::tag: 1 if woken by notify_all(), whose notification is not passed on
  bool has_notified_ = false;  // has ever woken a waiter; guarded by object_.lock
};

}  // namespace weft
