// A value that will be set later: promise is the writing end, future the reading end. asyncio's Future and gevent's
// AsyncResult, with std::future's names where they exist. Needs no scheduler; any coroutine or thread may use either
// end.
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <chrono>
#include <concepts>
#include <cstdint>
#include <exception>
#include <functional>
#include <future>  // std::future_error, for programs that catch it
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "weft/detail/async/future_state.hpp"
#include "weft/errors.hpp"

namespace weft {

namespace detail {
struct future_access;
}
template <class T = void>
class promise;

// A reference to the result of a promise: cheap to copy, any number of readers. Ends once: done (a value was set),
// failed (an exception was set, or the promise was destroyed) or cancelled. Every member except valid() and the
// comparisons throws std::future_error (no_state, a std::logic_error) on an empty future.
//
// An exception counts as read after get() or exception(). If promise and futures are destroyed and the exception was
// never read, the unhandled handler gets it.
template <class T = void>
class future {
  static_assert(!std::is_reference_v<T>, "a future holds a value; use a pointer or std::reference_wrapper");

 public:
  using value_type = T;

  future() noexcept = default;  // empty
  future(const future& other) noexcept : state_(other.state_) { detail::retain(state_); }
  future(future&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  future& operator=(future other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~future() { detail::release(state_); }

  // Converts any future to one without a value: get() waits and rethrows.
  template <class U>
  requires(std::is_void_v<T> && !std::is_void_v<U>) future(const future<U>& other)
  noexcept : state_(other.state_) { detail::retain(state_); }

  bool valid() const noexcept { return state_ != nullptr; }
  explicit operator bool() const noexcept { return valid(); }
  friend bool operator==(const future& a, const future& b) noexcept { return a.state_ == b.state_; }

  std::string name() const { return std::string(state().name()); }
  // pending, done, failed or cancelled; never running.
  task_status status() const { return state().status(); }
  bool finished() const { return status() > task_status::running; }
  bool successful() const { return status() == task_status::done; }
  // The error of a failed future, task_cancelled of a cancelled one, else null. Counts as reading the error.
  std::exception_ptr exception() const { return state().exception(); }

  // Suspends until the future has ended in any way. Cancelling the waiter does not affect the future. This reference
  // may be assigned or destroyed meanwhile, here and in all that wait below: they wait for the future that it referred
  // to.
  void wait() const { future(*this).state().wait(detail::forever); }
  // The same; false if the future has not ended in time.
  template <class Rep, class Period>
  bool wait_for(std::chrono::duration<Rep, Period> d) const {
    return future(*this).state().wait(detail::nanoseconds_of(d));
  }
  template <class Clock, class Duration>
  bool wait_until(std::chrono::time_point<Clock, Duration> t) const {
    return future(*this).state().wait(detail::until(t));
  }

  // Suspends until the future has ended; then returns its value, or throws its error (the same object each time) or
  // task_cancelled. Any number of readers can get a copyable value. A move-only value is gone after the first get();
  // later ones throw std::logic_error.
  T get() const {
    const future kept(*this);
    kept.wait();
    return kept.value();
  }
  // The same; throws timeout_error if the future has not ended in time.
  template <class Rep, class Period>
  T get_for(std::chrono::duration<Rep, Period> d) const {
    const future kept(*this);
    if (!kept.wait_for(d)) throw timeout_error("the future has not been set in time");
    return kept.value();
  }
  template <class Clock, class Duration>
  T get_until(std::chrono::time_point<Clock, Duration> t) const {
    const future kept(*this);
    if (!kept.wait_until(t)) throw timeout_error("the future has not been set in time");
    return kept.value();
  }

  // Ends the future: its waiters get task_cancelled, and the promise's set_value throws. False if the future has ended
  // already.
  bool cancel() const { return state().cancel(); }

  // Calls f when the future has ended: with the future if f accepts one, else without arguments. The call is made
  // inside set_value, set_exception or cancel, in order of addition, with status() final and before any waiter goes on;
  // at once if the future has ended already. f must not wait. f may end further futures, in chains of any length: deep
  // inside such a chain their callbacks run after f, in the order in which they would have run. The unhandled handler
  // gets an error that leaves f.
  template <class F>
  requires(std::invocable<std::decay_t<F>&, future> || std::invocable<std::decay_t<F>&>) callback_id on_done(F&& f)
  const {
    detail::future_state* s = &state();
    return s->add_callback([s, f = std::forward<F>(f)]() mutable {
      if constexpr (std::invocable<std::decay_t<F>&, future>) {
        detail::retain(s);
        f(future(s));
      } else {
        static_cast<void>(s);
        f();
      }
    });
  }
  // Removes a callback; false if it was called or removed already.
  bool remove_callback(callback_id id) const { return state().remove_callback(id); }

 private:
  template <class U>
  friend class future;
  friend class promise<T>;
  friend struct detail::future_access;
  explicit future(detail::future_state* s) noexcept : state_(s) {}  // becomes owner of one reference

  detail::future_state& state() const {
    if (state_ == nullptr) detail::future_state::throw_no_state();
    return *state_;
  }
  T value() const {
    state_->rethrow();
    return static_cast<detail::future_value<T>*>(state_)->take();
  }

  detail::future_state* state_ = nullptr;
};

namespace detail {

struct future_access {
  template <class T>
  static future_state* state(const future<T>& f) noexcept {
    return f.state_;
  }
};

}  // namespace detail

// The writing end. Move-only. If it is destroyed before anything was set, its future fails with std::future_error
// (broken_promise). A second set, also after a cancel, throws std::future_error (promise_already_satisfied), and the
// first result stays. Setting never suspends: it calls the callbacks and wakes the waiters. Every member except valid()
// throws std::future_error (no_state) on a promise that was moved from.
template <class T>
class promise {
 public:
  using value_type = T;

  promise() : promise(std::string_view()) {}
  // The name (copied) appears in the diary and in messages.
  explicit promise(std::string_view name) : state_(new detail::future_value<T>(name)) {}
  promise(promise&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  promise& operator=(promise&& other) noexcept {
    promise gone(std::move(other));
    std::swap(state_, gone.state_);
    return *this;
  }
  ~promise() {
    if (state_ == nullptr) return;
    state_->break_promise();
    detail::release(state_);
  }

  bool valid() const noexcept { return state_ != nullptr; }
  // May be called any number of times.
  future<T> get_future() const {
    detail::retain(&state());
    return future<T>(state_);
  }

  template <class U = T>
  requires(!std::is_void_v<T> && std::convertible_to<U, T>) void set_value(U&& value) {
    if (!try_set_value(std::forward<U>(value))) detail::future_state::throw_satisfied();
  }
  void set_value() requires std::is_void_v<T> {
    if (!try_set_value()) detail::future_state::throw_satisfied();
  }
  // The same; returns false instead of throwing, and the value is not moved from then.
  template <class U = T>
  requires(!std::is_void_v<T> && std::convertible_to<U, T>) bool try_set_value(U&& value) {
    return state().set_value(std::forward<U>(value));
  }
  bool try_set_value() requires std::is_void_v<T> { return state().set_value(); }

  // Makes the future fail with exactly this error; `cancelled` cancels the future. Throws std::invalid_argument if
  // `error` is null.
  void set_exception(std::exception_ptr error) {
    if (!try_set_exception(std::move(error))) detail::future_state::throw_satisfied();
  }
  bool try_set_exception(std::exception_ptr error) { return state().set_exception(std::move(error)); }

  // True if the future was cancelled: its value is not wanted any more.
  bool cancelled() const { return state().status() == task_status::cancelled; }

 private:
  detail::future_value<T>& state() const {
    if (state_ == nullptr) detail::future_state::throw_no_state();
    return *state_;
  }

  detail::future_value<T>* state_;
};

}  // namespace weft

template <class T>
struct std::hash<weft::future<T>> {
  std::size_t operator()(const weft::future<T>& f) const noexcept {
    return std::hash<const void*>{}(weft::detail::future_access::state(f));
  }
};
