// A place on the network: host and port. Also resolves names to addresses.
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace weft {

// A value. In results of weft `host` is always a numeric address ("127.0.0.1", "::1", "fe80::1%eth0"). As an argument
// it may be a name, which weft resolves; empty means all addresses of this machine.
struct endpoint {
  std::string host;
  std::uint16_t port = 0;

  friend bool operator==(const endpoint&, const endpoint&) = default;
};

// "127.0.0.1:80", "[::1]:80".
std::string to_string(const endpoint& e);
std::ostream& operator<<(std::ostream& out, const endpoint& e);

// Returns the addresses of a name in the order to try. `service` is a port number or a name such as "http"; empty: port
// 0. Numeric addresses are parsed at once. A name is resolved on a thread of its own: the calling coroutine suspends
// until the system's resolver answers. A cancellation ends the wait, and the answer is dropped. Throws
// std::system_error with the resolver's text.
std::vector<endpoint> resolve(std::string_view host, std::string_view service);

}  // namespace weft
