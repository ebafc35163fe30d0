// What a coroutine does to itself: yield, sleep, its name and number.
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "weft/detail/core/suspension.hpp"
#include "weft/task.hpp"

namespace weft {

// Lets the others go first: the coroutine goes to the back of the ready queue. A suspension: throws `cancelled` if it
// was cancelled. On a plain thread: std::this_thread::yield().
void yield();

namespace detail {
void sleep_ns(time_limit limit);
}

// Suspends for at least d; d <= 0 is yield(). Ended early only by a cancellation. On a plain thread: blocks it.
template <class Rep, class Period>
void sleep_for(std::chrono::duration<Rep, Period> d) {
  detail::sleep_ns(detail::nanoseconds_of(d));
}
template <class Clock, class Duration>
void sleep_until(std::chrono::time_point<Clock, Duration> t) {
  detail::sleep_ns(detail::until(t));
}

namespace this_coroutine {

// Its number, the one in the trace; 0 on a plain thread.
std::uint64_t id() noexcept;
// "" on a plain thread.
std::string name();
// Renames it, here and in the diary from now on. Throws std::logic_error on a plain thread.
void set_name(std::string_view name);
// A cancellation waits for its next suspension (or for the end of a shield). False on a plain thread.
bool cancel_requested() noexcept;
// The most bytes of stack it has used so far, to the page; 0 on a plain thread and in a co_task. A system call per
// MiB of stack.
std::size_t stack_high_water() noexcept;
// A reference to the task that runs. Throws std::logic_error on a plain thread.
task<void> self();

}  // namespace this_coroutine

// A scope in which nothing is thrown into the coroutine: a cancellation, kill or throw_in waits until after it and
// comes at the next suspension then. Nests. Throws std::logic_error on a plain thread.
class cancel_shield {
 public:
  cancel_shield();
  ~cancel_shield();
  cancel_shield(const cancel_shield&) = delete;
  cancel_shield& operator=(const cancel_shield&) = delete;
};

}  // namespace weft
