// Closing a file descriptor wakes everybody who waits for it: also coroutines of other schedulers and plain threads
// that stand in poll(2). The kernel would leave both where they are, or show them the number's next owner.
#pragma once

#include <cstdint>

#include "core/own_descriptor.hpp"

namespace weft::core {

class scheduler;

// Tells every open scheduler but `own` (null: none of them is ours), and every plain thread that waits for fd, that fd
// is being closed. Before close(2): afterwards the number may already be somebody else's.
void tell_others_of_closing(int fd, scheduler* own) noexcept;

// A plain thread's wait for one fd, from its construction to its end: close_fd() elsewhere finds it.
class thread_fd_wait {
 public:
  explicit thread_fd_wait(int fd);
  ~thread_fd_wait();
  thread_fd_wait(const thread_fd_wait&) = delete;
  thread_fd_wait& operator=(const thread_fd_wait&) = delete;

  // Becomes readable when the fd is closed.
  int alarm() const noexcept { return alarm_->ours(); }
  bool closed() const noexcept;

 private:
  friend void tell_others_of_closing(int fd, scheduler* own) noexcept;
  int fd_;
  const own_descriptor* alarm_;  // the thread's
  const own_descriptor* ring_;   // the alarm's writing end
  bool closed_ = false;          // guarded by the lock of all
  thread_fd_wait* previous_ = nullptr;
  thread_fd_wait* next_ = nullptr;
};

// Around a fork, see core/fork.hpp. In the child nobody waits.
void hold_waits_of_threads() noexcept;
void let_go_waits_of_threads() noexcept;
void abandon_waits_of_threads() noexcept;

}  // namespace weft::core
