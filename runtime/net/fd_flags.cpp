#include "net/fd_flags.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace weft::net {
namespace {

// Where MSG_NOSIGNAL does not exist the socket itself is told; other fds refuse the option, which is fine.
void silence_sigpipe([[maybe_unused]] int fd) {
#ifdef SO_NOSIGPIPE
  const int on = 1;
  (void)::setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#endif
#ifdef F_SETNOSIGPIPE
  (void)::fcntl(fd, F_SETNOSIGPIPE, 1);
#endif
}

bool set_non_blocking(int fd) {
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0) return false;
  return (flags & O_NONBLOCK) != 0 || ::fcntl(fd, F_SETFL, flags | O_NONBLOCK) == 0;
}

#ifndef __linux__
int with_flags(int fd) {
  if (fd < 0) return fd;
  if (::fcntl(fd, F_SETFD, FD_CLOEXEC) != 0 || !set_non_blocking(fd)) {
    const int error = errno;
    ::close(fd);
    errno = error;
    return -1;
  }
  silence_sigpipe(fd);
  return fd;
}

int with_flags(int result, std::array<int, 2>& both) {
  if (result != 0) return result;
  const int first = with_flags(both[0]);
  const int second = with_flags(both[1]);
  if (first >= 0 && second >= 0) return 0;
  if (first >= 0) ::close(first);
  if (second >= 0) ::close(second);
  return -1;
}
#endif

}  // namespace

#ifdef __linux__
int open_socket(int family, int type) { return ::socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); }
int open_socket_pair(std::array<int, 2>& both) {
  return ::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, both.data());
}
int open_pipe(std::array<int, 2>& both) { return ::pipe2(both.data(), O_NONBLOCK | O_CLOEXEC); }
int accept_socket(int listener, ::sockaddr* address, ::socklen_t* size) {
  return ::accept4(listener, address, size, SOCK_NONBLOCK | SOCK_CLOEXEC);
}
#else
int open_socket(int family, int type) { return with_flags(::socket(family, type, 0)); }
int open_socket_pair(std::array<int, 2>& both) {
  return with_flags(::socketpair(AF_UNIX, SOCK_STREAM, 0, both.data()), both);
}
int open_pipe(std::array<int, 2>& both) { return with_flags(::pipe(both.data()), both); }
int accept_socket(int listener, ::sockaddr* address, ::socklen_t* size) {
  return with_flags(::accept(listener, address, size));
}
#endif

bool adopt_fd(int fd) {
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0 || !set_non_blocking(fd)) {
    throw std::system_error(errno, std::generic_category(), "take over fd " + std::to_string(fd));
  }
  silence_sigpipe(fd);
  return (flags & O_NONBLOCK) == 0;
}

}  // namespace weft::net
