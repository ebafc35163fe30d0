#include "net/fd_flags.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <map>
#include <mutex>
#include <string>
#include <system_error>
#include <utility>

namespace weft::net {
namespace {

// Without MSG_NOSIGNAL the socket itself gets the option; other fds refuse it, which does no harm.
void silence_sigpipe([[maybe_unused]] int fd) {
#ifdef SO_NOSIGPIPE
  const int on = 1;
  (void)::setsockopt(fd, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#endif
#ifdef F_SETNOSIGPIPE
  (void)::fcntl(fd, F_SETNOSIGPIPE, 1);
#endif
}

// An open file that was blocking before weft's handles adopted it.
struct lent_file {
  std::size_t handles = 0;
  ::pid_t process = ::getpid();  // the process that made it non-blocking
};
struct lent_files {
  std::mutex lock;
  std::map<std::pair<::dev_t, ::ino_t>, lent_file> files;
};
lent_files& all_lent() {
  static lent_files* const lent = new lent_files;  // leaked: handles may be static objects
  return *lent;
}
std::pair<::dev_t, ::ino_t> file_id(const struct ::stat& status) { return {status.st_dev, status.st_ino}; }

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
  const auto refuse = [fd] {
    throw std::system_error(errno, std::generic_category(), "take over fd " + std::to_string(fd));
  };
  struct ::stat status {};
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0 || ::fstat(fd, &status) != 0) refuse();
  lent_files& lent = all_lent();
  const std::lock_guard guard(lent.lock);
  auto found = lent.files.find(file_id(status));
  if (found == lent.files.end()) {
    if ((flags & O_NONBLOCK) == 0) found = lent.files.emplace(file_id(status), lent_file{}).first;
  }
  if (!set_non_blocking(fd)) refuse();
  silence_sigpipe(fd);
  if (found == lent.files.end()) return false;
  ++found->second.handles;
  return true;
}

void give_back_fd(int fd) noexcept {
  struct ::stat status {};
  if (::fstat(fd, &status) != 0) return;
  lent_files& lent = all_lent();
  const std::lock_guard guard(lent.lock);
  const auto found = lent.files.find(file_id(status));
  if (found == lent.files.end() || --found->second.handles > 0) return;
  const bool ours = found->second.process == ::getpid();
  lent.files.erase(found);
  const int flags = ours ? ::fcntl(fd, F_GETFL) : -1;
  if (flags >= 0) (void)::fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
}

}  // namespace weft::net
