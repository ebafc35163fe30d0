// Non-blocking, close-on-exec fds on every platform: Linux sets the flags in the call that makes the fd, macOS after
// it.
#pragma once

#include <sys/socket.h>

#include <array>

namespace weft::net {

// All return -1 with errno, as the system calls they stand for.
int open_socket(int family, int type);
int open_socket_pair(std::array<int, 2>& both);  // AF_UNIX, SOCK_STREAM
int open_pipe(std::array<int, 2>& both);         // [0] reads
int accept_socket(int listener, ::sockaddr* address, ::socklen_t* size);

// An fd the program made: non-blocking from now on, a socket also silent about SIGPIPE. True: it was blocking. Throws
// std::system_error.
bool adopt_fd(int fd);

}  // namespace weft::net
