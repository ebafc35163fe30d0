// Shared by the demo programs: work for the processor, and an end by time or by signal.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <functional>

namespace weft::viz::cli {

// Keeps the processor busy, like parsing or encryption; deliberately without a wait.
void compute_for(std::chrono::microseconds d);

// While this lives, INT and TERM do not end the process, but write a byte to a pipe that a coroutine waits for. So the
// program ends as it does when its time is over, and its trace is complete.
class end_signals {
 public:
  end_signals();
  ~end_signals();
  end_signals(const end_signals&) = delete;
  end_signals& operator=(const end_signals&) = delete;

  // Suspends the coroutine until a signal comes, or for `seconds`. True if one came.
  bool wait_for(double seconds) const;

 private:
  static void note(int);

  static inline std::atomic<int> write_fd{-1};  // used by the handler
  int read_fd_ = -1;
  std::array<void (*)(int), 2> old_{};
};

// Runs rounds with a pause after each, until `seconds` are over or a signal comes. Call in a coroutine.
void repeat(double seconds, double pause_s, const std::function<void()>& round);

}  // namespace weft::viz::cli
