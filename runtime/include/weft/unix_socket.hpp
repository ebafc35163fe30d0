// Stream sockets of this machine, named by a path or not at all.
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
  // Takes over a connected socket and makes it non-blocking until close() or release(). Throws std::system_error
  // (EBADF): then the fd is still the caller's.
  explicit unix_stream(int fd);

  // A new connection to the listener at `path`. A path that begins with NUL is in Linux's abstract namespace. Suspends
  // while the listener's queue is full. Throws std::system_error (ENOENT, ECONNREFUSED, ENAMETOOLONG).
  static unix_stream connect(std::string_view path);
  // Two streams connected with each other. Throws std::system_error (EMFILE).
  static std::pair<unix_stream, unix_stream> pair();

  // Ends one direction: SHUT_WR lets the other side read to the end. Does not suspend. Throws std::system_error.
  void shutdown(int how = SHUT_WR);

 private:
  friend class unix_listener;
  unix_stream(int fd, std::string peer) noexcept : stream(fd, std::move(peer), kind::socket) {}
};

// Accepts connections at a path. Move-only; close() and the destructor wake accept() with ECANCELED, and remove the
// path if this process made the socket that stands there: not a successor's, not from a forked child.
class unix_listener : private detail::io_handle {
 public:
  unix_listener() = default;  // not open
  unix_listener(unix_listener&&) noexcept = default;
  unix_listener& operator=(unix_listener&& other) noexcept;
  ~unix_listener() { close(); }

  // Listens at `path`, which must not exist (see replace_stale). Does not suspend. Throws std::system_error:
  // EADDRINUSE, whose text says so if nobody listens there any more; EACCES, ENAMETOOLONG.
  static unix_listener bind(std::string_view path, const unix_listen_options& options);
  static unix_listener bind(std::string_view path, int backlog = 1024) {
    return bind(path, unix_listen_options{.backlog = backlog});
  }

  // The next connection, FIFO among those who wait. Suspends until there is one. Throws std::system_error (EMFILE).
  unix_stream accept() { return std::move(*accept_ns(detail::forever)); }
  // The same, up to d or until t.
  template <class Rep, class Period>
  std::optional<unix_stream> accept_for(std::chrono::duration<Rep, Period> d) {
    return accept_ns(detail::nanoseconds_of(d));
  }
  template <class Clock, class Duration>
  std::optional<unix_stream> accept_until(std::chrono::time_point<Clock, Duration> t) {
    return accept_ns(detail::until(t));
  }

  // Removes the path, if it is this listener's, and closes. Does not suspend. Closed already: nothing.
  void close() noexcept;
  // release() gives the fd away; the path stays.
  using detail::io_handle::is_open;
  using detail::io_handle::native_handle;
  using detail::io_handle::release;
  const std::string& path() const noexcept { return name(); }

 private:
  using io_handle::io_handle;
  void remove_path() const noexcept;
  std::optional<unix_stream> accept_ns(detail::time_limit limit);

  // What was made at the path, and by whom: the path alone may mean another socket by now.
  struct made_socket {
    std::string absolute_path;  // the working directory may change; empty: nothing was made
    std::uint64_t device = 0, inode = 0;
    std::int64_t process = 0;
  };
  made_socket made_;
};

}  // namespace weft
