#include "weft/tcp.hpp"

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <cerrno>
#include <string>
#include <utility>

#include "net/fd_flags.hpp"
#include "net/socket.hpp"
#include "net/socket_address.hpp"
#include "trace/words/schema.hpp"

namespace weft {
namespace {

// The peer's endpoint, or "" for a socket without a peer.
std::string peer_text(int fd) {
  net::socket_address peer;
  return ::getpeername(fd, peer.get(), &peer.size) == 0 ? to_string(peer.to_endpoint()) : std::string();
}

}  // namespace

tcp_stream::tcp_stream(int fd) : stream(fd, peer_text(fd), kind::socket, net::adopt_fd(fd)) {
  detail::record_socket(diary::event_type::socket_connected, fd, name());
}

tcp_stream tcp_stream::connect_ns(std::string_view host, std::uint16_t port, detail::time_limit limit) {
  const detail::deadline end(limit);
  int error = 0;
  std::string name;
  for (const net::socket_address& address : net::addresses_of({std::string(host), port}, end)) {
    name = to_string(address.to_endpoint());
    net::owned_fd fd(net::open_socket(address.family(), SOCK_STREAM));
    if (fd.get() < 0) net::fail("socket", name);
    error = net::connect_socket(fd.get(), address.get(), address.size, name, end);
    if (error == 0) {
      detail::record_socket(diary::event_type::socket_connected, fd.get(), name);
      return tcp_stream(fd.take(), std::move(name));
    }
  }
  net::fail("connect", name, error);
}

void tcp_stream::shutdown(int how) {
  if (::shutdown(native_handle(), how) != 0) fail("shutdown", errno);
}

void tcp_stream::set_nodelay(bool on) {
  const int value = on ? 1 : 0;
  if (::setsockopt(native_handle(), IPPROTO_TCP, TCP_NODELAY, &value, sizeof value) != 0) fail("set_nodelay", errno);
}

endpoint tcp_stream::local_endpoint() const { return net::local_endpoint_of(native_handle()); }
endpoint tcp_stream::remote_endpoint() const { return net::remote_endpoint_of(native_handle()); }

tcp_listener::tcp_listener(int fd)
    : io_handle(fd, to_string(net::local_endpoint_of(fd)), kind::socket, net::adopt_fd(fd)) {
  detail::record_socket(diary::event_type::socket_listening, fd, name());
}

tcp_listener tcp_listener::bind(std::string_view host, std::uint16_t port, const listen_options& options) {
  net::owned_fd fd(net::bind_socket({std::string(host), port}, SOCK_STREAM, options));
  std::string name = to_string(net::local_endpoint_of(fd.get()));
  if (::listen(fd.get(), options.backlog) != 0) net::fail("listen", name);
  detail::record_socket(diary::event_type::socket_listening, fd.get(), name);
  return tcp_listener(fd.take(), std::move(name));
}

std::optional<tcp_stream> tcp_listener::accept_ns(detail::time_limit limit) {
  const detail::deadline end(limit);
  detail::io_operation op(*this, "accept");
  for (bool first = true;; first = false) {
    net::socket_address peer;
    const int fd = detail::try_input(first, native_handle(),
                                     [&] { return net::accept_socket(native_handle(), peer.get(), &peer.size); });
    if (fd >= 0) {
      net::owned_fd connection(fd);
      std::string peer_name = to_string(peer.to_endpoint());
      detail::record_socket(diary::event_type::socket_accepted, fd, peer_name);
      return tcp_stream(connection.take(), std::move(peer_name));
    }
    if (net::is_lost_connection(errno)) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK) fail("accept", errno);
    if (!wait_ready(op, detail::direction::readable, end)) return std::nullopt;
  }
}

endpoint tcp_listener::local_endpoint() const { return net::local_endpoint_of(native_handle()); }

}  // namespace weft
