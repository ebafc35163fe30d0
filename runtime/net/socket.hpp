// The steps that sockets of all kinds share.
#pragma once

#include <string>
#include <vector>

#include "net/socket_address.hpp"
#include "weft/detail/core/deadline.hpp"
#include "weft/listen_options.hpp"

namespace weft::net {

// Owns an fd until take().
class owned_fd {
 public:
  explicit owned_fd(int fd) : fd_(fd) {}
  owned_fd(const owned_fd&) = delete;
  owned_fd& operator=(const owned_fd&) = delete;
  ~owned_fd();
  int get() const { return fd_; }
  int take();

 private:
  int fd_;
};

// Throws std::system_error of errno, what(): "call name: ...".
[[noreturn]] void fail(const char* call, const std::string& name);
[[noreturn]] void fail(const char* call, const std::string& name, int error);

// True for an error of one connection, not of the listener: the connection is gone.
bool is_lost_connection(int accept_error);

// Connects fd. Suspends until the connection is made or refused, or the deadline has passed (timeout_error). Returns an
// errno value.
int connect_socket(int fd, const ::sockaddr* address, ::socklen_t size, const std::string& name,
                   const detail::deadline& end);

// A socket bound to the first usable address of `e`; port 0: a free port. See tcp_listener::bind().
int bind_socket(const endpoint& e, int type, const listen_options& options);

}  // namespace weft::net
