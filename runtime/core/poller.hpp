// What the scheduler asks of the operating system's readiness interface. Real: runtime/poller. Fake: tests/support.
// One poller belongs to one scheduler; only notify() may be called from another thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

namespace weft::core {

// Readiness of one file descriptor. Bits as in trace/words/states.hpp: readable 1, writable 2, error or hang-up 4.
struct io_event {
  int fd = -1;
  std::uint32_t generation = 0;  // as given to watch(): tells late events of a closed fd from those of its successor
  std::uint32_t ready = 0;
};

class poller {
 public:
  virtual ~poller() = default;

  // Watches fd in both directions until forget(). Edge-triggered: wait() reports each change to ready once, and what is
  // ready already once after watch() or rearm(). Returns 0 or an errno value: EPERM for files that are always ready
  // (regular files), EBADF; EEXIST is not an error: an fd the kernel knows already is re-armed with the new generation.
  virtual int watch(int fd, std::uint32_t generation) noexcept = 0;
  // Reports once more what is ready now. 0, or an errno value (ENOENT: the kernel forgot it when it was closed
  // elsewhere).
  virtual int rearm(int fd, std::uint32_t generation) noexcept = 0;
  // Stops watching; call it before close(). Harmless for an fd that is not watched.
  virtual void forget(int fd) noexcept = 0;

  // Waits up to timeout_ns (0: only looks; negative: without end) and fills `out` in the order the kernel gave.
  // Returns how many; 0 after a time-out, a signal or notify().
  virtual std::size_t wait(std::span<io_event> out, std::int64_t timeout_ns) noexcept = 0;
  // Ends the present wait(), or the next one if none is under way. Safe from any thread and from a signal handler.
  virtual void notify() noexcept = 0;

  // One more fd, for the scheduler itself: when somebody comes there, wait() ends as after notify() and take_knock() is
  // true once. -1: none any more. A poller that cannot do it does nothing.
  virtual void watch_door(int) noexcept {}
  bool take_knock() noexcept { return std::exchange(knocked_, false); }

  // In a forked child, where nobody waits with it any more: lets go of what it holds of the kernel without a trace in
  // the parent. Afterwards notify() does nothing, and nothing else may be called.
  virtual void abandon_in_child() noexcept {}

 protected:
  bool knocked_ = false;
};

}  // namespace weft::core
