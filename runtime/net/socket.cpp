#include "net/socket.hpp"

#include <netinet/in.h>

#include <cerrno>
#include <string>
#include <system_error>
#include <utility>

#include "net/fd_flags.hpp"
#include "weft/detail/core/fd_wait.hpp"
#include "weft/detail/core/suspension.hpp"
#include "weft/errors.hpp"

namespace weft::net {

owned_fd::~owned_fd() {
  // Close through the scheduler: a coroutine may have waited for the fd.
  if (fd_ >= 0) (void)detail::close_fd(fd_);
}
int owned_fd::take() { return std::exchange(fd_, -1); }

void fail(const char* call, const std::string& name) { fail(call, name, errno); }
void fail(const char* call, const std::string& name, int error) {
  throw std::system_error(error, std::generic_category(), call + (' ' + name));
}

bool is_lost_connection(int accept_error) {
  switch (accept_error) {
    case EINTR:
    case ECONNABORTED:
    case EPROTO:
    // Linux returns network errors of the new connection as errors of accept.
    case ENETDOWN:
    case ENOPROTOOPT:
    case EHOSTDOWN:
    case EHOSTUNREACH:
    case ENETUNREACH:
#ifdef ENONET
    case ENONET:
#endif
      return true;
    default:
      return false;
  }
}

int connect_socket(int fd, const ::sockaddr* address, ::socklen_t size, const std::string& name,
                   const detail::deadline& end) {
  // A connect() interrupted by a signal continues in the background, like EINPROGRESS.
  if (::connect(fd, address, size) == 0) return 0;
  if (errno != EINPROGRESS && errno != EINTR) return errno;
  for (bool tried = false;; tried = true) {
    const detail::time_limit limit = end.left();
    switch (limit.is_zero() ? detail::io_outcome::timed_out
                            : detail::wait_fd(fd, detail::direction::writable, limit, tried)) {
      case detail::io_outcome::ready:
        break;
      case detail::io_outcome::timed_out:
        throw timeout_error("connect " + name + ": timed out");
      case detail::io_outcome::interrupted:
        detail::throw_interruption();
      case detail::io_outcome::closed:
        return ECANCELED;
    }
    int error = 0;
    ::socklen_t error_size = sizeof error;
    if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &error_size) != 0) return errno;
    if (error != 0) return error;
    socket_address peer;
    if (::getpeername(fd, peer.get(), &peer.size) == 0) return 0;
    if (errno != ENOTCONN) return errno;  // else it was woken too early
  }
}

int bind_socket(const endpoint& e, int type, const listen_options& options) {
  int error = EADDRNOTAVAIL;
  const int on = 1, off = 0;
  for (const socket_address& address : addresses_to_bind(e)) {
    owned_fd fd(open_socket(address.family(), type));
    if (fd.get() < 0) {
      // A system without IPv6: try the other form of "every address".
      if (errno != EAFNOSUPPORT) fail("socket", to_string(e));
      error = errno;
      continue;
    }
    if (type == SOCK_STREAM) (void)::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (options.reuse_port && ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0)
      fail("reuse port", to_string(e));
    // Set the option either way, because the systems' defaults differ.
    if (address.family() == AF_INET6 &&
        ::setsockopt(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY, options.v6_only ? &on : &off, sizeof on) != 0 &&
        options.v6_only)
      fail("v6_only", to_string(e));
    if (::bind(fd.get(), address.get(), address.size) == 0) return fd.take();
    error = errno;
  }
  fail("bind", to_string(e), error);
}

}  // namespace weft::net
