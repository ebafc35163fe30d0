// Gives tasks in the order of their ends. asyncio.as_completed(), gevent.iwait().
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "weft/detail/async/task_range.hpp"
#include "weft/detail/core/deadline.hpp"
#include "weft/errors.hpp"

namespace weft {

// The result of as_completed(): an input range, for one coroutine at a time. Move-only; destroying it early does not
// affect the tasks.
template <class T>
class completed_tasks {
 public:
  // Suspends until another task has ended, and returns the task; empty: all have been returned. Throws timeout_error if
  // the time limit passes first; further calls can still return tasks that end later.
  std::optional<task<T>> next() {
    if (state_ == nullptr || state_->returned == state_->ends.size()) return std::nullopt;
    if (!state_->ends.wait_for_ends(state_->returned + 1, state_->end.left())) {
      throw timeout_error("not all tasks have ended in time");
    }
    return state_->tasks[state_->ends.ended(state_->returned++)];
  }

  class iterator {
   public:
    using value_type = task<T>;
    using difference_type = std::ptrdiff_t;

    iterator() = default;
    iterator(const iterator&) = delete;
    iterator& operator=(const iterator&) = delete;
    iterator(iterator&&) noexcept = default;
    iterator& operator=(iterator&&) noexcept = default;

    const task<T>& operator*() const noexcept { return *of_->current_; }
    const task<T>* operator->() const noexcept { return &*of_->current_; }
    // Like next().
    iterator& operator++() {
      of_->current_ = of_->next();
      return *this;
    }
    void operator++(int) { ++*this; }
    friend bool operator==(const iterator& i, std::default_sentinel_t) noexcept { return i.over(); }

   private:
    friend completed_tasks;
    explicit iterator(completed_tasks& of) noexcept : of_(&of) {}
    bool over() const noexcept { return !of_->current_; }
    completed_tasks* of_ = nullptr;
  };

  // Waits for the first task like next(); continues a range that was started before.
  iterator begin() {
    current_ = next();
    return iterator(*this);
  }
  std::default_sentinel_t end() const noexcept { return std::default_sentinel; }

  completed_tasks(std::vector<task<T>> tasks, detail::time_limit limit)
      : state_(std::make_unique<state>(std::move(tasks), limit)) {}

 private:
  struct state {
    state(std::vector<task<T>> all, detail::time_limit limit)
        : tasks(std::move(all)), ends(detail::states_of(tasks), detail::several_for::as_completed), end(limit) {}
    std::vector<task<T>> tasks;
    detail::several ends;
    detail::deadline end;
    std::size_t returned = 0;
  };

  std::unique_ptr<state> state_;  // empty when moved from
  std::optional<task<T>> current_;
};

//   for (const weft::task<page>& t : weft::as_completed(downloads)) show(t.get());
//
// Gives each task as soon as it has ended; tasks that have ended already come first, in the order of their ends.
// begin() and ++ suspend until there is one. Neither throws nor reads a task's error. Throws deadlock_error if one of
// the tasks is the caller itself, std::logic_error if one is empty.
template <detail::task_range R>
auto as_completed(R&& tasks) {
  return completed_tasks<detail::value_in<R>>(detail::to_vector(std::forward<R>(tasks)), detail::forever);
}
template <class T>
auto as_completed(std::initializer_list<task<T>> tasks) {
  return completed_tasks<T>(std::vector(tasks), detail::forever);
}
// The same; a wait later than d from now throws timeout_error.
template <detail::task_range R, class Rep, class Period>
auto as_completed(R&& tasks, std::chrono::duration<Rep, Period> d) {
  return completed_tasks<detail::value_in<R>>(detail::to_vector(std::forward<R>(tasks)), detail::nanoseconds_of(d));
}
template <class T, class Rep, class Period>
auto as_completed(std::initializer_list<task<T>> tasks, std::chrono::duration<Rep, Period> d) {
  return completed_tasks<T>(std::vector(tasks), detail::nanoseconds_of(d));
}

}  // namespace weft
