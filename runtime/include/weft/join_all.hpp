// Waits until several tasks have ended. gevent.joinall().
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

#include "weft/detail/async/task_range.hpp"

namespace weft {

namespace detail {

inline void join_all_of(const std::vector<task<>>& tasks) {
  several(states_of(tasks), several_for::join_all).wait_for_all(forever);
}

template <class T>
std::vector<task<T>> join_all_limited(const std::vector<task<T>>& tasks, detail::time_limit limit) {
  several all(states_of(tasks), several_for::join_all);
  all.wait_for_all(limit);
  std::vector<task<T>> ended;
  for (const std::size_t place : all.ended()) ended.push_back(tasks[place]);
  return ended;
}

}  // namespace detail

// Suspends until all tasks have ended in any way. Throws no task's error, and reads none. Cancelling the waiter does
// not affect the tasks. A task may appear several times, and the range may be empty. Throws deadlock_error if one of
// the tasks is the caller itself, std::logic_error if one is empty.
template <detail::task_range R>
void join_all(R&& tasks) {
  const auto all = detail::to_vector(std::forward<R>(tasks));
  detail::several(detail::states_of(all), detail::several_for::join_all).wait_for_all(detail::forever);
}
inline void join_all(std::initializer_list<task<>> tasks) { detail::join_all_of(tasks); }
template <class... T>
requires(sizeof...(T) > 0) void join_all(const task<T>&... tasks) { detail::join_all_of({task<>(tasks)...}); }

// The same for d at most (d <= 0 never suspends). Returns the ended tasks in the order of their ends.
template <detail::task_range R, class Rep, class Period>
auto join_all_for(R&& tasks, std::chrono::duration<Rep, Period> d) {
  return detail::join_all_limited(detail::to_vector(std::forward<R>(tasks)), detail::nanoseconds_of(d));
}
template <class T, class Rep, class Period>
auto join_all_for(std::initializer_list<task<T>> tasks, std::chrono::duration<Rep, Period> d) {
  return detail::join_all_limited(std::vector(tasks), detail::nanoseconds_of(d));
}
template <detail::task_range R, class Clock, class Duration>
auto join_all_until(R&& tasks, std::chrono::time_point<Clock, Duration> t) {
  return detail::join_all_limited(detail::to_vector(std::forward<R>(tasks)), detail::until(t));
}

}  // namespace weft
