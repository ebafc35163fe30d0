// co_await of an awaitable whose type weft does not know. A proxy coroutine awaits it in place of the co_task: the
// awaitable gets the proxy's handle, and may resume the proxy from any coroutine or thread at any time; then the
// co_task is woken as usual. A co_task that is cancelled meanwhile goes on at once and leaves the proxy behind,
// together with the awaitable, which was moved into the proxy if it was a temporary. A temporary that cannot be moved
// must live until its own end: then the cancellation waits for that end. Not for programs.
#pragma once

#include <concepts>
#include <coroutine>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "weft/detail/async/co_wait.hpp"

namespace weft::detail {

template <class A>
concept has_member_co_await = requires(A&& a) {
  static_cast<A&&>(a).operator co_await();
};
template <class A>
concept has_free_co_await = requires(A&& a) {
  operator co_await(static_cast<A&&>(a));
};

template <class A>
decltype(auto) awaiter_of(A&& a) {
  if constexpr (has_member_co_await<A>) {
    return static_cast<A&&>(a).operator co_await();
  } else if constexpr (has_free_co_await<A>) {
    return operator co_await(static_cast<A&&>(a));
  } else {
    return static_cast<A&&>(a);
  }
}

template <class A>
using awaited_result = decltype(std::declval<decltype(awaiter_of(std::declval<A>()))&>().await_resume());

template <class R>
struct foreign_result : foreign_end {
  std::optional<R> value;
  template <class V>
  void put(V&& v) {
    value.emplace(std::forward<V>(v));
  }
  R take() { return std::move(*value); }
};
template <class R>
requires std::is_reference_v<R>
struct foreign_result<R> : foreign_end {
  std::remove_reference_t<R>* value = nullptr;
  void put(R v) { value = std::addressof(v); }
  R take() { return static_cast<R>(*value); }
};
template <>
struct foreign_result<void> : foreign_end {
  void take() {}
};

// The proxy coroutine. Nobody owns it: it ends when the awaitable resumes it, or when its frame is destroyed.
struct foreign_proxy {
  struct promise_type {
    foreign_proxy get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }
  };
};

// The proxy's first parameter, so that it is destroyed last: the awaitable is destroyed before the co_task goes on.
class foreign_token {
 public:
  explicit foreign_token(std::shared_ptr<foreign_end> end) noexcept : end_(std::move(end)) {}
  foreign_token(foreign_token&&) noexcept = default;
  foreign_token& operator=(foreign_token&&) = delete;
  ~foreign_token() {
    if (end_ != nullptr) end_->reached();
  }

 private:
  std::shared_ptr<foreign_end> end_;
};

template <class A, class R>
foreign_proxy await_in_place_of(foreign_token, foreign_result<R>& result, A awaitable) {
  try {
    if constexpr (std::is_void_v<R>) {
      co_await static_cast<A&&>(awaitable);
    } else {
      result.put(co_await static_cast<A&&>(awaitable));
    }
    result.error = nullptr;
  } catch (...) {
    result.error = std::current_exception();
  }
}

// A: the type of the awaited expression; X& for an lvalue, X for a temporary.
template <class A>
class foreign_wait final : public foreign_wait_base {
  static constexpr bool moved = !std::is_reference_v<A> && std::move_constructible<A>;
  using kept = std::conditional_t<moved || std::is_reference_v<A>, A, A&&>;
  using result = awaited_result<A>;

 public:
  explicit foreign_wait(A&& a) noexcept : foreign_wait_base(!moved && !std::is_reference_v<A>), awaitable_(a) {}

  // An awaitable that is ready does not suspend the co_task.
  bool await_ready() {
    auto state = std::make_shared<foreign_result<result>>();
    state->error = std::make_exception_ptr(std::logic_error("what a co_task awaited was destroyed before it was done"));
    end_ = state;
    await_in_place_of<kept, result>(foreign_token(state), *state, static_cast<A&&>(awaitable_));
    return state->is_reached();
  }
  result await_resume() {
    finish();
    auto& state = static_cast<foreign_result<result>&>(*end_);
    if (state.error != nullptr) std::rethrow_exception(state.error);
    return state.take();
  }

 private:
  std::remove_reference_t<A>& awaitable_;
};

}  // namespace weft::detail
