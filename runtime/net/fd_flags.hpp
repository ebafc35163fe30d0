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

// An fd the program made: non-blocking from now on, a socket also silent about SIGPIPE. True: it was blocking before
// this handle or another one of the same file took it over, and give_back_fd() is due. Throws std::system_error.
bool adopt_fd(int fd);
// Blocking again, as it was found, for others who have the open file, too (a shell's standard input): with the last
// handle of that file, because a terminal's input and output are one. A forked child leaves it as it is: its parent's
// handles still need it non-blocking.
void give_back_fd(int fd) noexcept;

}  // namespace weft::net
