// Waits for any file descriptor, closes one under its waiters, and makes pipes.
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "weft/detail/core/fd_wait.hpp"
#include "weft/detail/core/suspension.hpp"
#include "weft/detail/net/stream.hpp"

namespace weft {

namespace detail {
inline constexpr std::size_t copy_buffer_size = 65536;
// False: the time limit has passed.
bool wait_fd_or_throw(int fd, direction d, detail::time_limit limit);
}  // namespace detail

// A stream ended in the middle of the requested data.
struct end_of_stream : std::runtime_error {
  explicit end_of_stream(std::string received)
      : std::runtime_error("the stream ended after " + std::to_string(received.size()) +
                           " bytes of what was to be read"),
        partial(std::move(received)) {}
  std::string partial;  // the bytes before the end; they are not in the stream any more
};

// Suspends until a read from fd (or a write to it) would not block: there is data, room, the end or an error. Works
// with any fd that the kernel can watch; a regular file is always ready. Several coroutines may wait for one fd and
// direction; they are woken FIFO. Throws std::system_error: EBADF, and ECANCELED when weft::close() closes the fd.
// Blocks a plain thread.
inline void wait_readable(int fd) { detail::wait_fd_or_throw(fd, detail::direction::readable, detail::forever); }
inline void wait_writable(int fd) { detail::wait_fd_or_throw(fd, detail::direction::writable, detail::forever); }
// The same, for d at most or until t; false: the time limit has passed. A limit of 0 only checks.
template <class Rep, class Period>
bool wait_readable_for(int fd, std::chrono::duration<Rep, Period> d) {
  return detail::wait_fd_or_throw(fd, detail::direction::readable, detail::nanoseconds_of(d));
}
template <class Rep, class Period>
bool wait_writable_for(int fd, std::chrono::duration<Rep, Period> d) {
  return detail::wait_fd_or_throw(fd, detail::direction::writable, detail::nanoseconds_of(d));
}
template <class Clock, class Duration>
bool wait_readable_until(int fd, std::chrono::time_point<Clock, Duration> t) {
  return detail::wait_fd_or_throw(fd, detail::direction::readable, detail::until(t));
}
template <class Clock, class Duration>
bool wait_writable_until(int fd, std::chrono::time_point<Clock, Duration> t) {
  return detail::wait_fd_or_throw(fd, detail::direction::writable, detail::until(t));
}

// Closes an fd of the program. Coroutines of this thread that wait for the fd get ECANCELED. The number may be reused
// at once. Does not suspend. Throws std::system_error (EBADF, EIO). For fds in weft's objects use their close().
void close(int fd);

// The reading end of a pipe. Move-only; closed by the destructor.
class pipe_reader : private detail::stream {
 public:
  pipe_reader() = default;
  // Takes ownership of the fd and makes its open file non-blocking until close() or release(), also for other processes
  // that share it (a terminal, a shell's standard input). If the program ends in another way, the file stays
  // non-blocking. Throws std::system_error; the caller still owns the fd then.
  explicit pipe_reader(int fd);

  using detail::io_handle::is_open;
  using detail::io_handle::native_handle;
  using detail::stream::buffered;
  using detail::stream::close;
  using detail::stream::read_all;
  using detail::stream::read_all_for;
  using detail::stream::read_all_until;
  using detail::stream::read_exactly;
  using detail::stream::read_exactly_for;
  using detail::stream::read_exactly_until;
  using detail::stream::read_some;
  using detail::stream::read_some_for;
  using detail::stream::read_some_until;
  using detail::stream::read_until;
  using detail::stream::read_until_for;
  using detail::stream::read_until_until;
  using detail::stream::release;
};

// The writing end of a pipe. Without a reader, a write throws std::system_error with EPIPE. Move-only; closed by the
// destructor, which the reader sees as the end of the stream.
class pipe_writer : private detail::stream {
 public:
  pipe_writer() = default;
  explicit pipe_writer(int fd);  // like pipe_reader's

  using detail::io_handle::is_open;
  using detail::io_handle::native_handle;
  using detail::stream::close;
  using detail::stream::release;
  using detail::stream::write_all;
  using detail::stream::write_all_for;
  using detail::stream::write_all_until;
  using detail::stream::write_some;
  using detail::stream::write_some_for;
  using detail::stream::write_some_until;
};

// A new pipe, close-on-exec. Throws std::system_error (EMFILE).
std::pair<pipe_reader, pipe_writer> make_pipe();

// Copies bytes from one stream to the other until the first one ends, starting with bytes that earlier reads left in
// its buffer. Returns the number of bytes. Does not shut `to` down. Suspends like read_some() and write_all(), and
// throws their errors; bytes read but not yet written are lost then.
template <class From, class To>
std::size_t copy(From& from, To& to) {
  std::size_t carried = 0;
  const std::unique_ptr<char[]> buffer(new char[detail::copy_buffer_size]);
  while (const std::size_t count = from.read_some(buffer.get(), detail::copy_buffer_size)) {
    to.write_all(std::string_view(buffer.get(), count));
    carried += count;
  }
  return carried;
}

}  // namespace weft
