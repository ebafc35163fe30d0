#include "record/secure_file.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>

#include "trace/format.hpp"

namespace weft::record {

namespace {

// May the file that stands there be replaced? Only a trace, or an empty file, of this user.
bool is_our_trace(const char* path) noexcept {
  const int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return false;
  struct stat s {};
  bool ours = fstat(fd, &s) == 0 && S_ISREG(s.st_mode) && s.st_uid == geteuid();
  if (ours && s.st_size > 0) {
    std::array<std::uint8_t, 8> magic{};
    ours = read(fd, magic.data(), magic.size()) == static_cast<ssize_t>(magic.size()) && magic == diary::file_magic;
  }
  close(fd);
  return ours;
}

}  // namespace

int create_trace_file(const std::string& path) {
  constexpr int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  int fd = open(path.c_str(), flags, 0600);
  if (fd < 0 && errno == EEXIST && is_our_trace(path.c_str())) {
    unlink(path.c_str());  // whoever still reads the old one keeps it
    fd = open(path.c_str(), flags, 0600);
  }
  if (fd < 0) throw std::system_error(errno, std::generic_category(), "cannot create trace file " + path);
  return fd;
}

int reserve_bytes(int fd, std::size_t from, std::size_t to) noexcept {
  // Going beyond the limit would be answered by a signal that ends the program.
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
