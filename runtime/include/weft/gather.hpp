// Collects the results of several tasks, in the order of the arguments. asyncio.gather().
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <exception>
#include <initializer_list>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "weft/detail/async/task_range.hpp"

namespace weft {

// The outcome of one task of gather_settled().
template <class T = void>
struct settled {
  task_status status = task_status::pending;  // done, failed or cancelled
  std::exception_ptr error;  // of a failed task; task_cancelled of a cancelled one; null: there is a value

  // True: there is a value.
  explicit operator bool() const noexcept { return error == nullptr; }
  // The value, or rethrows the error.
  T& value() {
    if (error != nullptr) std::rethrow_exception(error);
    return *held;
  }
  const T& value() const {
    if (error != nullptr) std::rethrow_exception(error);
    return *held;
  }

  std::optional<T> held;  // use value()
};
template <>
struct settled<void> {
  task_status status = task_status::pending;
  std::exception_ptr error;

  explicit operator bool() const noexcept { return error == nullptr; }
  void value() const {
    if (error != nullptr) std::rethrow_exception(error);
  }
};

namespace detail {

// In a tuple std::monostate replaces void.
template <class T>
using gathered = std::conditional_t<std::is_void_v<T>, std::monostate, T>;

template <class T>
gathered<T> gathered_value(const task<T>& done) {
  if constexpr (std::is_void_v<T>) {
    return {};
  } else {
    return value_of(done);
  }
}

inline void gather_ends(const std::vector<task_state*>& states) {
  several all(states, several_for::gather);
  all.own_until_valueless();
  all.rethrow_first();
}

template <class T>
auto gather_vector(const std::vector<task<T>>& tasks) {
  gather_ends(states_of(tasks));
  if constexpr (!std::is_void_v<T>) {
    std::vector<T> values;
    values.reserve(tasks.size());
    for (const task<T>& t : tasks) values.push_back(value_of(t));
    return values;
  }
}

template <class T>
std::vector<settled<T>> settle_vector(const std::vector<task<T>>& tasks) {
  several(states_of(tasks), several_for::gather).own_until_all();
  std::vector<settled<T>> all(tasks.size());
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    all[i].status = tasks[i].status();
    all[i].error = tasks[i].exception();
    if constexpr (!std::is_void_v<T>) {
      try {
        if (all[i].error == nullptr) all[i].held.emplace(value_of(tasks[i]));
      } catch (...) {
        all[i].error = std::current_exception();  // another reader has moved the value out
      }
    }
  }
  return all;
}

}  // namespace detail

// Suspends until all tasks are done. Returns their values: a tuple, with std::monostate for a task without a value, or
// a vector; nothing for a range of tasks without values. If a task fails or is cancelled, throws its error
// (task_cancelled) at once, the first in time. The other tasks go on, and their errors count as read.
//
// gather owns its tasks: if gather is cancelled, or a timeout_scope around it expires, it cancels the tasks that have
// not ended, waits for them and then throws.
template <class... T>
std::tuple<detail::gathered<T>...> gather(task<T>... tasks) {
  detail::gather_ends({detail::access::state(tasks)...});
  return {detail::gathered_value(tasks)...};
}
template <detail::task_range R>
auto gather(R&& tasks) {
  return detail::gather_vector(detail::to_vector(std::forward<R>(tasks)));
}
template <class T>
auto gather(std::initializer_list<task<T>> tasks) {
  return detail::gather_vector(std::vector(tasks));
}

// The same, but waits for all tasks, however they end, and throws no task's error: each result has a value or an error,
// which counts as read.
template <detail::task_range R>
auto gather_settled(R&& tasks) {
  return detail::settle_vector(detail::to_vector(std::forward<R>(tasks)));
}
template <class T>
auto gather_settled(std::initializer_list<task<T>> tasks) {
  return detail::settle_vector(std::vector(tasks));
}

}  // namespace weft
