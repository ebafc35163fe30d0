// Waits for the first of several tasks, for the first failure, or for all. asyncio.wait().
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

#include "weft/detail/async/task_range.hpp"

namespace weft {

enum class wait_for_what {
  all,
  first_completed,  // a task has ended in any way
  first_failed,     // a task has failed (a cancelled task has not), or all have ended
};

template <class T = void>
struct wait_result {
  std::vector<task<T>> done;     // ended tasks, in the order of their ends
  std::vector<task<T>> pending;  // other tasks, in the order of the argument
};

namespace detail {

template <class T>
wait_result<T> wait_limited(const std::vector<task<T>>& tasks, wait_for_what what, detail::time_limit limit) {
  several all(states_of(tasks), several_for::wait);
  switch (what) {
    case wait_for_what::all:
      all.wait_for_all(limit);
      break;
    case wait_for_what::first_completed:
      all.wait_for_ends(1, limit);
      break;
    case wait_for_what::first_failed:
      all.wait_for_failure(limit);
      break;
  }
  wait_result<T> result;
  std::vector<bool> has_ended(tasks.size());
  for (const std::size_t place : all.ended()) {
    access::state(tasks[place])->mark_read();
    result.done.push_back(tasks[place]);
    has_ended[place] = true;
  }
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    if (!has_ended[i]) result.pending.push_back(tasks[i]);
  }
  return result;
}

}  // namespace detail

// Suspends until the condition `what` is true; returns at once if there are no tasks. Cancels no task and throws no
// task's error; the errors of tasks in `done` count as read. Throws deadlock_error if one of the tasks is the caller
// itself, std::logic_error if one is empty.
template <detail::task_range R>
auto wait(R&& tasks, wait_for_what what = wait_for_what::all) {
  return detail::wait_limited(detail::to_vector(std::forward<R>(tasks)), what, detail::forever);
}
template <class T>
auto wait(std::initializer_list<task<T>> tasks, wait_for_what what = wait_for_what::all) {
  return detail::wait_limited(std::vector(tasks), what, detail::forever);
}
// The same for d at most; d <= 0 never suspends.
template <detail::task_range R, class Rep, class Period>
auto wait(R&& tasks, wait_for_what what, std::chrono::duration<Rep, Period> d) {
  return detail::wait_limited(detail::to_vector(std::forward<R>(tasks)), what, detail::nanoseconds_of(d));
}
template <class T, class Rep, class Period>
auto wait(std::initializer_list<task<T>> tasks, wait_for_what what, std::chrono::duration<Rep, Period> d) {
  return detail::wait_limited(std::vector(tasks), what, detail::nanoseconds_of(d));
}

}  // namespace weft
