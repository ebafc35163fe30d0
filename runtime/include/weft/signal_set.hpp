// Waiting for signals: Ctrl-C as something a coroutine waits for.
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <chrono>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>

#include "weft/detail/core/suspension.hpp"

namespace weft {

namespace detail {
class signal_state;
}

// While it lives, its signals do not do what they otherwise would (end the program, or call a handler that was
// installed before); they are kept for wait(), in the order in which they came. Afterwards the handlers are as before.
// Several sets may have the same signal: each gets it. The process is asked as a whole, whichever thread the kernel
// chooses; so any thread may wait, and somebody who waits for a signal is never in a deadlock.
//
//   weft::signal_set stop{SIGINT, SIGTERM};
//   stop.wait();
//
// Signals that report a fault of the program (SIGSEGV ...) cannot be waited for: std::invalid_argument, as for an empty
// set. What the kernel refuses (SIGKILL, SIGSTOP, no signal at all) is a std::system_error. A forked child has the
// handlers from before. Of more than 1024 that nobody has waited for, the later ones are lost.
class signal_set {
 public:
  signal_set(std::initializer_list<int> signals);
  ~signal_set();  // nobody waits for it any more
  signal_set(const signal_set&) = delete;
  signal_set& operator=(const signal_set&) = delete;

  // Suspends until one of the signals has come, and returns its number; at once if one has come since the last.
  int wait() { return *wait_limited(detail::forever); }
  // The same for d at most; d <= 0 never suspends. None: time ran out.
  template <class Rep, class Period>
  std::optional<int> wait_for(std::chrono::duration<Rep, Period> d) {
    return wait_limited(detail::nanoseconds_of(d));
  }
  template <class Clock, class Duration>
  std::optional<int> wait_until(const std::chrono::time_point<Clock, Duration>& t) {
    return wait_limited(detail::until(t));
  }

 private:
  std::optional<int> wait_limited(detail::time_limit limit);

  std::unique_ptr<detail::signal_state> state_;
};

}  // namespace weft
