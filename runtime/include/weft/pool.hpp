// Runs at most n jobs at once. gevent's Pool.
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <atomic>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <ranges>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "weft/detail/async/pool_state.hpp"
#include "weft/detail/async/several.hpp"
#include "weft/detail/async/task_range.hpp"
#include "weft/detail/core/refusal.hpp"
#include "weft/pool_results.hpp"
#include "weft/source_location.hpp"
#include "weft/task.hpp"

namespace weft {

// Spawns tasks, but never has more than n of them at once: a further spawn waits, in order of arrival, until one has
// ended. Coroutines of several threads may use a pool; a job belongs to the scheduler of its spawner. Usable again
// after join() and kill(). The destructor kills.
class pool {
 public:
  // pool(0) never has a free place. The name (copied) appears in the diary and in deadlock_error.
  explicit pool(std::size_t n, std::string_view name = {}) : state_(std::make_shared<detail::pool_state>(n, name)) {}
  pool(const pool&) = delete;
  pool& operator=(const pool&) = delete;
  // Cancels the jobs and waits until they have ended. The wait cannot be cancelled and never throws.
  ~pool() {
    state_->close();
    state_->kill_quietly();
  }

  // Spawns f like weft::spawn(). Suspends while the pool is full; a spawn cancelled there has spawned nothing. Throws
  // std::logic_error outside of a coroutine.
  template <class F>
  requires detail::spawnable<F>
  auto spawn(const spawn_options& options, F&& f, source_location where = source_location::current()) {
    return detail::start_in_pool(*state_, detail::pool_slot(*state_), options, std::forward<F>(f), where, nullptr);
  }
  template <class F>
  requires detail::spawnable<F>
  auto spawn(std::string_view name, F&& f, source_location where = source_location::current()) {
    return spawn(spawn_options{.name = name}, std::forward<F>(f), where);
  }
  template <class F>
  requires detail::spawnable<F>
  auto spawn(F&& f, source_location where = source_location::current()) {
    return spawn(spawn_options{}, std::forward<F>(f), where);
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

  // Runs f in the pool and returns its result or throws its error. If the caller is one of the pool's own jobs, runs f
  // in place. If apply is cancelled, it cancels f and waits for its end.
  template <class F>
  requires detail::spawnable<F>
  auto apply(F&& f, source_location where = source_location::current()) -> detail::result_in_pool<F> {
    if (state_->runs_this()) {
      if constexpr (std::same_as<detail::result_in_pool<F>, detail::result_of<F>>) {
        return std::invoke(std::decay_t<F>(std::forward<F>(f)));
      } else {
        return weft::spawn(std::forward<F>(f), where).get();
      }
    }
    const detail::owned_jobs mine(state_);
    return detail::start_in_pool(*state_, detail::pool_slot(*state_), {}, std::forward<F>(f), where, mine.owner())
        .get();
  }

  template <class F>
  requires(!detail::spawnable<F>)
      WEFT_REFUSED("the function must take no arguments (capture them), and be moved in if it cannot be copied",
                   detail::the_function_must_take_no_arguments_and_be_moved_in_if_it_cannot_be_copied apply(
                       F&& f, source_location where = source_location::current()));

  // Runs f in the pool. Never waits: if the pool is full, the job itself waits. When f has returned, callback(value) is
  // called in the job's coroutine (without arguments for void), but not if f failed or was cancelled. If the callback
  // throws, the task fails with that error.
  template <class F>
  requires detail::spawnable<F>
  auto apply_async(F&& f, source_location where = source_location::current()) {
    return apply_async(std::forward<F>(f), detail::no_callback(), where);
  }
  template <class F, class C>
  requires detail::spawnable<F> && detail::callback_for<C, detail::result_in_pool<F>>
  auto apply_async(F&& f, C&& callback, source_location where = source_location::current()) {
    using value = detail::result_in_pool<F>;
    detail::pool_slot slot = detail::pool_slot::attempt(*state_);
    const bool has_slot = static_cast<bool>(slot);
    auto job = [state = state_, has_slot, f = std::forward<F>(f), callback = std::forward<C>(callback)]() mutable {
      if (!has_slot) state->enter_as_job();
      if constexpr (std::is_void_v<value>) {
        std::invoke(std::move(f));
        std::invoke(callback);
      } else {
        value result = std::invoke(std::move(f));
        std::invoke(callback, result);
        return result;
      }
    };
    return detail::start_in_pool(*state_, std::move(slot), {}, std::move(job), where, nullptr);
  }

  template <class F>
  requires(!detail::spawnable<F>)
      WEFT_REFUSED("the function must take no arguments (capture them), and be moved in if it cannot be copied",
                   task<detail::the_function_must_take_no_arguments_and_be_moved_in_if_it_cannot_be_copied> apply_async(
                       F&& f, source_location where = source_location::current()));

  // Calls f with each element, as jobs; returns the results in the order of the elements. Suspends until all have
  // ended. Throws the first failure in time, after the other jobs were cancelled and have ended; a cancelled map does
  // the same.
  template <std::ranges::input_range R, class F>
  requires detail::job_for<F, std::ranges::range_value_t<R>>
  auto map(R&& data, F&& f, source_location where = source_location::current()) {
    using element = std::ranges::range_value_t<R>;
    using value = detail::job_result<F, element>;
    std::atomic<bool> stop{false};
    const detail::owned_jobs mine(state_);  // its end waits for the jobs, so they may use the variables above
    std::vector<task<value>> jobs;
    for (auto&& x : data) {
      detail::pool_slot slot(*state_);
      if (stop) break;
      jobs.push_back(detail::start_in_pool(
          *state_, std::move(slot), {},
          [&f, x = element(std::forward<decltype(x)>(x))]() mutable { return detail::call_job(f, x); }, where,
          mine.owner()));
      jobs.back().on_done([&stop](const task<value>& t) {
        if (!t.successful()) stop = true;
      });
    }
    detail::several ends(detail::states_of(jobs), detail::several_for::pool_map);
    ends.own_until_valueless();
    if (stop) state_->kill_quietly(mine.owner());
    ends.rethrow_first();
    if constexpr (!std::is_void_v<value>) {
      std::vector<value> results;
      results.reserve(jobs.size());
      for (const task<value>& t : jobs) results.push_back(detail::value_of(t));
      return results;
    }
  }

  // The same, but gives one result after the other: in the order of the elements, or of their ends. Returns at once; a
  // separate coroutine starts the jobs while the caller reads results. At most max_waiting started jobs have an unread
  // result. A failed job throws from its next() or ++, and the next call continues with the next job. Data that `data`
  // refers to must live as long as the results. If the results are destroyed, jobs that have not ended are cancelled
  // and waited for.
  template <std::ranges::input_range R, class F>
  requires detail::job_for<F, std::ranges::range_value_t<R>>
  auto imap(R&& data, F&& f, std::size_t max_waiting = unbounded, source_location where = source_location::current()) {
    return feed<R>(std::forward<R>(data), std::forward<F>(f), true, max_waiting, where);
  }
  template <std::ranges::input_range R, class F>
  requires detail::job_for<F, std::ranges::range_value_t<R>>
  auto imap_unordered(R&& data, F&& f, std::size_t max_waiting = unbounded,
                      source_location where = source_location::current()) {
    return feed<R>(std::forward<R>(data), std::forward<F>(f), false, max_waiting, where);
  }

  // Number of free places; number of jobs with a place; true if no place is free.
  std::size_t free() const { return state_->slots() - state_->taken(); }
  std::size_t size() const { return state_->taken(); }
  bool full() const { return free() == 0; }

  // Suspends until there are no jobs. Throws deadlock_error if the caller is one of them.
  void join() { state_->join(detail::forever); }
  // The same; false if some jobs still run after d.
  template <class Rep, class Period>
  bool join_for(std::chrono::duration<Rep, Period> d) {
    return state_->join(detail::nanoseconds_of(d));
  }
  template <class Clock, class Duration>
  bool join_until(std::chrono::time_point<Clock, Duration> t) {
    return state_->join(detail::until(t));
  }
  // Cancels the present jobs, in spawn order, and suspends until they have ended. If the caller is one of them, it is
  // cancelled last, at once.
  void kill() { state_->kill(); }

 private:
  template <class R, class F>
  auto feed(R&& data, F&& f, bool ordered, std::size_t max_waiting, source_location where) {
    using value = detail::job_result<F, std::ranges::range_value_t<R>>;
    auto state = std::make_shared<detail::pool_feed<value>>(state_, ordered, max_waiting);
    state->start(detail::held_range<R>(std::forward<R>(data)), std::forward<F>(f), where);
    return pool_results<value>(std::move(state));
  }

  std::shared_ptr<detail::pool_state> state_;
};

}  // namespace weft
