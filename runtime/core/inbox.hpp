// What other threads want of a scheduler: it is put into the inbox and done on the scheduler's own thread, so that
// nothing of a coroutine is ever touched by two threads. Inboxes are recycled but never freed: whoever holds one late
// can still ask it.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

#include "core/event_mark.hpp"
#include "trace/words/states.hpp"

namespace weft::core {

struct coroutine;
class poller;

// A wake of a coroutine that was granted what it waits for by another thread, or work to be done there.
struct inbox_message {
  coroutine* woken = nullptr;  // null: `work` is to be called
  std::uint64_t object_id = 0;
  event_mark waker;  // what the waking thread had recorded last
  std::function<void()> work;
  bool at_any_time = false;  // `work` decides nothing that a replay would have to repeat
};

// An fd that another thread is closing: whoever waits for it is to be woken.
struct closed_fd {
  int fd = -1;
  event_mark closer;
};

class inbox {
 public:
  // A recycled or new one, open, whose owner sleeps in `p`.
  static inbox* open(poller& p);
  // The scheduler's end: nothing is taken any more. What was not taken out is dropped.
  void close() noexcept;

  // From any thread. False if the scheduler has ended; then nothing happened. May throw std::bad_alloc.
  bool post(inbox_message m);

  // The same for all that are open, but for `own`.
  static void post_to_others(const inbox* own, const closed_fd& closed);

  // Around a fork, see core/fork.hpp: nobody posts meanwhile. In the child all inboxes are closed without a look at
  // what was in them.
  static void hold_all();
  static void let_go_all();
  static void abandon_all();

  // From any thread: its scheduler stayed behind in the process that forked this one.
  bool is_parents() const noexcept { return parents_.load(std::memory_order_relaxed); }

  // On the scheduler's thread: something may be there. One relaxed load.
  bool maybe_filled() const noexcept { return filled_.load(std::memory_order_relaxed); }
  // Somebody closed an fd. Has to be asked before a new wait for an fd, because the number may be in use again.
  // Acquire: whoever knows the new fd by way of the closer sees the closing too.
  bool has_closed_fds() const noexcept { return has_closed_fds_.load(std::memory_order_acquire); }
  // Takes everything out, oldest first.
  void take(std::vector<inbox_message>& out);
  void take_closed_fds(std::vector<closed_fd>& out);

 private:
  std::mutex lock_;
  std::vector<inbox_message> messages_;
  std::vector<closed_fd> closed_fds_;
  std::atomic<bool> filled_{false};
  std::atomic<bool> has_closed_fds_{false};
  std::atomic<bool> parents_{false};
  poller* sleeper_ = nullptr;  // null: closed
};

}  // namespace weft::core
