// A part of a coroutine's run that can be interrupted for itself: a timeout_scope, the body of a task group. Not for
// programs.
//
// Open scopes form a list at their coroutine, inner first. One that has fired throws at its coroutine's next
// suspension, or at once if the coroutine is suspended; then it is spent until it is armed again. A shield that was
// opened inside the scope holds it back, one around the scope does not.
#pragma once

#include <cstdint>
#include <exception>

#include "weft/detail/core/timer.hpp"

namespace weft {
class timeout_scope;
}
namespace weft::core {
struct coroutine;
}

namespace weft::detail {

struct scope {
  enum class stage : std::uint8_t { idle, armed, fired, delivered };

  core::timer limit;  // deadline_ns: when it fires, or when it was fired; decides who comes first
  scope* outer = nullptr;
  core::coroutine* owner = nullptr;        // null: not open, or its coroutine has ended
  const timeout_scope* timeout = nullptr;  // what its timeout_error names; null: `cancelled` is thrown
  std::exception_ptr instead;              // thrown in its place
  unsigned shields = 0;                    // of its coroutine, when it was opened
  stage at = stage::idle;
  bool cancelled_across = false;  // something that was no scope's has been thrown while it was open
};

// Opens it for the running coroutine, to fire after limit. `what` is named in the std::logic_error that is thrown
// outside of one.
void open_scope(scope& s, detail::time_limit limit, const char* what);
void close_scope(scope& s) noexcept;
// To fire after limit from now, also if it has fired before. Throws std::logic_error unless its coroutine runs.
void rearm_scope(scope& s, detail::time_limit limit);
// Fires it now. On its coroutine's thread, while it is open.
void fire_scope(scope& s) noexcept;

}  // namespace weft::detail
