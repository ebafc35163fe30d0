// Stream sockets within this machine, named by a path or unnamed.
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <sys/socket.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "weft/detail/net/stream.hpp"
#include "weft/io.hpp"
#include "weft/listen_options.hpp"

namespace weft {

// One connection. Move-only; closed by the destructor. Reading and writing: detail/stream.hpp.
class unix_stream : public detail::stream {
 public:
  unix_stream() = default;  // not open
  // Takes ownership of a connected socket and makes it non-blocking until close() or release(). Throws
  // std::system_error (EBADF); the caller still owns the fd then.
  explicit unix_stream(int fd);

  // A new connection to the listener at `path`. A path that starts with NUL is in Linux's abstract namespace. Suspends
  // while the listener's queue is full. Throws std::system_error (ENOENT, ECONNREFUSED, ENAMETOOLONG).
  static unix_stream connect(std::string_view path);
  // Two streams connected with each other. Throws std::system_error (EMFILE).
  static std::pair<unix_stream, unix_stream> pair();

  // Ends one direction: with SHUT_WR the other side reads to the end. Does not suspend. Throws std::system_error.
  void shutdown(int how = SHUT_WR);

 private:
  friend class unix_listener;
  unix_stream(int fd, std::string peer) noexcept : stream(fd, std::move(peer), kind::socket) {}
};

// Accepts connections at a path. Move-only. close() and the destructor wake accept() with ECANCELED, and remove the
// path if this process made the socket at the path: not a successor's socket, and not in a forked child.
class unix_listener : private detail::io_handle {
 public:
  unix_listener() = default;  // not open
  unix_listener(unix_listener&&) noexcept = default;
  unix_listener& operator=(unix_listener&& other) noexcept;
  ~unix_listener() { close(); }

  // Listens at `path`, which must not exist (see replace_stale). Does not suspend. Throws std::system_error:
  // EADDRINUSE, with a note in its text if no process listens there any more; EACCES, ENAMETOOLONG.
  static unix_listener bind(std::string_view path, const unix_listen_options& options);
  static unix_listener bind(std::string_view path, int backlog = 1024) {
    return bind(path, unix_listen_options{.backlog = backlog});
  }

  // Accepts the next connection. Suspends until there is one; waiters are served FIFO. Throws std::system_error
  // (EMFILE).
  unix_stream accept() { return std::move(*accept_ns(detail::forever)); }
  // The same, for d at most or until t; empty: the time limit has passed.
  template <class Rep, class Period>
  std::optional<unix_stream> accept_for(std::chrono::duration<Rep, Period> d) {
    return accept_ns(detail::nanoseconds_of(d));
  }
  template <class Clock, class Duration>
  std::optional<unix_stream> accept_until(std::chrono::time_point<Clock, Duration> t) {
    return accept_ns(detail::until(t));
  }

  // Removes the path, if it is this listener's, and closes the socket. Does not suspend. Does nothing if closed.
  void close() noexcept;
  // release() gives the ownership of the fd to the caller; the path stays.
  using detail::io_handle::is_open;
  using detail::io_handle::native_handle;
  using detail::io_handle::release;
  const std::string& path() const noexcept { return name(); }

 private:
  using io_handle::io_handle;
  void remove_path() const noexcept;
  std::optional<unix_stream> accept_ns(detail::time_limit limit);

  // The socket file that this listener made, and its process: the path alone may name another socket by now.
  struct made_socket {
    std::string absolute_path;  // the working directory may change; empty: nothing was made
    std::uint64_t device = 0, inode = 0;
    std::int64_t process = 0;
  };
  made_socket made_;
};

}  // namespace weft
