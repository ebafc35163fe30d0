#include "record/trace_file.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <system_error>

namespace weft::record {

namespace {

// Doubling up to this: a short program reserves little, a long one rarely grows.
constexpr std::size_t smallest_window = 16 * diary::chunk_bytes;  // 1 MiB
constexpr std::size_t largest_window = 256 * diary::chunk_bytes;  // 16 MiB

// Reserves disk space for [from, to), so that no store into the mapping can fail for want of it (SIGBUS). 0 or an errno
// value.
int reserve(int fd, std::size_t from, std::size_t to) noexcept {
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

int create(const std::string& path) {
  constexpr int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  int fd = open(path.c_str(), flags, 0600);
  if (fd < 0 && errno == EEXIST && is_our_trace(path.c_str())) {
    unlink(path.c_str());  // whoever still reads the old one keeps it
    fd = open(path.c_str(), flags, 0600);
  }
  if (fd < 0) throw std::system_error(errno, std::generic_category(), "cannot create trace file " + path);
  return fd;
}

}  // namespace

trace_file::trace_file(const std::string& path) : path_(path), fd_(create(path)) {
  const int error = reserve(fd_, 0, diary::file_header_bytes);
  void* memory =
      error == 0 ? mmap(nullptr, diary::file_header_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd_, 0) : MAP_FAILED;
  if (memory == MAP_FAILED) {
    const int why = error != 0 ? error : errno;
    close(fd_);
    unlink(path_.c_str());
    throw std::system_error(why, std::generic_category(), "cannot write trace file " + path);
  }
  header_ = static_cast<diary::file_header*>(memory);
  diary::init_file_header(*header_);
  file_bytes_ = diary::file_header_bytes;
}

trace_file::~trace_file() {
  munmap(header_, diary::file_header_bytes);
  for (const window& w : windows_) munmap(w.memory, w.bytes);
  close(fd_);
}

bool trace_file::grow() noexcept {
  if (full_) return false;
  std::size_t bytes = windows_.empty() ? smallest_window : std::min(windows_.back().bytes * 2, largest_window);
  int error = reserve(fd_, file_bytes_, file_bytes_ + bytes);
  // The last bit of a full disk, or of a quota, is good for a few chunks more.
  while ((error == ENOSPC || error == EFBIG || error == EDQUOT) && bytes > diary::chunk_bytes) {
    bytes = std::max(bytes / 4, diary::chunk_bytes);
    error = reserve(fd_, file_bytes_, file_bytes_ + bytes);
  }
  void* memory = MAP_FAILED;
  if (error == 0) {
    memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd_, static_cast<off_t>(file_bytes_));
    error = memory == MAP_FAILED ? errno : 0;
  }
  try {
    if (error == 0) windows_.push_back({static_cast<std::uint8_t*>(memory), bytes});
  } catch (const std::bad_alloc&) {
    munmap(memory, bytes);
    error = ENOMEM;
  }
  if (error != 0) {
    full_ = true;
    std::fprintf(stderr, "weft: trace file %s: %s: recording ends here, what was recorded stays readable\n",
                 path_.c_str(), std::strerror(error));
    return false;
  }
  file_bytes_ += bytes;
  next_in_window_ = 0;
  return true;
}

std::uint8_t* trace_file::next_chunk() noexcept {
  const std::lock_guard guard(lock_);
  if ((windows_.empty() || next_in_window_ == windows_.back().bytes) && !grow()) return nullptr;
  std::uint8_t* chunk = windows_.back().memory + next_in_window_;
  next_in_window_ += diary::chunk_bytes;
  header_->chunk_count = ++chunks_;
#if defined(MADV_POPULATE_WRITE)
  // Page faults now, all at once, and not one by one between two switches. Older kernels do not know it: no harm.
  madvise(chunk, diary::chunk_bytes, MADV_POPULATE_WRITE);
#endif
  return chunk;
}

void trace_file::complete() noexcept {
  const std::lock_guard guard(lock_);
  const std::size_t used = diary::file_header_bytes + chunks_ * diary::chunk_bytes;
  if (ftruncate(fd_, static_cast<off_t>(used)) != 0) {
    // The rest stays as zeroes, which readers skip.
  }
  __atomic_store_n(&header_->complete, 1u, __ATOMIC_RELEASE);  // libc++ has no std::atomic_ref
  full_ = true;
}

}  // namespace weft::record
