// run(): a scheduler on this thread until its main coroutine has ended.
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <concepts>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include "weft/detail/async/task_state.hpp"
#include "weft/detail/core/refusal.hpp"
#include "weft/source_location.hpp"
#include "weft/task.hpp"

namespace weft::core {
class clock;
class poller;
}  // namespace weft::core

namespace weft {

struct run_options {
  std::string_view name = {};  // of the main coroutine; empty: "main"
  unsigned threads = 1;        // OS threads with a scheduler each; any other value: std::invalid_argument, so far
  std::size_t stack_size =
      256 * 1024;  // bytes a coroutine, reserved; committed page by page. At least 16 KiB, rounded up to pages
  std::optional<std::uint64_t> shuffle_seed =
      std::nullopt;                // a seeded random choice among the ready instead of FIFO: finds order bugs
  bool detect_deadlock = true;     // false: a wait that cannot end sleeps for ever
  unsigned offload_threads = 0;    // most threads for offload(); 0: four a core
  core::clock* clock = nullptr;    // for tests; null: the monotonic clock
  core::poller* poller = nullptr;  // for tests; null: epoll or kqueue
  std::string_view replay = {};    // a trace of this program: run again in that order, whatever shuffle_seed says; see
                                   // weft/trace.hpp. Throws replay_error, replay_divergence
};

// Counters of this thread's scheduler since its start; all zero outside of run().
struct run_stats {
  std::uint64_t switches = 0;  // switches to another coroutine than before
  std::uint64_t spawned = 0;   // by spawn; main does not count
  std::uint64_t finished = 0;
  std::uint64_t polls = 0;      // times the scheduler asked the kernel for ready fds
  std::uint64_t cancelled = 0;  // of the finished: ended by cancellation
  std::uint64_t failed = 0;     // of the finished: ended by an error
};
run_stats stats() noexcept;

namespace detail {

// Runs `main` under a new scheduler of this thread and waits for its end. Throws the scheduler's own errors (bad_alloc;
// logic_error inside a coroutine); an error of main stays in main's state.
void run_main(const run_options& options, task_state& main);

// Runs at the end of main: cancels the remaining coroutines and waits for them.
void cancel_left_overs();

template <class F, class T>
class main_function final : public task_function<F, T> {
 public:
  using task_function<F, T>::task_function;

 protected:
  void after_end() override { cancel_left_overs(); }
};

}  // namespace detail

// Makes this thread a scheduler, runs f as its first coroutine and returns f's result, or rethrows its error
// (`cancelled` as task_cancelled). If f returns a co_task<T>, the result is that of the co_task. When f has ended, the
// remaining coroutines are cancelled in spawn order and waited for. f's local variables are destroyed by then: objects
// that those coroutines use must outlive run(), or f must join the coroutines. Throws std::logic_error inside a
// coroutine. A program may call run() several times, one after the other, and at once on several threads.
template <class F>
requires detail::spawnable<F>
auto run(const run_options& options, F&& f, source_location where = source_location::current()) {
  using value = detail::result_of<F>;
  if constexpr (detail::returns_co_task<F>) {
    return run(
        options, [f = std::decay_t<F>(std::forward<F>(f))]() mutable { return await(std::move(f)()); }, where);
  } else {
    auto* state = new detail::main_function<std::decay_t<F>, value>(options.name.empty() ? "main" : options.name, where,
                                                                    std::forward<F>(f));
    const task<value> main = detail::access::adopt<value>(state);
    detail::run_main(options, *state);
    return main.get();
  }
}
template <class F>
requires detail::spawnable<F>
auto run(F&& f, source_location where = source_location::current()) {
  return run(run_options{}, std::forward<F>(f), where);
}
// Refuses unsuitable functions.
template <detail::refused_function F>
WEFT_REFUSED("the function must take no arguments (capture them), and be moved in if it cannot be copied",
             detail::the_function_must_take_no_arguments_and_be_moved_in_if_it_cannot_be_copied run(
                 const run_options& options, F&& f, source_location where = source_location::current()));
template <detail::refused_function F>
WEFT_REFUSED("the function must take no arguments (capture them), and be moved in if it cannot be copied",
             detail::the_function_must_take_no_arguments_and_be_moved_in_if_it_cannot_be_copied run(
                 F&& f, source_location where = source_location::current()));

}  // namespace weft
