// Datagrams over IPv4 and IPv6.
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "weft/detail/core/suspension.hpp"
#include "weft/detail/net/io_handle.hpp"
#include "weft/endpoint.hpp"
#include "weft/listen_options.hpp"

namespace weft {

// Move-only. The destructor closes it: all waiters get ECANCELED. A wait that is cancelled or times out has removed no
// datagram. Failures are std::system_error (ECONNREFUSED: no process listened for an earlier datagram; EMSGSIZE).
class udp_socket : public detail::io_handle {
 public:
  udp_socket() = default;  // not open
  // Receives at an address of this machine; port 0: a free port; hosts as in tcp_listener::bind(). Suspends only to
  // resolve a name. Throws std::system_error.
  static udp_socket bind(std::string_view host, std::uint16_t port, const listen_options& options = {});
  // Sends to one address, and receives only from it. Suspends only to resolve a name.
  static udp_socket connect(std::string_view host, std::uint16_t port);

  // Sends one datagram. Suspends until the kernel has room for it, and to resolve a name.
  void send_to(std::string_view bytes, const endpoint& to);
  void send(std::string_view bytes) { send_ns(bytes, detail::forever); }  // of a connected one, else EDESTADDRREQ
  template <class Rep, class Period>
  bool send_for(std::string_view bytes, std::chrono::duration<Rep, Period> d) {
    return send_ns(bytes, detail::nanoseconds_of(d));
  }
  template <class Clock, class Duration>
  bool send_until(std::string_view bytes, std::chrono::time_point<Clock, Duration> t) {
    return send_ns(bytes, detail::until(t));
  }

  // Returns one datagram and its sender; bytes beyond max are lost. Suspends until there is one. A datagram may be
  // empty.
  std::pair<std::string, endpoint> receive_from(std::size_t max = 65536) {
    return *receive_from_ns(max, detail::forever);
  }
  template <class Rep, class Period>
  std::optional<std::pair<std::string, endpoint>> receive_from_for(std::chrono::duration<Rep, Period> d,
                                                                   std::size_t max = 65536) {
    return receive_from_ns(max, detail::nanoseconds_of(d));
  }
  template <class Clock, class Duration>
  std::optional<std::pair<std::string, endpoint>> receive_from_until(std::chrono::time_point<Clock, Duration> t,
                                                                     std::size_t max = 65536) {
    return receive_from_ns(max, detail::until(t));
  }
  std::string receive(std::size_t max = 65536) { return *receive_ns(max, detail::forever); }
  template <class Rep, class Period>
  std::optional<std::string> receive_for(std::chrono::duration<Rep, Period> d, std::size_t max = 65536) {
    return receive_ns(max, detail::nanoseconds_of(d));
  }
  template <class Clock, class Duration>
  std::optional<std::string> receive_until(std::chrono::time_point<Clock, Duration> t, std::size_t max = 65536) {
    return receive_ns(max, detail::until(t));
  }

  endpoint local_endpoint() const;   // throws std::system_error
  endpoint remote_endpoint() const;  // of a connected one, else ENOTCONN

 private:
  using io_handle::io_handle;
  bool send_ns(std::string_view bytes, detail::time_limit limit);
  std::optional<std::pair<std::string, endpoint>> receive_from_ns(std::size_t max, detail::time_limit limit);
  std::optional<std::string> receive_ns(std::size_t max, detail::time_limit limit);
};

}  // namespace weft
