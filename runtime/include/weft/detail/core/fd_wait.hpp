// Waits for file descriptors; the base of the public I/O classes. Not for programs.
#pragma once

#include <cerrno>
#include <cstdint>
#include <string_view>

#include "weft/detail/core/time_limit.hpp"

namespace weft::diary {
enum class event_type : std::uint8_t;
}

namespace weft::detail {

enum class direction : std::uint8_t { readable, writable };
enum class io_outcome : std::uint8_t {
  ready,
  timed_out,
  interrupted,  // cancelled: the caller throws with throw_interruption()
  closed,       // by close_fd(): the caller throws std::system_error(ECANCELED)
};

// Suspends the running coroutine until fd is ready in that direction or has failed; a plain thread blocks in poll(2).
// Throws std::system_error for an fd that cannot be waited for (EBADF). Returns at once for a file that is always
// ready.
//
// `tried`: the fd is non-blocking, belongs to a weft object that closes it through close_fd(), and the operation has
// just failed with EAGAIN. Then an edge since that try is enough, and no system call is needed. Without `tried` (any fd
// of the program) the kernel is asked for the level.
io_outcome wait_fd(int fd, direction d, time_limit limit, bool tried);
// The end of a wait for any fd of the program, however it was done. Returns true if the fd is ready and false if the
// wait timed out. Throws if it was interrupted or the fd was closed.
bool end_of_fd_wait(int fd, io_outcome outcome);

// Wakes all waiters for fd, on all threads, with io_outcome::closed, stops watching it and closes it. The number may be
// reused at once afterwards. Returns 0 or the errno value of close(2); EINTR counts as closed.
int close_fd(int fd) noexcept;
// The same without closing; the caller owns the fd afterwards (release()).
void forget_fd(int fd) noexcept;

// Records a socket event (socket_listening, socket_accepted, socket_connected, socket_closed), if a diary is kept.
void record_socket(diary::event_type type, int fd, std::string_view endpoint) noexcept;
// Records that input came without a wait.
void record_at_once(int fd) noexcept;
// In a replay: true if the recording had to wait here; the caller must then wait without a try.
bool must_wait_for_input() noexcept;

// Calls an operation that reads input. The operation returns a negative number and sets errno if there is no input.
// `first`: the operation has not waited yet.
template <class Operation>
auto try_input(bool first, int fd, Operation&& operation) {
  if (first && must_wait_for_input()) {
    errno = EAGAIN;
    return decltype(operation())(-1);
  }
  const auto result = operation();
  if (first && result >= 0) record_at_once(fd);
  return result;
}

void record_accept_backoff(int fd, int error, std::int64_t delay_ns) noexcept;

}  // namespace weft::detail
