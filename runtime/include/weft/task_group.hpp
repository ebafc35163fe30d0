// Tasks that do not outlive a block: asyncio.TaskGroup, trio's nursery.
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <concepts>
#include <cstddef>
#include <exception>
#include <functional>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "weft/detail/async/task_group_state.hpp"
#include "weft/detail/core/refusal.hpp"
#include "weft/source_location.hpp"
#include "weft/task.hpp"

namespace weft {

// The end of a group waits for all its children. When a child fails, its siblings are cancelled, and join() throws the
// error of the first child that failed. A cancelled child is no failure. Meanwhile the block around the group goes on
// until it joins; with_task_group() interrupts the block as well.
//
// May be used from any thread, but spawn() needs a coroutine.
class task_group {
 public:
  task_group() : task_group(std::string_view()) {}
  // The name (copied) appears in the diary and in deadlock_error.
  explicit task_group(std::string_view name) : state_(new detail::task_group_state(name)) {}
  // With at most `at_most` children at a time (0: none, ever): spawn() suspends while all places are in use; waiters
  // are served in order of arrival.
  explicit task_group(std::size_t at_most, std::string_view name = {})
      : state_(new detail::task_group_state(name, at_most)) {}
  // cancel(), then suspends until all children have ended. That wait cannot be interrupted; errors are not thrown.
  ~task_group();
  task_group(const task_group&) = delete;
  task_group& operator=(const task_group&) = delete;

  // Like weft::spawn, and the task is a child of the group. Throws std::logic_error once a child has failed, even
  // during a wait for a place. In a cancelled group it does not wait, and the task is cancelled before it starts. An
  // interruption of the wait is thrown, and nothing was spawned.
  template <class F>
  requires detail::spawnable<F>
  auto spawn(const spawn_options& options, F&& f, source_location where = source_location::current()) {
    return start(options.name, options.stack_size, options.where.value_or(where), std::forward<F>(f));
  }
  template <class F>
  requires detail::spawnable<F>
  auto spawn(std::string_view name, F&& f, source_location where = source_location::current()) {
    return start(name, 0, where, std::forward<F>(f));
  }
  template <class F>
  requires detail::spawnable<F>
  auto spawn(F&& f, source_location where = source_location::current()) {
    return start({}, 0, where, std::forward<F>(f));
  }
  // Refuses unsuitable functions.
  template <class F>
  requires(!detail::spawnable<F>)
      WEFT_REFUSED("the function must take no arguments (capture them), and be moved in if it cannot be copied",
                   task<detail::the_function_must_take_no_arguments_and_be_moved_in_if_it_cannot_be_copied> spawn(
                       const spawn_options& options, F&& f, source_location where = source_location::current()));
  template <class F>
  requires(!detail::spawnable<F>)
      WEFT_REFUSED("the function must take no arguments (capture them), and be moved in if it cannot be copied",
                   task<detail::the_function_must_take_no_arguments_and_be_moved_in_if_it_cannot_be_copied> spawn(
                       std::string_view name, F&& f, source_location where = source_location::current()));
  template <class F>
  requires(!detail::spawnable<F>)
      WEFT_REFUSED("the function must take no arguments (capture them), and be moved in if it cannot be copied",
                   task<detail::the_function_must_take_no_arguments_and_be_moved_in_if_it_cannot_be_copied> spawn(
                       F&& f, source_location where = source_location::current()));

  // Suspends until all children have ended; then rethrows the first failure, unless the group was cancelled. If the
  // wait is cancelled, or a timeout_scope around it expires: cancels the children, waits for them, then throws. Throws
  // deadlock_error if a child calls it.
  void join() { state_->join(); }
  // Cancels all children. Does not wait. A later join() throws no failure.
  void cancel() { state_->cancel(); }

  // The failures so far, in order of time. They count as read.
  std::vector<std::exception_ptr> errors() const { return state_->errors(); }
  // Number of children that have not ended.
  std::size_t size() const { return state_->size(); }

 private:
  template <class F>
  requires std::invocable<F, task_group&>
  friend auto with_task_group(F&& f);

  template <class F>
  auto start(std::string_view name, std::size_t stack_size, const source_location& where, F&& f) {
    detail::task_group_state::child* const place = state_->admit();
    try {
      auto t = detail::start<F>(name, stack_size, where, -1, std::forward<F>(f), place);
      state_->keep(place, *detail::access::state(t));
      return t;
    } catch (...) {
      state_->dismiss(place);
      throw;
    }
  }

  detail::task_group_state* const state_;
};

// Calls f with a new group, waits for its children and returns what f returned. When a child fails, f is cancelled too
// (once, as any coroutine), and that child's error is thrown when all have ended. When f throws, the children are
// cancelled and waited for, and f's error is thrown. Throws std::logic_error on a plain thread.
//
//   weft::with_task_group([&](weft::task_group& g) {
//     g.spawn([&] { serve(first); });
//     g.spawn([&] { serve(second); });
//   });
template <class F>
requires std::invocable<F, task_group&>
auto with_task_group(F&& f) {
  using result = std::decay_t<std::invoke_result_t<F, task_group&>>;
  task_group group;
  detail::task_group_body body(*group.state_);
  std::conditional_t<std::is_void_v<result>, std::optional<char>, std::optional<result>> value;
  try {
    if constexpr (std::is_void_v<result>) {
      std::invoke(std::forward<F>(f), group);
    } else {
      value.emplace(std::invoke(std::forward<F>(f), group));
    }
  } catch (...) {
    body.fail();
    throw;
  }
  body.leave();
  group.join();
  if constexpr (!std::is_void_v<result>) return *std::move(value);
}

}  // namespace weft
