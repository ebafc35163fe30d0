// A value that somebody will set later: promise is the writing end, future the reading one. asyncio's Future and
// gevent's AsyncResult, with std::future's names where they exist. Needs no scheduler; either end may be used from any
// coroutine or thread.
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <chrono>
#include <concepts>
#include <cstdint>
#include <exception>
#include <functional>
#include <future>  // std::future_error, for those who catch it
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

// A reference to what a promise will set: cheap to copy, any number of readers. Ends once: done (a value was set),
// failed (an exception was set, or the promise was let go of) or cancelled. Every member but valid() and the
// comparisons throws std::future_error (no_state, a std::logic_error) on an empty one.
//
// An exception that was set counts as read after get() or exception(); one that nobody has read when promise and
// futures are gone is given to the unhandled handler.
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

  // Any future as one without a value: get() waits and rethrows.
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
  // The error of a failed one, task_cancelled of a cancelled one, else null. Counts as reading it.
  std::exception_ptr exception() const { return state().exception(); }

  // Suspends until it has ended, however it did. Cancelling the waiter does not touch the future.
  void wait() const { state().wait(detail::forever); }
  // The same; false if it has not ended in time.
  template <class Rep, class Period>
  bool wait_for(std::chrono::duration<Rep, Period> d) const {
    return state().wait(detail::nanoseconds_of(d));
  }
  template <class Clock, class Duration>
  bool wait_until(std::chrono::time_point<Clock, Duration> t) const {
    return state().wait(detail::until(t));
  }

  // Suspends until it has ended; then its value, or throws: its error (the same object each time), task_cancelled. A
  // value that can be copied can be got by many; one that can only be moved is gone after the first, std::logic_error
  // then.
  T get() const {
    state().wait(detail::forever);
    return value();
  }
  // The same; throws timeout_error if it has not ended in time.
  template <class Rep, class Period>
  T get_for(std::chrono::duration<Rep, Period> d) const {
    if (!wait_for(d)) throw timeout_error("the future has not been set in time");
    return value();
  }
  template <class Clock, class Duration>
  T get_until(std::chrono::time_point<Clock, Duration> t) const {
    if (!wait_until(t)) throw timeout_error("the future has not been set in time");
    return value();
  }

  // Ends it: whoever waits gets task_cancelled, and the promise's set_value throws. False if it has ended.
  bool cancel() const { return state().cancel(); }

  // Calls f when it has ended: with the future if f takes one, else without arguments; inside of set_value,
  // set_exception or cancel, in order of addition, status() final, before anybody who waits goes on. At once if it has
  // ended already. f must not wait. It may end further futures, in chains of any length: deep inside of such a chain
  // their callbacks run when f is over, in the order in which they would have run. An error that leaves f
  // goes to the unhandled handler.
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
  // Keeps a callback from being called; false if it was called or removed already.
  bool remove_callback(callback_id id) const { return state().remove_callback(id); }

 private:
  template <class U>
  friend class future;
  friend class promise<T>;
  friend struct detail::future_access;
  explicit future(detail::future_state* s) noexcept : state_(s) {}  // takes over a reference

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

// The writing end. Moves, does not copy. Destroyed before anything was set, it fails its future with std::future_error
// (broken_promise). A second set, also after a cancel, throws std::future_error (promise_already_satisfied), and what
// came first stays. Setting never suspends: it calls the callbacks and wakes those who wait. Every member but valid()
// throws std::future_error (no_state) on one that was moved from.
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
  // As often as wanted.
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
  // The same; false instead of the error, and the value was not moved from.
  template <class U = T>
  requires(!std::is_void_v<T> && std::convertible_to<U, T>) bool try_set_value(U&& value) {
    return state().set_value(std::forward<U>(value));
  }
  bool try_set_value() requires std::is_void_v<T> { return state().set_value(); }

  // The future fails with exactly this error; `cancelled` cancels it. std::invalid_argument for a null one.
  void set_exception(std::exception_ptr error) {
    if (!try_set_exception(std::move(error))) detail::future_state::throw_satisfied();
  }
  bool try_set_exception(std::exception_ptr error) { return state().set_exception(std::move(error)); }

  // A future of it was cancelled: nobody wants the value any more.
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
