// A stretch of a coroutine's run that can be interrupted alone: a timeout_scope, the body of a task group. Not for
// programs.
//
// The open scopes of a coroutine form a list, innermost first. A fired scope throws at its coroutine's next suspension,
// or at once if the coroutine is suspended; it does not throw again until it is armed again. A shield that was opened
// inside the scope delays the throw; a shield around the scope does not.
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

  core::timer limit;  // deadline_ns: when it fires, or when it was fired; the earlier scope throws first
  scope* outer = nullptr;
  core::coroutine* owner = nullptr;        // null: not open, or its coroutine has ended
  const timeout_scope* timeout = nullptr;  // named by the timeout_error that it throws; null: it throws `cancelled`
  std::exception_ptr instead;              // if set, thrown instead of either
  unsigned shields = 0;                    // the coroutine's shields when the scope was opened
  stage at = stage::idle;
  bool cancelled_across = false;  // an interruption other than a scope's was thrown while it was open
};

// Opens the scope for the running coroutine; it fires after limit. Outside of a coroutine throws std::logic_error,
// which names `what`.
void open_scope(scope& s, detail::time_limit limit, const char* what);
void close_scope(scope& s) noexcept;
// The scope fires after limit from now, even if it has fired before. Throws std::logic_error unless its coroutine runs.
void rearm_scope(scope& s, detail::time_limit limit);
// Fires the scope now. Call on its coroutine's thread, while the scope is open.
void fire_scope(scope& s) noexcept;

}  // namespace weft::detail
