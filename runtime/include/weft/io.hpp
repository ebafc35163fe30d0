// Waiting for any file descriptor, closing one under its waiters, and pipes.
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
// False: the time ran out.
bool wait_fd_or_throw(int fd, direction d, detail::time_limit limit);
}  // namespace detail

// A stream ended in the middle of what was to be read.
struct end_of_stream : std::runtime_error {
  explicit end_of_stream(std::string received)
      : std::runtime_error("the stream ended after " + std::to_string(received.size()) +
                           " bytes of what was to be read"),
        partial(std::move(received)) {}
  std::string partial;  // what came before the end; the stream does not have it any more
};

// Suspends until reading from fd (or writing to it) would not block: data, room, the end or an error. Any kind of fd
// the kernel can watch; a regular file is always ready. Several may wait for one fd and direction: they are woken FIFO.
// Throws std::system_error: EBADF, and ECANCELED when the fd is closed by weft::close(). A plain thread blocks.
inline void wait_readable(int fd) { detail::wait_fd_or_throw(fd, detail::direction::readable, detail::forever); }
inline void wait_writable(int fd) { detail::wait_fd_or_throw(fd, detail::direction::writable, detail::forever); }
// The same, up to d or until t; false: the time ran out. With 0 it only looks.
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

// Closes an fd of the program's own: coroutines of this thread that wait for it get ECANCELED, and the number may be
// used again at once. Does not suspend. Throws std::system_error (EBADF, EIO). For fds in weft's objects: their
// close().
void close(int fd);

// The reading end of a pipe. Move-only; closed by the destructor.
class pipe_reader : private detail::stream {
 public:
  pipe_reader() = default;
  // Takes over an fd and makes it non-blocking until close() or release(): the open file, so also for others who share
  // it (a terminal, a shell's standard input). A program that ends otherwise leaves it so. Throws std::system_error:
  // then the fd is still the caller's.
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

// The writing end of a pipe. Without a reader, writing is std::system_error with EPIPE. Move-only; closed by the
// destructor, which is the reader's end of stream.
class pipe_writer : private detail::stream {
 public:
  pipe_writer() = default;
  explicit pipe_writer(int fd);  // as pipe_reader's

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

// Carries bytes from one stream into the other until the first ends: what the first has left over from earlier reads
// comes first. Returns how many bytes that were. Does not shut `to` down. Suspends as read_some() and write_all() of
// the two do, and throws what they throw; what was read and not yet written is lost then.
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
