// Options for binding a socket.
#pragma once

#include "weft/detail/core/cxx20.hpp"

namespace weft {

// For sockets with an IP address.
struct listen_options {
  int backlog = 1024;       // length of the kernel's queue of connections; unused for datagrams
  bool v6_only = false;     // an IPv6 socket accepts no IPv4 peers: "::" and "0.0.0.0" can both be bound to one port
  bool reuse_port = false;  // SO_REUSEPORT: several sockets share the port, if all set this
};

// For sockets with a path.
struct unix_listen_options {
  bool replace_stale = false;  // first remove a socket at the path that no process listens at
  int backlog = 1024;
};

}  // namespace weft
