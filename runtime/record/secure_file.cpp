#include "record/secure_file.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "trace/file/writer_identity.hpp"
#include "trace/words/format.hpp"
#include "trace/words/say.hpp"

namespace weft::record {

namespace {

// Writing beyond RLIMIT_FSIZE returns EFBIG and sends this thread a signal that ends the program. This object blocks
// the signal while it exists, and then removes a pending one.
class no_size_signal {
 public:
  no_size_signal() noexcept {
    sigset_t pending;
    sigemptyset(&signal_);
    sigaddset(&signal_, SIGXFSZ);
    was_pending_ = sigpending(&pending) == 0 && sigismember(&pending, SIGXFSZ) == 1;
    pthread_sigmask(SIG_BLOCK, &signal_, &before_);
  }
  ~no_size_signal() {
    sigset_t pending;
    int number = 0;
    if (!was_pending_ && sigpending(&pending) == 0 && sigismember(&pending, SIGXFSZ) == 1) sigwait(&signal_, &number);
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  no_size_signal(const no_size_signal&) = delete;
  no_size_signal& operator=(const no_size_signal&) = delete;

 private:
  sigset_t signal_, before_;
  bool was_pending_;
};

// True if `fd` still is the file at `path`.
bool stands_there(const char* path, int fd) noexcept {
  struct stat there {
  }, ours{};
  return fstat(fd, &ours) == 0 && lstat(path, &there) == 0 && there.st_dev == ours.st_dev &&
         there.st_ino == ours.st_ino;
}

// Opens and locks the file at `path` if it may be replaced: an empty file, or a trace of this user that no process
// wants any more. Else returns an errno value. ENOENT: there is no file. EAGAIN: the file was removed just now. EBUSY:
// another process may want the file. ENOLCK: the file system has no locks, so the use is unknown. Any other value: the
// file is not ours.
int open_replaceable(const char* path, int& opened) noexcept {
  struct stat s {};
  if (lstat(path, &s) != 0) return errno;
  if (!S_ISREG(s.st_mode) || s.st_uid != geteuid()) return EEXIST;
  constexpr int flags = O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
  int fd = open(path, O_RDWR | flags);
  if (fd < 0 && errno == EACCES) fd = open(path, O_RDONLY | flags);
  if (fd < 0) return errno == ENOENT ? ENOENT : EEXIST;
  // Lock first: the writer of a trace keeps the file locked, so data read under the lock is valid until the unlock.
  const int lock_error = flock(fd, LOCK_EX | LOCK_NB) == 0 ? 0 : errno;
  diary::file_header header{};
  const ssize_t got = pread(fd, &header, sizeof header, 0);
  const bool is_trace = got >= static_cast<ssize_t>(diary::file_magic.size()) && header.magic == diary::file_magic;
  int error = 0;
  if (fstat(fd, &s) != 0 || !S_ISREG(s.st_mode) || s.st_uid != geteuid() || (s.st_size > 0 && !is_trace)) {
    error = EEXIST;
  } else if (lock_error != 0) {
    error = lock_error == EWOULDBLOCK ? EBUSY : ENOLCK;
  } else if (is_trace && diary::belongs_to_another(header)) {
    error = EBUSY;  // its writer lost the lock to a loop that closes all fds, or will read what it has finished
  } else if (!stands_there(path, fd)) {
    error = EAGAIN;
  }
  if (error != 0) {
    close(fd);
  } else {
    opened = fd;
  }
  return error;
}

// Writes the magic bytes, so that other processes recognise the file as a trace. Returns 0 or an errno value.
int begin_trace(const char* path, int fd) noexcept {
  const int error = write_all(fd, diary::file_magic.data(), diary::file_magic.size());
  if (error == 0) return 0;
  unlink(path);
  close(fd);
  return error;
}

// Returns 0 or an errno value; EBUSY if another process may want the file. Any number of processes may call this at
// once: only the process that holds the lock of the old file removes it, so a file that another process has just
// created stays.
int try_create(const std::string& path, int& fd) noexcept {
  constexpr int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  for (int tries = 0; tries < 1000; ++tries) {
    fd = open(path.c_str(), flags, 0600);
    if (fd >= 0) {
      // Before the lock, another process may have removed the file as a forgotten empty one. Without locks no process
      // removes anything.
      const bool is_locked = flock(fd, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
      if (is_locked && stands_there(path.c_str(), fd)) return begin_trace(path.c_str(), fd);
      close(fd);
      continue;
    }
    if (errno != EEXIST) return errno;
    int old = -1;
    const int error = open_replaceable(path.c_str(), old);
    if (error == ENOENT || error == EAGAIN) continue;
    if (error != 0) return error == ENOLCK ? EBUSY : error;
    const int unlink_error = unlink(path.c_str()) == 0 ? 0 : errno;
    close(old);
    if (unlink_error != 0) return unlink_error;
  }
  return EBUSY;
}

[[noreturn]] void fail(int error, const std::string& path) {
  throw std::system_error(error, std::generic_category(), "cannot create trace file " + path);
}

}  // namespace

int create_trace_file(std::string& path) {
  std::string name = path;
  int fd = -1;
  int error = try_create(name, fd);
  const std::string own = path + "." + std::to_string(getpid());
  // A process that calls exec again and again keeps its pid.
  for (int nth = 1; error == EBUSY && nth < 100; ++nth) {
    name = nth == 1 ? own : own + "." + std::to_string(nth);
    error = try_create(name, fd);
  }
  if (error != 0) fail(error, name);
  if (name != path) {
    diary::say({"trace file ", path, " belongs to a process that lives: recording into ", name});
    path = name;
  }
  return fd;
}

snapshot_file::snapshot_file(const std::string& path) : path_(path), unfinished_(path + ".weft-XXXXXX") {
  int old = -1;
  const int error = open_replaceable(path.c_str(), old);
  if (error == 0) close(old);
  if (error != 0 && error != ENOENT && error != EAGAIN && error != ENOLCK) fail(error, path);
  fd_ = mkstemp(unfinished_.data());
  if (fd_ < 0) fail(errno, path);
  fcntl(fd_, F_SETFD, FD_CLOEXEC);
}

snapshot_file::~snapshot_file() {
  if (fd_ < 0) return;
  close(fd_);
  unlink(unfinished_.c_str());
}

void snapshot_file::commit() {
  // Check again: another process may have started to record there meanwhile.
  int old = -1;
  int error = EAGAIN;
  while (error == EAGAIN) error = open_replaceable(path_.c_str(), old);
  if (error == 0 || error == ENOENT || error == ENOLCK) {
    error = rename(unfinished_.c_str(), path_.c_str()) == 0 ? 0 : errno;
  }
  if (old >= 0) close(old);
  if (error != 0) fail(error, path_);
  close(std::exchange(fd_, -1));
}

int reserve_bytes(int fd, std::size_t from, std::size_t to) noexcept {
  const no_size_signal quiet;
  rlimit limit{};
  if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY && to > limit.rlim_cur) return EFBIG;
#if defined(__APPLE__)
  fstore_t store{F_ALLOCATEALL, F_PEOFPOSMODE, 0, static_cast<off_t>(to - from), 0};
  if (fcntl(fd, F_PREALLOCATE, &store) == -1 && errno == ENOSPC) return ENOSPC;
  return ftruncate(fd, static_cast<off_t>(to)) == 0 ? 0 : errno;
#else
  int error = 0;
  do {
    error = posix_fallocate(fd, static_cast<off_t>(from), static_cast<off_t>(to - from));
  } while (error == EINTR);
  return error;
#endif
}

int write_all(int fd, const void* data, std::size_t size) noexcept {
  const no_size_signal quiet;
  const auto* bytes = static_cast<const std::uint8_t*>(data);
  while (size > 0) {
    const ssize_t written = write(fd, bytes, size);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes += written;
    size -= static_cast<std::size_t>(written);
  }
  return 0;
}

}  // namespace weft::record
