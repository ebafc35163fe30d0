// What a coroutine executes: the scheduler's view of a task. Not for programs.
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

// As the size of a coroutine's stack: it needs none.
inline constexpr std::size_t no_stack = SIZE_MAX;

// Owned by itself: it lets itself go in ended() or abandoned().
class body {
 public:
  // Runs on the coroutine's own stack, once, also if it was cancelled before it began. Returns how it ended. Without a
  // stack it runs on the scheduler's own, and returns `none` when it has begun a wait: then it is called again after
  // it.
  virtual diary::coroutine_status run(coroutine& self) noexcept = 0;
  // Called on the coroutine's stack after run(); the scheduler knows nothing of the body any more.
  virtual void ended() noexcept = 0;
  // Takes the place of run() and ended(), on another stack: the coroutine can never go on and is not unwound.
  virtual void abandoned() noexcept = 0;
  // For the diary and for reports.
  virtual std::string name() const = 0;
  // The name it was given, if any, for a signal handler on its own thread: no lock, no allocation.
  virtual std::string_view given_name() const noexcept { return {}; }
  virtual const source_location& site() const noexcept = 0;

 protected:
  ~body() = default;
};

}  // namespace weft::core
