// The promise of a co_task, and the awaiters between co_await and the driver. Not for programs.
#pragma once

#include <concepts>
#include <coroutine>
#include <exception>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "weft/detail/async/co_wait.hpp"
#include "weft/detail/async/foreign_await.hpp"
#include "weft/detail/async/task_state.hpp"
#include "weft/future.hpp"
#include "weft/task.hpp"

namespace weft {
template <class T>
class co_task;
}

namespace weft::detail {

// True for types that co_await uses directly; every other awaitable is foreign.
template <class A>
inline constexpr bool is_native = false;
template <class A>
concept foreign_awaitable = !is_native<std::remove_cvref_t<A>> && requires {
  typename awaited_result<A>;
};

class co_promise_base {
 public:
  // The end of a frame: the frame that awaits it is next.
  struct at_end {
    bool await_ready() const noexcept { return false; }
    template <class P>
    void await_suspend(std::coroutine_handle<P> frame) noexcept {
      co_promise_base& p = frame.promise();
      p.driver->next = p.awaited_by;
    }
    void await_resume() const noexcept {}
  };

  std::suspend_always initial_suspend() const noexcept { return {}; }
  at_end final_suspend() const noexcept { return {}; }
  void unhandled_exception() noexcept { error = std::current_exception(); }

  template <class A>
  requires is_native<std::remove_cvref_t<A>> A && await_transform(A&& a)
  noexcept { return static_cast<A&&>(a); }
  template <foreign_awaitable A>
  foreign_wait<A> await_transform(A&& a) noexcept {
    return foreign_wait<A>(static_cast<A&&>(a));
  }

  co_driver* driver = nullptr;         // for its whole life, from its first resumption
  std::coroutine_handle<> awaited_by;  // null: the outermost
  std::exception_ptr error;

 protected:
  void rethrow() {
    if (error != nullptr) std::rethrow_exception(std::move(error));
  }
};

template <class T>
class co_promise : public co_promise_base {
 public:
  co_task<T> get_return_object() noexcept;
  template <class U = T>
  requires std::constructible_from<T, U&&>
  void return_value(U&& value) { value_.emplace(std::forward<U>(value)); }
  // Call once, after the end: returns the value or throws the error.
  T take() {
    rethrow();
    return std::move(*value_);
  }

 private:
  std::optional<T> value_;
};
template <>
class co_promise<void> : public co_promise_base {
 public:
  co_task<void> get_return_object() noexcept;
  void return_void() const noexcept {}
  void take() { rethrow(); }
};

struct co_access {
  template <class T>
  static co_task<T> make(std::coroutine_handle<co_promise<T>> frame) noexcept {
    return co_task<T>(frame);
  }
  template <class T>
  static std::coroutine_handle<co_promise<T>> frame(const co_task<T>& t) {
    if (t.frame_ == nullptr) throw std::logic_error("the co_task is empty: it was moved from, or awaited before");
    return t.frame_;
  }
  // Empties the co_task without freeing its frame.
  template <class T>
  static void forget(co_task<T>& t) noexcept {
    t.frame_ = nullptr;
  }
  template <class T>
  static co_promise<T>& promise(const co_task<T>& t) {
    return frame(t).promise();
  }
};

// Awaits a co_task. Owns the co_task until its value is read.
template <class T>
class co_task_wait {
 public:
  explicit co_task_wait(co_task<T>&& t) noexcept : awaited_(std::move(t)) {}
  bool await_ready() const noexcept { return false; }
  template <class P>
  void await_suspend(std::coroutine_handle<P> frame) {
    co_promise_base& p = co_access::promise(awaited_);
    p.driver = &driver_of(frame);
    p.awaited_by = frame;
    p.driver->next = co_access::frame(awaited_);
  }
  T await_resume() { return co_access::promise(awaited_).take(); }

 private:
  co_task<T> awaited_;
};

// Drives a co_task to its end on the stack of the running coroutine.
void drive_here(co_promise_base& promise, std::coroutine_handle<> frame);
template <class T>
void drive_here(co_promise<T>& promise) {
  drive_here(promise, std::coroutine_handle<co_promise<T>>::from_promise(promise));
}

// The result of sleep() and yielded().
class sleep_awaitable {
 public:
  explicit sleep_awaitable(std::int64_t ns) noexcept : ns_(ns) {}
  sleep_wait operator co_await() const noexcept { return sleep_wait(ns_); }
  void block() const;

 private:
  std::int64_t ns_;  // 0: yield
};

// The result of readable() and writable().
class fd_awaitable {
 public:
  fd_awaitable(int fd, direction d) noexcept : fd_(fd), direction_(d) {}
  fd_wait operator co_await() const noexcept { return fd_wait(fd_, direction_); }
  void block() const;

 private:
  int fd_;
  direction direction_;
};

// co_await of a task or future; keeps a handle to it.
template <class T>
completion& awaited_completion(const task<T>& t) {
  if (!t) throw std::logic_error("the task is empty");
  task_state& s = *access::state(t);
  s.check_waitable();
  return s;
}
template <class T>
completion& awaited_completion(const future<T>& f) {
  if (!f.valid()) future_state::throw_no_state();
  return *future_access::state(f);
}
template <class Handle>
class handle_wait final : public completion_wait {
 public:
  explicit handle_wait(const Handle& h) : completion_wait(awaited_completion(h)), handle_(h) {}
  typename Handle::value_type await_resume() {
    finish();
    return handle_.get();
  }

 private:
  Handle handle_;
};

template <class A>
co_task<std::decay_t<awaited_result<A>>> as_co_task(A&& a) {
  co_return co_await static_cast<A&&>(a);
}

template <>
inline constexpr bool is_native<sleep_awaitable> = true;
template <>
inline constexpr bool is_native<fd_awaitable> = true;
template <class T>
inline constexpr bool is_native<task<T>> = true;
template <class T>
inline constexpr bool is_native<future<T>> = true;
template <class T>
inline constexpr bool is_native<co_task<T>> = true;

}  // namespace weft::detail
