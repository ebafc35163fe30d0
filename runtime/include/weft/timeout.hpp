// Time limits on a part of a program, however many waits it contains. gevent's Timeout, asyncio.timeout().
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <chrono>
#include <concepts>
#include <cstdint>
#include <exception>
#include <functional>
#include <utility>

#include "weft/detail/core/scope.hpp"
#include "weft/detail/core/suspension.hpp"
#include "weft/errors.hpp"

namespace weft {

// While it lives, its coroutine may be thrown a timeout_error whose scope() is this object: once, at the first
// suspension at or after the limit. Never outside of the scope: when the scope is left, the limit is gone. A call that
// need not wait does not throw, and a wait that was granted before the limit returns normally; the error then comes at
// the next one.
//
//   weft::timeout_scope limit(2s);
//   try {
//     talk(connection);
//   } catch (const weft::timeout_error& e) {
//     if (e.scope() != &limit) throw;   // somebody else's
//   }
//
// Scopes nest. If several have run out at once the earlier limit fires, of equal ones the outer. A cancel_shield inside
// the scope defers it, one around it does not. To be used by the coroutine that made it only, which leaves its scopes
// in the opposite order of their making. A limit of 0 fires at the first suspension, duration::max() never.
//
// Beware of leaving one open over a generator's yield: it goes on counting for the coroutine that called next().
class timeout_scope {
 public:
  // `instead`: the error to throw in place of the timeout_error. Throws std::logic_error outside of a coroutine.
  template <class Rep, class Period>
  explicit timeout_scope(std::chrono::duration<Rep, Period> d, std::exception_ptr instead = nullptr)
      : timeout_scope(detail::nanoseconds_of(d), std::move(instead), 0) {}
  template <class Clock, class Duration>
  explicit timeout_scope(std::chrono::time_point<Clock, Duration> t, std::exception_ptr instead = nullptr)
      : timeout_scope(detail::until(t), std::move(instead), 0) {}
  ~timeout_scope() { detail::close_scope(scope_); }
  timeout_scope(const timeout_scope&) = delete;
  timeout_scope& operator=(const timeout_scope&) = delete;

  // True exactly if this scope's error was thrown, since it was made or last reset.
  bool expired() const noexcept { return scope_.at == detail::scope::stage::delivered; }

  // The limit is d from now, also if it had run out, or fired, before.
  template <class Rep, class Period>
  void reset(std::chrono::duration<Rep, Period> d) {
    detail::rearm_scope(scope_, detail::nanoseconds_of(d));
  }
  template <class Clock, class Duration>
  void reset(std::chrono::time_point<Clock, Duration> t) {
    detail::rearm_scope(scope_, detail::until(t));
  }

 private:
  timeout_scope(detail::time_limit limit, std::exception_ptr instead, int) {
    scope_.timeout = this;
    scope_.instead = std::move(instead);
    detail::open_scope(scope_, limit, "weft::timeout_scope");
  }

  detail::scope scope_;
};

// Calls f in this coroutine and returns what it returns, or throws timeout_error if that takes longer than d: at f's
// first suspension after that. What f throws while it is unwound takes the error's place; what it returns in spite of
// the error is returned. d <= 0: throws without calling f.
template <class Rep, class Period, std::invocable F>
decltype(auto) with_timeout(std::chrono::duration<Rep, Period> d, F&& f) {
  if (detail::nanoseconds_of(d) == 0) throw timeout_error();
  const timeout_scope limit(d);
  return std::invoke(std::forward<F>(f));
}

}  // namespace weft
