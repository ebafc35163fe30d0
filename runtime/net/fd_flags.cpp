#include "net/fd_flags.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>
#ifdef __linux__
#include <linux/kcmp.h>
#include <sys/syscall.h>
#endif

#include <algorithm>
#include <cerrno>
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

// A handle's fd whose open file was blocking before weft's handles adopted it.
struct lent_file {
  int fd;
  ::pid_t process;  // that made it non-blocking
};
using file_id = std::pair<::dev_t, ::ino_t>;
struct lent_files {
  std::mutex lock;
  std::multimap<file_id, lent_file> files;
};
lent_files& all_lent() {
  static lent_files* const lent = new lent_files;  // leaked: handles may be static objects
  return *lent;
}
file_id id_of(const struct ::stat& status) { return {status.st_dev, status.st_ino}; }

// Do two fds of one inode share their flags? Both ends of a pipe have one inode, as has a terminal that was opened
// twice.
bool are_one_open_file(int a, int b) {
  const int flags_a = ::fcntl(a, F_GETFL);
  const int flags_b = ::fcntl(b, F_GETFL);
  if (flags_a < 0 || flags_a != flags_b) return false;
#ifdef SYS_kcmp
  const ::pid_t self = ::getpid();
  const auto order = ::syscall(SYS_kcmp, self, self, KCMP_FILE, a, b);
  if (order >= 0) return order == 0;
#endif
  return true;  // as far as one can know
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
  const auto refuse = [fd] {
    throw std::system_error(errno, std::generic_category(), "take over fd " + std::to_string(fd));
  };
  struct ::stat status {};
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags < 0 || ::fstat(fd, &status) != 0) refuse();
  lent_files& lent = all_lent();
  const std::lock_guard guard(lent.lock);
  // Non-blocking: by the program, or by another handle of the same open file.
  bool is_lent = (flags & O_NONBLOCK) == 0;
  ::pid_t process = ::getpid();
  const auto [first, last] = lent.files.equal_range(id_of(status));
  for (auto other = first; other != last && !is_lent; ++other) {
    is_lent = are_one_open_file(fd, other->second.fd);
    if (is_lent) process = other->second.process;
  }
  const auto place = is_lent ? lent.files.emplace(id_of(status), lent_file{fd, process}) : lent.files.end();
  if (!set_non_blocking(fd)) {
    const int error = errno;
    if (is_lent) lent.files.erase(place);
    errno = error;
    refuse();
  }
  silence_sigpipe(fd);
  return is_lent;
}

void give_back_fd(int fd) noexcept {
  struct ::stat status {};
  if (::fstat(fd, &status) != 0) return;
  lent_files& lent = all_lent();
  const std::lock_guard guard(lent.lock);
  const auto [first, last] = lent.files.equal_range(id_of(status));
  const auto found = std::find_if(first, last, [fd](const auto& entry) { return entry.second.fd == fd; });
  if (found == last) return;
  const bool ours = found->second.process == ::getpid();
  const bool is_shared = std::any_of(
      first, last, [fd](const auto& entry) { return entry.second.fd != fd && are_one_open_file(fd, entry.second.fd); });
  lent.files.erase(found);
  const int flags = ours && !is_shared ? ::fcntl(fd, F_GETFL) : -1;
  if (flags >= 0) (void)::fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
}

}  // namespace weft::net
