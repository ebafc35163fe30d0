// Ending several tasks at once. gevent.killall().
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <initializer_list>
#include <utility>
#include <vector>

#include "weft/detail/async/task_range.hpp"

namespace weft {

// Cancels all tasks, in their order, and suspends until they have ended; all are cancelled before the first wait. If
// the caller is one of them it is cancelled last, and `cancelled` is thrown in it when the others have ended. Cancelled
// (or timed out) meanwhile, it waits on, and throws then. Never throws a task's error, and reads none. Several times
// the same task, and no task at all, are fine. Throws std::logic_error if one is empty; then none was cancelled.
template <detail::task_range R>
void kill_all(R&& tasks) {
  const auto all = detail::to_vector(std::forward<R>(tasks));
  detail::kill_all_of(detail::states_of(all));
}
inline void kill_all(std::initializer_list<task<>> tasks) { kill_all(std::vector(tasks)); }
template <class... T>
requires(sizeof...(T) > 0) void kill_all(const task<T>&... tasks) { kill_all({task<>(tasks)...}); }

}  // namespace weft
