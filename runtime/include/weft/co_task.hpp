// C++20 co_await on weft's scheduler: async def and await. A co_task is a coroutine without its own stack; it costs its
// frame and some 500 bytes, and is otherwise a coroutine like all others, with the same tasks, cancellation and diary.
//
//   weft::co_task<int> fetch(int fd) {
//     co_await weft::readable(fd);
//     const int n = co_await parse(fd);       // another co_task, a task, a future
//     co_await weft::sleep(10ms);
//     co_return n;
//   }
//   weft::task<int> t = weft::spawn(fetch(fd));           // one of its own
//   int n = weft::await(fetch(fd));                       // as part of the coroutine (with a stack) that calls it
//   weft::run([]() -> weft::co_task<> { co_await weft::yielded(); });  // as main
//
// Rules of C++ that no library can check:
//  - A coroutine's reference parameters refer to objects of its caller, which may be destroyed at the first co_await.
//    Pass parameters by value, std::string and not std::string_view.
//  - A lambda's captures belong to the lambda. spawn() and run() keep the lambda as long as its co_task; but
//    `auto t = [x]() -> co_task<> {...}();` does not: the lambda is destroyed at the semicolon. Pass x as a parameter.
//  - co_await is not allowed in a catch block: store the error there, and co_await after the block.
//  - A std::lock_guard across a co_await keeps its lock while other coroutines run. After a co_await, thread_local
//    variables and the addresses of stack objects of earlier calls mean nothing.
//  - GCC 12 miscompiles some full expressions that contain a co_await. A lambda written in such an expression has its
//    captures destroyed twice, `co_await spawn([text] { ... })` (references and plain numbers are safe), as have the
//    members of an `S{text}`; a braced list goes wrong, `f({co_await a(), b()})`; and of `co_await f(c ? T() : t)` both
//    sides may be evaluated. Give such values a name in an earlier line, e.g. the task, and co_await the name.
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <chrono>
#include <concepts>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <type_traits>
#include <utility>

#include "weft/detail/async/co_function.hpp"
#include "weft/detail/async/co_promise.hpp"
#include "weft/detail/async/co_wait.hpp"
#include "weft/detail/async/foreign_await.hpp"
#include "weft/future.hpp"
#include "weft/run.hpp"
#include "weft/source_location.hpp"
#include "weft/task.hpp"

namespace weft {

// The return type of a function that uses co_await and co_return T. Lazy: the body starts when the co_task is awaited
// or spawned; otherwise it never runs. Owns the frame; move-only; awaiting it empties it. T is an object type or void.
//
// The body runs on the scheduler's own stack and must suspend only by co_await: any other function of weft that would
// have to wait (sleep_for, get of an unfinished task, lock of a mutex that is not free ...) throws std::logic_error
// there. For a wait without a co_await form spawn a coroutine with a stack: `co_await spawn([&] { return items.get();
// })`. co_await accepts: sleep(d), yielded(), readable(fd), writable(fd), task<T>, future<T>, co_task<T>&&, and any
// type with the awaiter's three functions. A cancellation is thrown at the co_await. An error of the body is thrown
// where the co_task is awaited.
template <class T = void>
class [[nodiscard]] co_task {
  static_assert(std::is_void_v<T> || (std::is_object_v<T> && std::same_as<T, std::remove_cv_t<T>>),
                "co_task<T>: T must be void or an object type without const; return references as pointers");

 public:
  using value_type = T;
  using promise_type = detail::co_promise<T>;

  co_task() noexcept = default;  // empty
  co_task(co_task&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  co_task& operator=(co_task&& other) noexcept {
    co_task old(std::move(other));
    std::swap(frame_, old.frame_);
    return *this;
  }
  ~co_task() {
    if (frame_) frame_.destroy();
  }

  // False: empty, moved from or awaited.
  explicit operator bool() const noexcept { return frame_ != nullptr; }

  // Runs the body inside the awaiting co_task; then returns its value, or throws its error. Throws std::logic_error if
  // empty.
  detail::co_task_wait<T> operator co_await() &&;
  void operator co_await() const& = delete;  // once only: co_await std::move(t)

  // Called as a function, a co_task returns itself. So it fits wherever a function is spawned or run: spawn(t),
  // spawn("name", t), spawn_after(d, t), run(t), task_group::spawn(t) ...
  co_task operator()() && noexcept { return std::move(*this); }

 private:
  friend struct detail::co_access;
  explicit co_task(std::coroutine_handle<promise_type> frame) noexcept : frame_(frame) {}

  std::coroutine_handle<promise_type> frame_;
};

// co_await sleep(d) suspends for at least d; d <= 0 is yielded(). Without co_await it does nothing; outside of a
// co_task use sleep_for(d).
template <class Rep, class Period>
[[nodiscard("co_await it; in a coroutine with a stack: sleep_for")]] detail::sleep_awaitable sleep(
    std::chrono::duration<Rep, Period> d) {
  return detail::sleep_awaitable(detail::nanoseconds_of(d));
}
// co_await yielded() goes to the back of the ready queue.
[[nodiscard("co_await it; in a coroutine with a stack: yield")]] inline detail::sleep_awaitable yielded() noexcept {
  return detail::sleep_awaitable(0);
}
// co_await readable(fd) waits like wait_readable(fd), with the same errors.
[[nodiscard("co_await it; in a coroutine with a stack: wait_readable")]] inline detail::fd_awaitable readable(
    int fd) noexcept {
  return {fd, detail::direction::readable};
}
[[nodiscard("co_await it; in a coroutine with a stack: wait_writable")]] inline detail::fd_awaitable writable(
    int fd) noexcept {
  return {fd, detail::direction::writable};
}

// co_await of a task or future suspends until it has ended, and then acts like get(). Cancelling the waiter does not
// affect it.
template <class T>
detail::handle_wait<task<T>> operator co_await(const task<T>& t) {
  return detail::handle_wait<task<T>>(t);
}
template <class T>
detail::handle_wait<future<T>> operator co_await(const future<T>& f) {
  return detail::handle_wait<future<T>>(f);
}

// The same outside of a co_task: suspends this coroutine until the argument has ended, and returns its value or throws
// its error. A co_task's body runs inside this coroutine, with its id and its cancellation. Throws std::logic_error for
// an empty co_task, and for any co_task on a plain thread; other arguments block a plain thread.
template <class T>
T await(co_task<T> t) {
  auto& promise = detail::co_access::promise(t);
  detail::drive_here(promise);
  return promise.take();
}
inline void await(const detail::sleep_awaitable& s) { s.block(); }
inline void await(const detail::fd_awaitable& f) { f.block(); }
template <class T>
T await(const task<T>& t) {
  return t.get();
}
template <class T>
T await(const future<T>& f) {
  return f.get();
}
template <detail::foreign_awaitable A>
std::decay_t<detail::awaited_result<A>> await(A&& a) {
  return await(detail::as_co_task<A>(static_cast<A&&>(a)));
}

namespace detail {

template <class T>
co_task<T> co_promise<T>::get_return_object() noexcept {
  return co_access::make<T>(std::coroutine_handle<co_promise<T>>::from_promise(*this));
}
inline co_task<void> co_promise<void>::get_return_object() noexcept {
  return co_access::make<void>(std::coroutine_handle<co_promise<void>>::from_promise(*this));
}

}  // namespace detail

template <class T>
detail::co_task_wait<T> co_task<T>::operator co_await() && {
  detail::co_access::promise(*this);
  return detail::co_task_wait<T>(std::move(*this));
}

}  // namespace weft
