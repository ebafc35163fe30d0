// Ends several tasks at once. gevent.killall().
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <initializer_list>
#include <utility>
#include <vector>

#include "weft/detail/async/task_range.hpp"

namespace weft {

// Cancels all tasks in order, and suspends until they have ended; all are cancelled before the first wait. If the
// caller is one of them, it is cancelled last: `cancelled` is thrown in it when the others have ended. If the caller is
// cancelled (or its time limit passes) during the wait, the exception is thrown after the wait. Throws no task's error,
// and reads none. A task may appear several times, and the range may be empty. Throws std::logic_error if a task is
// empty; none is cancelled then.
template <detail::task_range R>
void kill_all(R&& tasks) {
  const auto all = detail::to_vector(std::forward<R>(tasks));
  detail::kill_all_of(detail::states_of(all));
}
inline void kill_all(std::initializer_list<task<>> tasks) { kill_all(std::vector(tasks)); }
template <class... T>
requires(sizeof...(T) > 0) void kill_all(const task<T>&... tasks) { kill_all({task<>(tasks)...}); }

}  // namespace weft
