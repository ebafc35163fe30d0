// Who knows in advance what the scheduler decides: in a replay the recorded order. While a scheduler has a script, it
// asks it whom to switch to and, on the root, what happens next: which timer fires, which fd is ready, what came from
// outside. Time and the kernel only say that something may happen, not when. The script hears what the program does as
// the scheduler's observer, and so knows how far it is; when the program does something else, it ends.
#pragma once

#include <cstdint>
#include <exception>
#include <string>

#include "core/clock.hpp"

namespace weft::core {

// What happens next on the root.
struct script_step {
  enum class kind : std::uint8_t {
    over,        // nothing that is known: go on freely
    enter,       // slot
    timer,       // slot: its own timer, of a sleep, a wait's limit or a start
    scope,       // slot, depth: the timer of a scope
    poll_begin,  // timeout_ns_plus_1
    poll_end,
    fd,       // fd, ready: it is reported
    fd_of,    // slot, ready: the fd is reported that this coroutine waits for
    granted,  // slot: another thread has granted what it waits for
    closed,   // slot: another thread has closed the fd it waits for
    work,     // what another thread asked to be done
    deadlock,
  };
  kind what = kind::over;
  std::uint64_t slot = 0;
  std::uint64_t depth = 0;
  int fd = -1;
  std::uint32_t ready = 0;
  std::uint64_t timeout_ns_plus_1 = 0;
  std::int64_t patience_ns = 0;  // how long to wait for what comes from outside of the program
  std::int64_t rest_ns = 0;      // how long to let time pass before it
};

// Used by one scheduler, on its thread.
class script {
 public:
  virtual ~script() = default;

  // The slot of whom the running coroutine leaves to; 0: to the root.
  virtual std::uint64_t next_to() noexcept = 0;
  virtual script_step next_on_root() noexcept = 0;
  // Grows with each step that has happened.
  virtual std::uint64_t progress() const noexcept = 0;
  // Does the scope of this coroutine, with so many open ones inside of it, run out here?
  virtual bool scope_expires(std::uint64_t slot, std::uint64_t depth) noexcept = 0;
  // Is the running coroutine's select interrupted here, at this look for an interruption?
  virtual bool interrupts_select(std::uint64_t look) noexcept = 0;
  // Has the point in time that the running coroutine is to wait for come, at this check of the thread's?
  virtual bool point_has_come(std::uint64_t check) noexcept = 0;
  // Does the running coroutine wait for an fd here? For one that becomes readable?
  virtual bool waits_for_fd() noexcept = 0;
  virtual bool waits_for_input() noexcept = 0;
  // The next step cannot be done: `why` says what is the case instead. The script is over.
  virtual void cannot(const std::string& why) noexcept = 0;
  // The program has done something else than the script says: the error. Null: it has not.
  virtual std::exception_ptr divergence() noexcept = 0;
  // The scheduler, on its root, has left the script because of that. May end the process.
  virtual void left_by_divergence() noexcept {}
  // The clock by which to be patient; the scheduler's own may stand still.
  virtual clock& real_time() noexcept = 0;
};

}  // namespace weft::core
