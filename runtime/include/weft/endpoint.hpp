// Where on the network: host and port, and how names become addresses.
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace weft {

// A value. `host` is a numeric address ("127.0.0.1", "::1", "fe80::1%eth0") wherever weft returns one; a name is looked
// up wherever weft takes one; empty: all addresses of this machine.
struct endpoint {
  std::string host;
  std::uint16_t port = 0;

  friend bool operator==(const endpoint&, const endpoint&) = default;
};

// "127.0.0.1:80", "[::1]:80".
std::string to_string(const endpoint& e);
std::ostream& operator<<(std::ostream& out, const endpoint& e);

// The addresses of a name, in the order to be tried. `service` is a port number or a name such as "http"; empty: port
// 0. Numbers are parsed at once. Names are looked up on a thread of their own: suspends only the calling coroutine
// until the system's resolver answers; cancelled, its answer is dropped. Throws std::system_error with the resolver's
// text.
std::vector<endpoint> resolve(std::string_view host, std::string_view service);

}  // namespace weft
