// A number of permits, and a guard for one of them. FIFO with direct hand-over: a released permit belongs to the first
// in line from that moment on.
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

// One permit of a semaphore, which must outlive it; or empty.
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
  // Gives it back now; nothing on an empty one. Never suspends and never fails: a bounded semaphore that somebody has
  // filled up meanwhile stays full.
  void release() noexcept;

 private:
  friend class semaphore;
  explicit permit(semaphore& from) noexcept : from_(&from) {}

  semaphore* from_ = nullptr;
};

// Whoever has a permit, or nobody at all, may release one. Must outlive everybody who waits for it.
class semaphore {
 public:
  // Throws std::invalid_argument if permits is negative. The name (copied) appears in the diary and in deadlock_error.
  explicit semaphore(std::ptrdiff_t permits, std::string_view name = {})
      : semaphore(permits, std::numeric_limits<std::ptrdiff_t>::max(), name) {}
  ~semaphore();

  // Takes one permit. Suspends until it is handed over or the wait is cancelled.
  void acquire() { take(detail::forever); }
  // Never suspends.
  bool try_acquire() { return take(0); }
  // Suspends for d at most; d <= 0 is try_acquire(). False: time ran out.
  template <class Rep, class Period>
  bool try_acquire_for(std::chrono::duration<Rep, Period> d) {
    return take(detail::nanoseconds_of(d));
  }
  template <class Clock, class Duration>
  bool try_acquire_until(const std::chrono::time_point<Clock, Duration>& t) {
    return take(detail::until(t));
  }
  // Gives n permits back, first to those in line. Never suspends. std::logic_error, and nothing changed, if n is
  // negative or more permits would be free than there can be.
  void release(std::ptrdiff_t n = 1);
  // Permits that are free now.
  std::ptrdiff_t value() const;

  // The same as the four above, and what they took is in a permit, which gives it back. Empty: there was none free, or
  // the time ran out.
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
  void give(std::ptrdiff_t n) noexcept;  // before: object_.lock is held
  void tell() noexcept;                  // the diary; the same
  void take_back() noexcept;             // a permit's end

  detail::object object_;
  detail::wait_line waiters_;  // empty while value_ > 0, but for a moment under the lock
  std::ptrdiff_t value_;
  const std::ptrdiff_t most_;  // value_ never exceeds it
  bool has_waked_ = false;     // somebody, ever
};

inline void permit::release() noexcept {
  if (semaphore* const from = std::exchange(from_, nullptr)) from->take_back();
}

// A semaphore that never has more permits than at first: releasing one too often is std::logic_error.
class bounded_semaphore : public semaphore {
 public:
  explicit bounded_semaphore(std::ptrdiff_t permits, std::string_view name = {}) : semaphore(permits, permits, name) {}
};

}  // namespace weft
