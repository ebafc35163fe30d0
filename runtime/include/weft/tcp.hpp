// TCP over IPv4 and IPv6: a connection, and a listener that accepts connections.
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <sys/socket.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "weft/detail/net/stream.hpp"
#include "weft/endpoint.hpp"
#include "weft/io.hpp"
#include "weft/listen_options.hpp"

namespace weft {

// One connection. Move-only; closed by the destructor. Reading and writing: detail/stream.hpp.
class tcp_stream : public detail::stream {
 public:
  tcp_stream() = default;  // not open
  // Takes ownership of a connected socket and makes it non-blocking until close() or release(). Throws
  // std::system_error (EBADF); the caller still owns the fd then.
  explicit tcp_stream(int fd);

  // A new connection to the first address of `host` that accepts one. Suspends until the connection is made or all
  // addresses have refused. Throws std::system_error of the last address ("connect 127.0.0.1:80: Connection refused").
  static tcp_stream connect(std::string_view host, std::uint16_t port) {
    return connect_ns(host, port, detail::forever);
  }
  // The same; throws timeout_error after d in all.
  template <class Rep, class Period>
  static tcp_stream connect_for(std::string_view host, std::uint16_t port, std::chrono::duration<Rep, Period> d) {
    return connect_ns(host, port, detail::nanoseconds_of(d));
  }
  template <class Clock, class Duration>
  static tcp_stream connect_until(std::string_view host, std::uint16_t port,
                                  std::chrono::time_point<Clock, Duration> t) {
    return connect_ns(host, port, detail::until(t));
  }

  // Ends one direction: with SHUT_WR the other side reads to the end; also SHUT_RD, SHUT_RDWR. Does not suspend. Throws
  // std::system_error (ENOTCONN).
  void shutdown(int how = SHUT_WR);
  // Sends small writes at once instead of gathering them (TCP_NODELAY).
  void set_nodelay(bool on = true);
  // Throw std::system_error (ENOTCONN after the connection broke).
  endpoint local_endpoint() const;
  endpoint remote_endpoint() const;

 private:
  friend class tcp_listener;
  friend class tcp_server;
  tcp_stream(int fd, std::string peer) noexcept : stream(fd, std::move(peer), kind::socket) {}
  static tcp_stream connect_ns(std::string_view host, std::uint16_t port, detail::time_limit limit);
};

// Accepts connections. Move-only. The destructor closes it: coroutines in accept() get ECANCELED.
class tcp_listener : public detail::io_handle {
 public:
  tcp_listener() = default;  // not open
  // Takes ownership of a listening socket and makes it non-blocking until close() or release(). Throws
  // std::system_error (EBADF); the caller still owns the fd then.
  explicit tcp_listener(int fd);

  // Listens at an address of this machine, with SO_REUSEADDR; port 0: a free port, see local_endpoint(). Empty host:
  // all addresses, IPv6 and IPv4 with one socket where the system supports that, else IPv4 only; "::": the same, unless
  // v6_only; "0.0.0.0": all of IPv4. Suspends only to resolve a name, with preference for an IPv4 address. Throws
  // std::system_error ("bind 127.0.0.1:7001: Address already in use").
  static tcp_listener bind(std::string_view host, std::uint16_t port, const listen_options& options);
  static tcp_listener bind(std::string_view host, std::uint16_t port, int backlog = 1024) {
    return bind(host, port, listen_options{.backlog = backlog});
  }

  // Accepts the next connection. Suspends until there is one; waiters are served FIFO. Skips connections that broke
  // before they were accepted. Throws std::system_error (EMFILE: out of fds; the connection stays in the queue).
  tcp_stream accept() { return std::move(*accept_ns(detail::forever)); }
  // The same, for d at most or until t; empty: the time limit has passed.
  template <class Rep, class Period>
  std::optional<tcp_stream> accept_for(std::chrono::duration<Rep, Period> d) {
    return accept_ns(detail::nanoseconds_of(d));
  }
  template <class Clock, class Duration>
  std::optional<tcp_stream> accept_until(std::chrono::time_point<Clock, Duration> t) {
    return accept_ns(detail::until(t));
  }

  endpoint local_endpoint() const;  // throws std::system_error (EBADF)

 private:
  using io_handle::io_handle;
  std::optional<tcp_stream> accept_ns(detail::time_limit limit);
};

}  // namespace weft
