// Waiting for file descriptors: what the public I/O classes stand on. Not for programs.
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
  interrupted,  // cancelled: call throw_interruption()
  closed,       // by close_fd(): std::system_error(ECANCELED) is due
};

// Suspends the running coroutine (a plain thread blocks in poll(2)) until fd is ready in that direction or has failed.
// Throws std::system_error for an fd that cannot be waited for (EBADF). Files that are always ready return at once.
//
// `tried`: the fd is non-blocking, belongs to a weft object that closes it through close_fd(), and the operation has
// just said EAGAIN; then an edge that came since is enough and no system call is needed. Otherwise (any fd of the
// program's) the kernel is asked for the present level.
io_outcome wait_fd(int fd, direction d, time_limit limit, bool tried);

// Wakes everybody who waits for fd, on whatever thread, with io_outcome::closed, stops watching it and closes it. After
// that the number may be reused at once. Returns 0 or close(2)'s errno value; EINTR counts as closed.
int close_fd(int fd) noexcept;
// The same without closing: the caller takes the fd over (release()).
void forget_fd(int fd) noexcept;

// Puts a socket event (socket_listening, socket_accepted, socket_connected, socket_closed) into the diary, if one is
// kept.
void record_socket(diary::event_type type, int fd, std::string_view endpoint) noexcept;
// Input without a wait, for the diary; and in a replay: where the recording had to wait, true, so that whoever is about
// to try does not, but waits.
void record_at_once(int fd) noexcept;
bool must_wait_for_input() noexcept;

// Tries an operation that takes something in and returns a negative number, with errno, if it cannot. `first`: nobody
// has waited for it yet.
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
