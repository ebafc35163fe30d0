// Ranges of tasks, in every form in which a caller may pass them. Not for programs.
#pragma once

#include <ranges>
#include <type_traits>
#include <utility>
#include <vector>

#include "weft/detail/async/several.hpp"
#include "weft/task.hpp"

namespace weft::detail {

template <class T>
inline constexpr bool is_task = false;
template <class T>
inline constexpr bool is_task<task<T>> = true;

template <class R>
concept task_range = std::ranges::input_range<R> && is_task<std::ranges::range_value_t<R>>;

// The value type of the tasks of a range.
template <task_range R>
using value_in = typename std::ranges::range_value_t<R>::value_type;

template <task_range R>
std::vector<task<value_in<R>>> to_vector(R&& tasks) {
  using all = std::vector<task<value_in<R>>>;
  if constexpr (std::same_as<R, all>) {
    return std::move(tasks);
  } else {
    all copied;
    if constexpr (std::ranges::sized_range<R>) copied.reserve(static_cast<std::size_t>(std::ranges::size(tasks)));
    for (auto&& t : tasks) copied.push_back(std::forward<decltype(t)>(t));
    return copied;
  }
}

template <class T>
std::vector<task_state*> states_of(const std::vector<task<T>>& tasks) {
  std::vector<task_state*> states;
  states.reserve(tasks.size());
  for (const task<T>& t : tasks) states.push_back(access::state(t));
  return states;
}

// Returns the value of a task that is done. A value that is not copyable is moved out.
template <class T>
T value_of(const task<T>& done) {
  return static_cast<task_value<T>*>(access::state(done))->take();
}

}  // namespace weft::detail
