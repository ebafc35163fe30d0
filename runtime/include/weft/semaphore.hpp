// A number of permits, and a guard for one of them. FIFO with direct hand-over: a released permit belongs to the first
// waiter from that moment on.
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <chrono>
#include <cstddef>
#include <limits>
#include <string_view>
#include <utility>

#include "weft/detail/core/suspension.hpp"
#include "weft/detail/sync/wait_line.hpp"

namespace weft {

class semaphore;

// Owns one permit of a semaphore, which must outlive it; or is empty.
class permit {
 public:
  permit() noexcept = default;  // empty
  permit(permit&& other) noexcept : from_(std::exchange(other.from_, nullptr)) {}
  permit& operator=(permit&& other) noexcept {
    permit gone(std::move(other));
    std::swap(from_, gone.from_);
    return *this;
  }
  ~permit() { release(); }

  explicit operator bool() const noexcept { return from_ != nullptr; }
  // Releases the permit now; does nothing if empty. Never suspends and never fails: a bounded semaphore that is full
  // meanwhile stays full.
  void release() noexcept;

 private:
  friend class semaphore;
  explicit permit(semaphore& from) noexcept : from_(&from) {}

  semaphore* from_ = nullptr;
};

// Any coroutine or thread may release a permit, with or without having acquired one. Must outlive all its waiters.
class semaphore {
 public:
  // Throws std::invalid_argument if permits is negative. The name (copied) appears in the diary and in deadlock_error.
  explicit semaphore(std::ptrdiff_t permits, std::string_view name = {})
      : semaphore(permits, std::numeric_limits<std::ptrdiff_t>::max(), name) {}
  ~semaphore();

  // Acquires one permit. Suspends until a permit is handed over or the wait is cancelled.
  void acquire() { take(detail::forever); }
  // Never suspends.
  bool try_acquire() { return take(0); }
  // Suspends for d at most; d <= 0 is try_acquire(). False: the time limit has passed.
  template <class Rep, class Period>
  bool try_acquire_for(std::chrono::duration<Rep, Period> d) {
    return take(detail::nanoseconds_of(d));
  }
  template <class Clock, class Duration>
  bool try_acquire_until(const std::chrono::time_point<Clock, Duration>& t) {
    return take(detail::until(t));
  }
  // Releases n permits, first to the waiters. Never suspends. Throws std::logic_error, with no effect, if n is negative
  // or more permits would be free than the maximum.
  void release(std::ptrdiff_t n = 1);
  // Number of free permits.
  std::ptrdiff_t value() const;

  // Like the four functions above, but return the permit as an object that releases it. Empty: no permit was free, or
  // the time limit has passed.
  [[nodiscard]] permit acquire_guard() {
    acquire();
    return permit(*this);
  }
  [[nodiscard]] permit try_acquire_guard() { return taken(take(0)); }
  template <class Rep, class Period>
  [[nodiscard]] permit acquire_guard_for(std::chrono::duration<Rep, Period> d) {
    return taken(try_acquire_for(d));
  }
  template <class Clock, class Duration>
  [[nodiscard]] permit acquire_guard_until(const std::chrono::time_point<Clock, Duration>& t) {
    return taken(try_acquire_until(t));
  }

  std::string_view name() const noexcept { return object_.name(); }

 protected:
  semaphore(std::ptrdiff_t permits, std::ptrdiff_t most, std::string_view name);

 private:
  friend class permit;
  bool take(detail::time_limit limit);
  permit taken(bool was) { return was ? permit(*this) : permit(); }
  void give(std::ptrdiff_t n) noexcept;  // call with object_.lock
  void tell() noexcept;                  // records the count; call with object_.lock
  void take_back() noexcept;             // for the end of a permit

  detail::object object_;
  detail::wait_line waiters_;  // empty while value_ > 0, except briefly under the lock
  std::ptrdiff_t value_;
  const std::ptrdiff_t most_;  // value_ never exceeds it
  bool has_waked_ = false;     // has ever woken a waiter
};

inline void permit::release() noexcept {
  if (semaphore* const from = std::exchange(from_, nullptr)) from->take_back();
}

// A semaphore that never has more permits than at first: one release too many throws std::logic_error.
class bounded_semaphore : public semaphore {
 public:
  explicit bounded_semaphore(std::ptrdiff_t permits, std::string_view name = {}) : semaphore(permits, permits, name) {}
};

}  // namespace weft
