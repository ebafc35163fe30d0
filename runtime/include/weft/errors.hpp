// The errors that weft's waits throw.
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <cstdint>
#include <stdexcept>
#include <string>

namespace weft {

class timeout_scope;

// Thrown inside a coroutine that was cancelled, at the place where it waits. Not a std::exception, so that
// catch (std::exception&) lets it by. A program may throw it itself: it means the same. Never reported as unhandled.
struct cancelled {};

// get() of a task or future that was cancelled.
struct task_cancelled : std::runtime_error {
  task_cancelled() : std::runtime_error("the task was cancelled") {}
  using std::runtime_error::runtime_error;
};

// A time limit ran out: task::get_for, future::get_for, connect_for, with_timeout, timeout_scope.
struct timeout_error : std::runtime_error {
  timeout_error() : std::runtime_error("timed out") {}
  explicit timeout_error(const std::string& what) : std::runtime_error(what) {}
  explicit timeout_error(const timeout_scope* scope) : std::runtime_error("timed out"), scope_(scope) {}
  // The scope whose limit it was; null for a limit given to a single wait.
  const timeout_scope* scope() const noexcept { return scope_; }

 private:
  const timeout_scope* scope_ = nullptr;
};

// Nothing is ready, nobody sleeps, no fd is waited for and no other thread could wake anybody. Thrown into main's wait
// at once; what() lists every blocked coroutine with its wait reason, object and owner. Also: join or get of oneself.
struct deadlock_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// A replay (run_options::replay, WEFT_REPLAY) that cannot be: what() says in one line why. Thrown by run() before main
// begins.
struct replay_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The program did something else than was recorded. what() names the file, the event's number in it, what was recorded
// and what the program did. Thrown into main's wait as soon as it is known, and by run() when all have ended, whatever
// main has made of it.
struct replay_divergence : replay_error {
  replay_divergence(const std::string& what, std::uint64_t event) : replay_error(what), event_(event) {}
  std::uint64_t event() const noexcept { return event_; }

 private:
  std::uint64_t event_;
};

}  // namespace weft
