// The control block of one coroutine. Blocks live densely in slabs of their own, never on the coroutine's stack:
// walking the ready queue then touches few cache lines (measured by others: 25 ns a yield against 229 with 100 k
// ready). Owned by one scheduler; every field is touched on that scheduler's thread only.
#pragma once

#include <cstdint>
#include <exception>

#include "core/context.hpp"
#include "core/exception_state.hpp"
#include "core/sanitizer.hpp"
#include "core/stack.hpp"
#include "core/timer_heap.hpp"
#include "trace/words/states.hpp"
#include "weft/detail/core/body.hpp"
#include "weft/detail/core/local_values.hpp"
#include "weft/detail/core/scope.hpp"
#include "weft/detail/core/suspension.hpp"

namespace weft::detail {
struct co_driver;
}

namespace weft::core {

class scheduler;

// What waits to be thrown into a coroutine; several may at once, thrown in this order.
enum class interruption : std::uint8_t {
  none = 0,
  deadlock = 1,  // nothing can wake it; no shield holds that back
  cancel = 2,    // somebody asked for its end: at most one of cancel and error
  error = 4,     // the same with an exception of theirs
  scope = 8,     // an open scope may have run out: look
};
constexpr interruption operator|(interruption a, interruption b) noexcept {
  return static_cast<interruption>(static_cast<unsigned>(a) | static_cast<unsigned>(b));
}
constexpr interruption operator&(interruption a, interruption b) noexcept {
  return static_cast<interruption>(static_cast<unsigned>(a) & static_cast<unsigned>(b));
}
constexpr interruption without(interruption all, interruption some) noexcept {
  return static_cast<interruption>(static_cast<unsigned>(all) & ~static_cast<unsigned>(some));
}
// Any of `some` is in `all`.
constexpr bool has(interruption all, interruption some) noexcept { return (all & some) != interruption::none; }
inline constexpr interruption asked_for = interruption::cancel | interruption::error;

// What a switch to the coroutine has to do beside resuming it.
enum class resume_kind : std::uint8_t {
  plain,      // just go on
  start,      // it has no stack yet
  deliver,    // throw its interruption from its yield()
  stackless,  // it never has one: the root calls its body. It stays so for the coroutine's life
};

// A coroutine's place in the one table of states. Read by everybody, written by transitions alone.
class coroutine_state_cell {
 public:
  operator diary::coroutine_status() const noexcept { return value_; }

 private:
  friend class transitions;
  diary::coroutine_status value_ = diary::coroutine_status::none;
};

// The first cache line is what a yield or a wake of somebody else reads and writes, and nothing more: with many ready
// each line is a miss.
struct alignas(64) coroutine {
  // -- read and written by every switch
  void* sp = nullptr;          // saved stack pointer while not running
  coroutine* next = nullptr;   // in the ready queue
  execution_state execution;   // exception state and errno while not running
  std::uint32_t slot = 0;      // its number in the diary while it lives; fixed for this block
  unsigned unsuspendable = 0;  // > 0 in a callback, which must not wait
  // Apart from `unsuspendable`: asked together they would be read as one word, just after parts of it were written.
  coroutine_state_cell status;
  resume_kind resume = resume_kind::plain;
  bool in_yield = false;  // ready because of yield(), not of a wake
  interruption pending = interruption::none;
  diary::wait_reason reason = diary::wait_reason::none;
  detail::wait_outcome outcome = detail::wait_outcome::granted;
  bool woken_remotely = false;  // the wake under way came from another thread
  std::uint64_t id = 0;         // never reused in a process
  // -- the rest
  unsigned shields = 0;                   // open cancel_shield scopes: nothing is delivered while > 0
  int fd = -1;                            // while blocked on one
  detail::waiter* waiting = nullptr;      // while blocked on an object or fd
  detail::object* object = nullptr;       // what it waits for; null: a timer or an fd
  timer time_limit;                       // end of its sleep, of its wait, or of its delay before the start
  std::exception_ptr pending_error;       // with interruption::error
  detail::scope* scopes = nullptr;        // the open ones, inner first
  detail::local_value* locals = nullptr;  // made by it, the youngest first
  detail::co_driver* driver = nullptr;    // while the body of a co_task runs in it
  std::uint64_t blocked_at = 0;           // the scheduler's count of switches when the last wait began, for debuggers
  scheduler* home = nullptr;
  body* work = nullptr;
  const stack* memory = nullptr;  // null: none yet, and the default size will do
  coroutine* older = nullptr;     // in the list of all, in spawn order
  coroutine* younger = nullptr;
  float_control control;        // what it begins with: its spawner's; without a stack: while it does not run
  std::uint64_t parent_id = 0;  // who spawned it, 0: nobody
  // While a diary is kept: when it got into its present state, for the diary's checkpoints
  std::uint64_t changed_ticks = 0;
  std::uint64_t changed_order = 0;                    // scheduler::changes_ then: puts waiters of one object in order
  [[no_unique_address]] fiber_annotation annotation;  // for the sanitizers
};
#if defined(__x86_64__) && defined(NDEBUG) && !defined(WEFT_ASAN) && !defined(WEFT_TSAN)
static_assert(sizeof(coroutine) <= 256, "a parked coroutine is a page of stack and little more");
#endif

}  // namespace weft::core
