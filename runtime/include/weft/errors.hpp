// The errors that waits throw.
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <cstdint>
#include <stdexcept>
#include <string>

namespace weft {

class timeout_scope;

// Thrown inside a cancelled coroutine at the place where it waits. Not a std::exception, so catch (std::exception&)
// does not catch it. A program may throw it itself, with the same meaning. Never reported as unhandled.
struct cancelled {};

// Thrown by get() of a cancelled task or future.
struct task_cancelled : std::runtime_error {
  task_cancelled() : std::runtime_error("the task was cancelled") {}
  using std::runtime_error::runtime_error;
};

// A time limit has passed: task::get_for, future::get_for, connect_for, with_timeout, timeout_scope.
struct timeout_error : std::runtime_error {
  timeout_error() : std::runtime_error("timed out") {}
  explicit timeout_error(const std::string& what) : std::runtime_error(what) {}
  explicit timeout_error(const timeout_scope* scope) : std::runtime_error("timed out"), scope_(scope) {}
  // The scope whose limit has passed; null for the limit of a single wait.
  const timeout_scope* scope() const noexcept { return scope_; }

 private:
  const timeout_scope* scope_ = nullptr;
};

// Thrown when no coroutine is ready, sleeps or waits for an fd, and no other thread could wake one. Thrown into main's
// wait at once; what() lists every blocked coroutine with its wait reason, object and owner. Also thrown by join or get
// of the caller itself.
struct deadlock_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A replay (run_options::replay, WEFT_REPLAY) that is impossible; what() gives the reason in one line. Thrown by run()
// before main starts.
struct replay_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The program's steps differ from the recording. what() names the file, the event's number in it, the recorded step and
// the program's step. Thrown into main's wait as soon as the divergence is known, and by run() when all coroutines have
// ended, even if main has caught it.
struct replay_divergence : replay_error {
  replay_divergence(const std::string& what, std::uint64_t event) : replay_error(what), event_(event) {}
  std::uint64_t event() const noexcept { return event_; }

 private:
  std::uint64_t event_;
};

}  // namespace weft
