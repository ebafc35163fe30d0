// Non-blocking, close-on-exec fds on every platform. Linux sets the flags in the call that makes the fd, macOS after
// it.
#pragma once

#include <sys/socket.h>

#include <array>

namespace weft::net {

// Each returns -1 with errno, like its system call.
int open_socket(int family, int type);
int open_socket_pair(std::array<int, 2>& both);  // AF_UNIX, SOCK_STREAM
int open_pipe(std::array<int, 2>& both);         // [0] reads
int accept_socket(int listener, ::sockaddr* address, ::socklen_t* size);

// Makes a program's fd non-blocking; a socket then raises no SIGPIPE. True: the open file was blocking before a first
// handle adopted it, and the caller must call give_back_fd(). Throws std::system_error.
bool adopt_fd(int fd);
// Makes the open file blocking again, as it was, for other processes that share it (a shell's standard input). Done
// with the last handle of the file, because a terminal's input and output are one file. A forked child leaves the file
// non-blocking: its parent's handles still need that.
void give_back_fd(int fd) noexcept;

}  // namespace weft::net
