// Tasks: coroutines with a result. gevent's Greenlet and asyncio's Task in one.
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <chrono>
#include <concepts>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "weft/detail/async/task_state.hpp"
#include "weft/detail/core/refusal.hpp"
#include "weft/errors.hpp"
#include "weft/source_location.hpp"
#include "weft/unhandled.hpp"

namespace weft {

template <class T = void>
class task;

// Options of a spawn.
struct spawn_options {
  std::string_view name = {};                           // for people and the diary; empty: file:line of the spawn
  std::size_t stack_size = 0;                           // bytes, rounded up to pages; 0: the scheduler's
  std::optional<source_location> where = std::nullopt;  // the spawn site to record; none: the call
};

// A reference to a coroutine and its result: cheap to copy. Destroying it lets the coroutine go on. May be used from
// any thread. Every member except the comparisons throws std::logic_error on an empty task.
//
// An error that leaves the body counts as read after get() or exception(), but not after join(). If it is unread when
// the last reference is destroyed, the unhandled handler gets it.
template <class T>
class task {
 public:
  using value_type = T;

  task() noexcept = default;  // empty
  task(const task& other) noexcept : state_(other.state_) { detail::retain(state_); }
  task(task&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  task& operator=(task other) noexcept {
    std::swap(state_, other.state_);
    return *this;
  }
  ~task() { detail::release(state_); }

  // Converts any task to one without a value: get() waits and rethrows. So one container can have tasks of several
  // types.
  template <class U>
  requires(std::is_void_v<T> && !std::is_void_v<U>) task(const task<U>& other)
  noexcept : state_(detail::access::state(other)) { detail::retain(state_); }

  explicit operator bool() const noexcept { return state_ != nullptr; }
  friend bool operator==(const task& a, const task& b) noexcept { return a.state_ == b.state_; }

  // Number of the coroutine, never reused in a process; the trace has the same number.
  std::uint64_t id() const { return state().id(); }
  std::string name() const { return state().name(); }
  task_status status() const { return state().status(); }
  bool finished() const { return status() > task_status::running; }
  bool successful() const { return status() == task_status::done; }
  // The error of a failed task, task_cancelled of a cancelled one, else null. Counts as reading the error.
  std::exception_ptr exception() const { return state().exception(); }

  // Suspends until the task has ended in any way. Never throws the task's error. Cancelling the waiter does not affect
  // the task. Throws deadlock_error if the task calls it on itself. This reference may be assigned or destroyed
  // meanwhile, here and in all that wait below: they wait for the task that it referred to.
  void join() const { task(*this).state().join(detail::forever); }
  // The same; false if the task has not ended in time.
  template <class Rep, class Period>
  bool join_for(std::chrono::duration<Rep, Period> d) const {
    return task(*this).state().join(detail::nanoseconds_of(d));
  }
  template <class Clock, class Duration>
  bool join_until(std::chrono::time_point<Clock, Duration> t) const {
    return task(*this).state().join(detail::until(t));
  }

  // Suspends until the task has ended; then returns its value, or throws its error (the same object each time) or
  // task_cancelled. Any number of readers can get a copyable value. A move-only value is gone after the first get();
  // later ones throw std::logic_error.
  T get() const {
    const task kept(*this);
    kept.state().join(detail::forever);
    return kept.value();
  }
  // The same; throws timeout_error if the task has not ended in time.
  template <class Rep, class Period>
  T get_for(std::chrono::duration<Rep, Period> d) const {
    const task kept(*this);
    if (!kept.state().join(detail::nanoseconds_of(d))) throw timeout_error("the task has not ended in time");
    return kept.value();
  }
  template <class Clock, class Duration>
  T get_until(std::chrono::time_point<Clock, Duration> t) const {
    const task kept(*this);
    if (!kept.state().join(detail::until(t))) throw timeout_error("the task has not ended in time");
    return kept.value();
  }

  // Requests the end of the task: `cancelled` is thrown in it once, at its present or next wait. A task that has not
  // started never runs. False if the task has ended. Does not wait. A second request before the delivery changes
  // nothing.
  bool cancel() const { return state().cancel(nullptr); }
  // The same with an exception of the caller: the task fails with exactly that exception, unless it catches it. Throws
  // std::invalid_argument if `error` is null.
  void throw_in(std::exception_ptr error) const {
    if (error == nullptr) throw std::invalid_argument("throw_in without an exception");
    state().cancel(std::move(error));
  }
  // cancel(), then suspends until the task has really ended; returns true. For the running task itself: throws
  // `cancelled` at once.
  bool kill() const { return task(*this).state().kill(detail::forever); }
  // The same; false if the task still runs after d.
  template <class Rep, class Period>
  bool kill_for(std::chrono::duration<Rep, Period> d) const {
    return task(*this).state().kill(detail::nanoseconds_of(d));
  }

  // Calls f when the task has ended: with the task if f accepts one, else without arguments. The call is made on the
  // ending coroutine, in order of addition, with status() final and before any joiner goes on; at once if the task has
  // ended already. f must not wait. The unhandled handler gets an error that leaves f.
  template <class F>
  requires(std::invocable<std::decay_t<F>&, task> || std::invocable<std::decay_t<F>&>) callback_id on_done(F&& f)
  const {
    detail::task_state* s = &state();
    return s->add_callback([s, f = std::forward<F>(f)]() mutable {
      if constexpr (std::invocable<std::decay_t<F>&, task>) {
        f(detail::access::make<T>(s));
      } else {
        static_cast<void>(s);
        f();
      }
    });
  }
  // Removes a callback; false if it was called or removed already.
  bool remove_callback(callback_id id) const { return state().remove_callback(id); }

 private:
  friend struct detail::access;
  explicit task(detail::task_state* s) noexcept : state_(s) {}  // becomes owner of one reference

  detail::task_state& state() const {
    if (state_ == nullptr) throw std::logic_error("the task is empty");
    return *state_;
  }
  T value() const {
    state_->rethrow();
    if constexpr (!std::is_void_v<T>) return static_cast<detail::task_value<T>*>(state_)->take();
  }

  detail::task_state* state_ = nullptr;
};

// Starts f as a coroutine of this thread's scheduler: appends the coroutine to the ready queue; the spawner goes on. f
// is copied or moved in, called once, and destroyed on its coroutine after the body has ended or was cancelled before
// its start. If f returns a co_task<T>, the co_task runs, without a stack, and the result is a task<T>: see
// co_task.hpp. Throws std::logic_error outside of a coroutine, std::bad_alloc without memory.
template <class F>
requires detail::spawnable<F>
auto spawn(const spawn_options& options, F&& f, source_location where = source_location::current()) {
  return detail::start<F>(options.name, options.stack_size, options.where.value_or(where), -1, std::forward<F>(f));
}
template <class F>
requires detail::spawnable<F>
auto spawn(std::string_view name, F&& f, source_location where = source_location::current()) {
  return detail::start<F>(name, 0, where, -1, std::forward<F>(f));
}
template <class F>
requires detail::spawnable<F>
auto spawn(F&& f, source_location where = source_location::current()) {
  return detail::start<F>({}, 0, where, -1, std::forward<F>(f));
}

// The same, but the coroutine becomes ready only after d. Until then it does not keep run() alive; if it is cancelled,
// it never runs.
template <class Rep, class Period, class F>
requires detail::spawnable<F>
auto spawn_after(std::chrono::duration<Rep, Period> d, std::string_view name, F&& f,
                 source_location where = source_location::current()) {
  return detail::start<F>(name, 0, where, detail::nanoseconds_of(d), std::forward<F>(f));
}
template <class Rep, class Period, class F>
requires detail::spawnable<F>
auto spawn_after(std::chrono::duration<Rep, Period> d, F&& f, source_location where = source_location::current()) {
  return detail::start<F>({}, 0, where, detail::nanoseconds_of(d), std::forward<F>(f));
}

// Refuses unsuitable functions.
template <detail::refused_function F>
WEFT_REFUSED("the function must take no arguments (capture them), and be moved in if it cannot be copied",
             task<detail::the_function_must_take_no_arguments_and_be_moved_in_if_it_cannot_be_copied> spawn(
                 const spawn_options& options, F&& f, source_location where = source_location::current()));
template <detail::refused_function F>
WEFT_REFUSED("the function must take no arguments (capture them), and be moved in if it cannot be copied",
             task<detail::the_function_must_take_no_arguments_and_be_moved_in_if_it_cannot_be_copied> spawn(
                 std::string_view name, F&& f, source_location where = source_location::current()));
template <detail::refused_function F>
WEFT_REFUSED("the function must take no arguments (capture them), and be moved in if it cannot be copied",
             task<detail::the_function_must_take_no_arguments_and_be_moved_in_if_it_cannot_be_copied> spawn(
                 F&& f, source_location where = source_location::current()));
template <class Rep, class Period, detail::refused_function F>
WEFT_REFUSED("the function must take no arguments (capture them), and be moved in if it cannot be copied",
             task<detail::the_function_must_take_no_arguments_and_be_moved_in_if_it_cannot_be_copied> spawn_after(
                 std::chrono::duration<Rep, Period> d, std::string_view name, F&& f,
                 source_location where = source_location::current()));
template <class Rep, class Period, detail::refused_function F>
WEFT_REFUSED("the function must take no arguments (capture them), and be moved in if it cannot be copied",
             task<detail::the_function_must_take_no_arguments_and_be_moved_in_if_it_cannot_be_copied> spawn_after(
                 std::chrono::duration<Rep, Period> d, F&& f, source_location where = source_location::current()));
// Refuses the form of std::thread: spawn(f, 1, 2).
template <detail::function_like F>
WEFT_REFUSED("arguments are captured by the function and not passed: spawn([=] { f(a, b); })",
             task<detail::arguments_are_captured_by_the_function_and_not_passed> spawn(F&& f, detail::any_argument,
                                                                                       ...));
template <detail::function_like F>
WEFT_REFUSED("arguments are captured by the function and not passed: spawn(name, [=] { f(a, b); })",
             task<detail::arguments_are_captured_by_the_function_and_not_passed> spawn(std::string_view name, F&& f,
                                                                                       detail::any_argument, ...));

}  // namespace weft

template <class T>
struct std::hash<weft::task<T>> {
  std::size_t operator()(const weft::task<T>& t) const noexcept {
    return std::hash<const void*>{}(weft::detail::access::state(t));
  }
};
