#include "weft/udp.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <memory>
#include <string>
#include <utility>

#include "net/fd_flags.hpp"
#include "net/socket.hpp"
#include "net/socket_address.hpp"
#include "trace/words/schema.hpp"

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0
#endif

namespace weft {
namespace {

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

// Keeps errno.
bool is_ipv6(int fd) {
  const int error = errno;
  net::socket_address own;
  const bool is = ::getsockname(fd, own.get(), &own.size) == 0 && own.family() == AF_INET6;
  errno = error;
  return is;
}

}  // namespace

udp_socket udp_socket::bind(std::string_view host, std::uint16_t port, const listen_options& options) {
  net::owned_fd fd(net::bind_socket({std::string(host), port}, SOCK_DGRAM, options));
  std::string name = to_string(net::local_endpoint_of(fd.get()));
  detail::record_socket(diary::event_type::socket_listening, fd.get(), name);
  return udp_socket(fd.take(), std::move(name));
}

udp_socket udp_socket::connect(std::string_view host, std::uint16_t port) {
  const auto addresses = net::addresses_of({std::string(host), port}, detail::deadline(detail::forever));
  int error = 0;
  for (const net::socket_address& address : addresses) {
    std::string name = to_string(address.to_endpoint());
    net::owned_fd fd(net::open_socket(address.family(), SOCK_DGRAM));
    if (fd.get() < 0) net::fail("socket", name);
    if (::connect(fd.get(), address.get(), address.size) == 0) {  // only stores the address: never waits
      detail::record_socket(diary::event_type::socket_connected, fd.get(), name);
      return udp_socket(fd.take(), std::move(name));
    }
    error = errno;
  }
  net::fail("connect", to_string(addresses.back().to_endpoint()), error);
}

void udp_socket::send_to(std::string_view bytes, const endpoint& to) {
  const detail::deadline end(detail::forever);
  auto address = net::addresses_of(to, end).front();
  detail::io_operation op(*this, "send");
  for (;;) {
    if (::sendto(native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL, address.get(), address.size) >= 0) return;
    if (errno == EINTR) continue;
    // Linux accepts an IPv4 address on a socket of both families, other systems want the IPv6 form.
    if ((errno == EAFNOSUPPORT || errno == EINVAL) && address.family() == AF_INET && is_ipv6(native_handle())) {
      address = net::mapped_to_ipv6(address);
      continue;
    }
    if (!would_block(errno)) net::fail("send to", to_string(to));
    (void)wait_ready(op, detail::direction::writable, end);
  }
}

bool udp_socket::send_ns(std::string_view bytes, detail::time_limit limit) {
  const detail::deadline end(limit);
  detail::io_operation op(*this, "send");
  for (;;) {
    if (::send(native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL) >= 0) return true;
    if (errno == EINTR) continue;
    if (!would_block(errno)) fail("send", errno);
    if (!wait_ready(op, detail::direction::writable, end)) return false;
  }
}

std::optional<std::pair<std::string, endpoint>> udp_socket::receive_from_ns(std::size_t max, detail::time_limit limit) {
  const detail::deadline end(limit);
  const std::unique_ptr<char[]> buffer(new char[max]);
  detail::io_operation op(*this, "receive");
  for (bool first = true;; first = false) {
    net::socket_address from;
    const ssize_t count = detail::try_input(first, native_handle(), [&] {
      return ::recvfrom(native_handle(), buffer.get(), max, 0, from.get(), &from.size);
    });
    if (count >= 0) {
      return std::pair(std::string(buffer.get(), static_cast<std::size_t>(count)), from.to_endpoint());
    }
    if (errno == EINTR) continue;
    if (!would_block(errno)) fail("receive", errno);
    if (!wait_ready(op, detail::direction::readable, end)) return std::nullopt;
  }
}

std::optional<std::string> udp_socket::receive_ns(std::size_t max, detail::time_limit limit) {
  auto received = receive_from_ns(max, limit);
  if (!received) return std::nullopt;
  return std::move(received->first);
}

endpoint udp_socket::local_endpoint() const { return net::local_endpoint_of(native_handle()); }
endpoint udp_socket::remote_endpoint() const { return net::remote_endpoint_of(native_handle()); }

}  // namespace weft
