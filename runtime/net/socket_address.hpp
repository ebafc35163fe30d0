// An IPv4 or IPv6 address with its port, in the kernel's form, and its two text forms. Resolves no names.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "weft/detail/core/deadline.hpp"
#include "weft/endpoint.hpp"

namespace weft::net {

struct socket_address {
  ::sockaddr_storage storage{};
  ::socklen_t size = sizeof(::sockaddr_storage);  // room before a call that fills it, used bytes after it

  int family() const { return storage.ss_family; }
  const ::sockaddr* get() const { return reinterpret_cast<const ::sockaddr*>(&storage); }
  ::sockaddr* get() { return reinterpret_cast<::sockaddr*>(&storage); }

  // Empty host and port 0 for other families (a Unix socket).
  endpoint to_endpoint() const;
};

// Accepts "127.0.0.1", "::1", "fe80::1%eth0"; nothing if the host is a name.
std::optional<socket_address> parse_numeric(std::string_view host, std::uint16_t port);

// The IPv6 form of an IPv4 address, for a socket of both families.
socket_address mapped_to_ipv6(const socket_address& v4);

// resolve() with a deadline; throws timeout_error. A plain thread is blocked until the resolver answers.
std::vector<endpoint> resolve_within(std::string_view host, std::string_view service, const detail::deadline& end);

// The addresses of an endpoint in the order to try; resolves a name. Never empty.
std::vector<socket_address> addresses_of(const endpoint& e, const detail::deadline& end);
// The same for bind(). An empty host means every address: "::", which includes IPv4 where the system can, then
// "0.0.0.0".
std::vector<socket_address> addresses_to_bind(const endpoint& e);

// Addresses of an open socket. Throw std::system_error (ENOTCONN).
endpoint local_endpoint_of(int fd);
endpoint remote_endpoint_of(int fd);

}  // namespace weft::net
