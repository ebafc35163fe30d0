// What a coroutine executes: the scheduler's interface to a task. Not for programs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "weft/source_location.hpp"

namespace weft::diary {
enum class coroutine_status : std::uint8_t;
}

namespace weft::core {

struct coroutine;

// As a stack size: the coroutine has no stack of its own.
inline constexpr std::size_t no_stack = SIZE_MAX;

// Owns itself: ended() or abandoned() releases the reference.
class body {
 public:
  // Runs the body once, on the coroutine's own stack, even if the coroutine was cancelled before its start. Returns how
  // it ended. A body without a stack runs on the root's stack, and returns `none` when it has begun a wait: the
  // scheduler calls it again after the wait.
  virtual diary::coroutine_status run(coroutine& self) noexcept = 0;
  // Called on the coroutine's stack after run(); the scheduler does not use the body any more.
  virtual void ended() noexcept = 0;
  // Called instead of run() and ended(), on another stack: the coroutine can never go on and is not unwound.
  virtual void abandoned() noexcept = 0;
  // The name in the diary and in reports.
  virtual std::string name() const = 0;
  // The name that the program gave, if any. For a signal handler on the body's thread: takes no lock, allocates
  // nothing.
  virtual std::string_view given_name() const noexcept { return {}; }
  virtual const source_location& site() const noexcept = 0;

 protected:
  ~body() = default;
};

}  // namespace weft::core
