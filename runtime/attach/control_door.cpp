#include "attach/control_door.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <string_view>

#include "record/discovery.hpp"

namespace weft::attach {

namespace {

bool is_off(const char* variable) noexcept {
  const char* value = std::getenv(variable);
  return value != nullptr && std::string_view(value) == "off";
}

// The caller of a set-user-id program controls its environment.
bool has_rights_of_another() noexcept { return getuid() != geteuid() || getgid() != getegid(); }

[[maybe_unused]] void tame(int fd) noexcept {
  fcntl(fd, F_SETFD, FD_CLOEXEC);
  fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
#if defined(SO_NOSIGPIPE)
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#endif
}

int new_socket() noexcept {
#if defined(SOCK_CLOEXEC)
  return socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
#else
  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  if (fd >= 0) tame(fd);
  return fd;
#endif
}

int accept_one(int door) noexcept {
#if defined(SOCK_CLOEXEC)
  return accept4(door, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
#else
  const int fd = accept(door, nullptr, nullptr);
  if (fd >= 0) tame(fd);
  return fd;
#endif
}

bool is_this_user(int fd) noexcept {
#if defined(SO_PEERCRED)
  ucred peer{};
  socklen_t size = sizeof peer;
  return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == geteuid();
#else
  uid_t user = 0;
  gid_t group = 0;
  return getpeereid(fd, &user, &group) == 0 && user == geteuid();
#endif
}

// True if the client has closed its end already: it only wanted to know whether the program runs.
bool has_left(int fd) noexcept {
  char byte;
  return recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0;
}

}  // namespace

int open_door(std::string& path) noexcept {
  if (is_off("WEFT_TRACE") || is_off("WEFT_CONTROL") || has_rights_of_another()) return -1;
  int fd = -1;
  try {
    if (!record::make_discovery_folder()) return -1;
    path = record::discovery_folder() + "/" + std::to_string(getpid()) + ".control";
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= sizeof address.sun_path) return -1;
    std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
    fd = new_socket();
    const auto bound = [&] { return bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0; };
    // An address in use was left by an earlier process with this pid. Nobody can connect before listen(), so the mode
    // may be set after bind().
    if (fd >= 0 && (bound() || (errno == EADDRINUSE && unlink(path.c_str()) == 0 && bound()))) {
      if (chmod(path.c_str(), 0600) == 0 && listen(fd, 8) == 0) return fd;
      unlink(path.c_str());
    }
  } catch (const std::exception&) {
    // A program that viewers cannot find still runs.
  }
  if (fd >= 0) close(fd);
  return -1;
}

int let_in(int door) noexcept {
  for (;;) {
    const int fd = accept_one(door);
    if (fd < 0 && (errno == EINTR || errno == ECONNABORTED)) continue;
    if (fd < 0 || (is_this_user(fd) && !has_left(fd))) return fd;
    close(fd);
  }
}

bool send_whole(int fd, const void* bytes, std::size_t size) noexcept {
#if defined(MSG_NOSIGNAL)
  constexpr int flags = MSG_NOSIGNAL | MSG_DONTWAIT;
#else
  constexpr int flags = MSG_DONTWAIT;
#endif
  ssize_t sent;
  do {
    sent = send(fd, bytes, size, flags);
  } while (sent < 0 && errno == EINTR);
  return sent == static_cast<ssize_t>(size);
}

}  // namespace weft::attach
