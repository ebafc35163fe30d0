// Time limits for a piece of a program with any number of waits. gevent's Timeout, asyncio.timeout().
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

// While the scope lives, a timeout_error whose scope() is this object may be thrown into its coroutine: once, at the
// first suspension at or after the limit. Never outside of the scope: the limit ends with the scope. A call that need
// not wait does not throw, and a wait that was granted before the limit returns normally; the error is then thrown at
// the next wait.
//
//   weft::timeout_scope limit(2s);
//   try {
//     talk(connection);
//   } catch (const weft::timeout_error& e) {
//     if (e.scope() != &limit) throw;   // somebody else's
//   }
//
// Scopes nest. If several have expired at once the earlier limit fires, of equal limits the outer one. A cancel_shield
// inside the scope defers the error, a shield around the scope does not. Only the coroutine that made a scope may use
// it, and leaves its scopes in reverse order. A limit of 0 fires at the first suspension, duration::max() never.
//
// Do not leave a scope open over a generator's yield: its limit then applies to the coroutine that called next().
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

  // True exactly if this scope's error was thrown since the scope was made or last reset.
  bool expired() const noexcept { return scope_.at == detail::scope::stage::delivered; }

  // Sets the limit to d from now, even if the limit had passed or fired before.
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

// Calls f in this coroutine and returns its result. Throws timeout_error at f's first suspension after d. An error that
// f throws while it is unwound replaces the timeout_error; a value that f returns in spite of the error is returned. d
// <= 0: throws without calling f.
template <class Rep, class Period, std::invocable F>
decltype(auto) with_timeout(std::chrono::duration<Rep, Period> d, F&& f) {
  if (detail::nanoseconds_of(d) == 0) throw timeout_error();
  const timeout_scope limit(d);
  return std::invoke(std::forward<F>(f));
}

}  // namespace weft
