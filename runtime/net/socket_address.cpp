#include "net/socket_address.hpp"

#include <arpa/inet.h>
#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <ostream>
#include <system_error>

#include "weft/detail/core/suspension.hpp"

namespace weft {

std::string to_string(const endpoint& e) {
  const bool brackets = e.host.find(':') != std::string::npos;
  std::string text;
  text.reserve(e.host.size() + 8);
  if (brackets) text += '[';
  text += e.host;
  if (brackets) text += ']';
  text += ':';
  return text += std::to_string(e.port);
}

std::ostream& operator<<(std::ostream& out, const endpoint& e) { return out << to_string(e); }

namespace net {
namespace {

// Reading sockaddr_storage as another struct is undefined, so copy it.
template <class Address>
Address as(const socket_address& a) {
  Address result;
  std::memcpy(&result, &a.storage, sizeof result);
  return result;
}

template <class Address>
socket_address from(const Address& a) {
  socket_address result;
  std::memcpy(&result.storage, &a, sizeof a);
  result.size = sizeof a;
  return result;
}

// The interface of a link-local address, by name or number. 0: there is none.
std::uint32_t parse_scope(const std::string& scope) {
  std::uint32_t number = 0;
  const char* end = scope.data() + scope.size();
  const auto [last, error] = std::from_chars(scope.data(), end, number);
  return error == std::errc{} && last == end ? number : ::if_nametoindex(scope.c_str());
}

std::string scope_text(std::uint32_t scope) {
  std::array<char, IF_NAMESIZE> name;
  return ::if_indextoname(scope, name.data()) != nullptr ? std::string(name.data()) : std::to_string(scope);
}

using name_call = int(int, ::sockaddr*, ::socklen_t*);
endpoint endpoint_of(int fd, name_call* call, const char* call_name) {
  socket_address address;
  if (call(fd, address.get(), &address.size) != 0) throw std::system_error(errno, std::generic_category(), call_name);
  return address.to_endpoint();
}

}  // namespace

endpoint socket_address::to_endpoint() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (family() == AF_INET) {
    const auto v4 = as<::sockaddr_in>(*this);
    ::inet_ntop(AF_INET, &v4.sin_addr, text.data(), text.size());
    return {text.data(), ntohs(v4.sin_port)};
  }
  if (family() == AF_INET6) {
    const auto v6 = as<::sockaddr_in6>(*this);
    // An IPv4 peer of a socket of both families: print its IPv4 address.
    if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr)) {
      ::inet_ntop(AF_INET, v6.sin6_addr.s6_addr + 12, text.data(), text.size());
      return {text.data(), ntohs(v6.sin6_port)};
    }
    ::inet_ntop(AF_INET6, &v6.sin6_addr, text.data(), text.size());
    std::string host = text.data();
    if (v6.sin6_scope_id != 0) host += '%' + scope_text(v6.sin6_scope_id);
    return {std::move(host), ntohs(v6.sin6_port)};
  }
  return {};
}

std::optional<socket_address> parse_numeric(std::string_view host, std::uint16_t port) {
  const std::size_t percent = host.find('%');
  const std::string digits(host.substr(0, percent));
  ::sockaddr_in v4{};
  if (percent == std::string_view::npos && ::inet_pton(AF_INET, digits.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    return from(v4);
  }
  ::sockaddr_in6 v6{};
  if (::inet_pton(AF_INET6, digits.c_str(), &v6.sin6_addr) != 1) return std::nullopt;
  v6.sin6_family = AF_INET6;
  v6.sin6_port = htons(port);
  if (percent != std::string_view::npos) {
    v6.sin6_scope_id = parse_scope(std::string(host.substr(percent + 1)));
    if (v6.sin6_scope_id == 0) return std::nullopt;
  }
  return from(v6);
}

socket_address mapped_to_ipv6(const socket_address& v4) {
  const auto narrow = as<::sockaddr_in>(v4);
  ::sockaddr_in6 wide{};
  wide.sin6_family = AF_INET6;
  wide.sin6_port = narrow.sin_port;
  wide.sin6_addr.s6_addr[10] = wide.sin6_addr.s6_addr[11] = 0xff;
  std::memcpy(wide.sin6_addr.s6_addr + 12, &narrow.sin_addr, sizeof narrow.sin_addr);
  return from(wide);
}

std::vector<socket_address> addresses_of(const endpoint& e, const detail::deadline& end) {
  // An empty host is this machine, as for the resolver.
  if (const auto numeric = parse_numeric(e.host.empty() ? "127.0.0.1" : e.host, e.port)) return {*numeric};
  std::vector<socket_address> found;
  for (const endpoint& one : resolve_within(e.host, std::to_string(e.port), end)) {
    if (const auto numeric = parse_numeric(one.host, one.port)) found.push_back(*numeric);
  }
  if (found.empty()) throw std::system_error(EADDRNOTAVAIL, std::generic_category(), "resolve " + e.host);
  return found;
}

std::vector<socket_address> addresses_to_bind(const endpoint& e) {
  if (e.host.empty()) return {*parse_numeric("::", e.port), *parse_numeric("0.0.0.0", e.port)};
  auto found = addresses_of(e, detail::deadline(detail::forever));
  // A name's IPv4 addresses first: a listener has only one socket.
  std::stable_partition(found.begin(), found.end(), [](const socket_address& a) { return a.family() == AF_INET; });
  return found;
}

endpoint local_endpoint_of(int fd) { return endpoint_of(fd, &::getsockname, "getsockname"); }
endpoint remote_endpoint_of(int fd) { return endpoint_of(fd, &::getpeername, "getpeername"); }

}  // namespace net
}  // namespace weft
