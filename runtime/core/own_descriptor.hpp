// A descriptor of the runtime's own in a process where others close descriptors too: a daemon closes all of them and
// opens its own, which get the same numbers.
#pragma once

#include <sys/stat.h>
#include <unistd.h>

#include <atomic>

namespace weft::core {

// Knows its object by device and inode, so that nothing is ever done to somebody else's that came by the number: ask
// ours() before each use. (Objects without an inode of their own, as epoll and eventfd, all look alike.) Between the
// question and the use another thread may still close it: nothing in POSIX closes that gap.
class own_descriptor {
 public:
  own_descriptor() = default;
  // Takes over `fd`, which was opened just now; -1: none.
  explicit own_descriptor(int fd) noexcept { set(fd); }
  ~own_descriptor() { close(); }
  own_descriptor(const own_descriptor&) = delete;
  own_descriptor& operator=(const own_descriptor&) = delete;

  void set(int fd) noexcept {
    close();
    struct stat s {};
    if (fd >= 0 && fstat(fd, &s) == 0) {
      device_ = s.st_dev;
      inode_ = s.st_ino;
    }
    fd_ = fd;
  }
  // The number as long as the object is still ours; -1: there is none, or the number is somebody else's by now.
  int ours() const noexcept {
    struct stat s {};
    const int fd = fd_;
    return fd >= 0 && fstat(fd, &s) == 0 && s.st_dev == device_ && s.st_ino == inode_ ? fd : -1;
  }
  // There was one, and it is no longer ours.
  bool is_lost() const noexcept { return fd_ >= 0 && ours() < 0; }
  bool is_set() const noexcept { return fd_ >= 0; }
  // Forgets it without closing it.
  void forget() noexcept { fd_ = -1; }
  // Forgets it, and closes it if it is still ours.
  void close() noexcept {
    if (const int fd = ours(); fd >= 0) ::close(fd);
    fd_ = -1;
  }

 private:
  std::atomic<int> fd_ = -1;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace weft::core
