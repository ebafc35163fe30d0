// Operations of a coroutine on itself: yield, sleep, its name and number.
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "weft/detail/core/suspension.hpp"
#include "weft/task.hpp"

namespace weft {

// Goes to the back of the ready queue, so that other coroutines run first. This is a suspension: throws `cancelled` if
// the coroutine was cancelled. On a plain thread: std::this_thread::yield().
void yield();

namespace detail {
void sleep_ns(time_limit limit);
}

// Suspends for at least d; d <= 0 is yield(). Only a cancellation ends it early. Blocks a plain thread.
template <class Rep, class Period>
void sleep_for(std::chrono::duration<Rep, Period> d) {
  detail::sleep_ns(detail::nanoseconds_of(d));
}
template <class Clock, class Duration>
void sleep_until(std::chrono::time_point<Clock, Duration> t) {
  detail::sleep_ns(detail::until(t));
}

namespace this_coroutine {

// The coroutine's number, as in the trace; 0 on a plain thread.
std::uint64_t id() noexcept;
// The coroutine's name; "" on a plain thread.
std::string name();
// Renames the coroutine, here and in later events of the diary. Throws std::logic_error on a plain thread.
void set_name(std::string_view name);
// True if a cancellation is pending until the next suspension (or the end of a shield). False on a plain thread.
bool cancel_requested() noexcept;
// The most bytes of stack used so far, in whole pages; 0 on a plain thread and in a co_task. Costs a system call per
// MiB of stack.
std::size_t stack_high_water() noexcept;
// A reference to the running task. Throws std::logic_error on a plain thread.
task<void> self();

}  // namespace this_coroutine

// A scope in which no exception is thrown into the coroutine: a cancellation, kill or throw_in is delivered at the
// first suspension after the scope. Nests. Throws std::logic_error on a plain thread.
class cancel_shield {
 public:
  cancel_shield();
  ~cancel_shield();
  cancel_shield(const cancel_shield&) = delete;
  cancel_shield& operator=(const cancel_shield&) = delete;
};

}  // namespace weft
