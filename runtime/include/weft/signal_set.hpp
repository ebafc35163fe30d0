// Waits for signals, such as Ctrl-C.
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

// While a set lives, its signals do not have their usual effect (end the program, or call a handler installed before).
// The set keeps them for wait(), in order of arrival. Afterwards the handlers are as before. Several sets may have the
// same signal: each gets it. Signals are those of the whole process, whichever thread the kernel chooses; so any thread
// may wait, and a wait for a signal is never a deadlock.
//
//   weft::signal_set stop{SIGINT, SIGTERM};
//   stop.wait();
//
// Signals that report a fault of the program (SIGSEGV ...) and an empty set throw std::invalid_argument. A signal that
// the kernel refuses (SIGKILL, SIGSTOP, an invalid number) throws std::system_error. A forked child has the previous
// handlers. Beyond 1024 received signals without a wait, later ones are lost.
class signal_set {
 public:
  signal_set(std::initializer_list<int> signals);
  ~signal_set();  // no coroutine may be waiting for it
  signal_set(const signal_set&) = delete;
  signal_set& operator=(const signal_set&) = delete;

  // Suspends until one of the signals arrives, and returns its number; at once if one has arrived since the last wait.
  int wait() { return *wait_limited(detail::forever); }
  // The same for d at most; d <= 0 never suspends. Empty: the time limit has passed.
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
