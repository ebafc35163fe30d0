#include "trace/file/file_bytes.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "trace/file/mapping_guard.hpp"
#include "trace/words/diary_event.hpp"
#include "trace/words/format.hpp"

namespace weft::diary {
namespace {

constexpr std::uint64_t copy_limit_bytes = 1 << 20;
constexpr std::uint64_t fault_around_bytes = 65536;  // the size that Linux uses

[[noreturn]] void refuse(const std::string& path, const char* doing) {
  throw file_error(path, 0, std::string(doing) + ": " + std::generic_category().message(errno));
}

// Reads up to `size` bytes at `offset`; fewer at the end of the file, -1 on an error.
std::int64_t read_at(int fd, std::uint8_t* out, std::size_t size, std::uint64_t offset) {
  std::size_t done = 0;
  while (done < size) {
    const ssize_t n = ::pread(fd, out + done, size - done, static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return -1;
    if (n == 0) break;
    done += static_cast<std::size_t>(n);
  }
  return static_cast<std::int64_t>(done);
}

std::vector<std::uint8_t> read_to_end(int fd, const std::string& path) {
  std::vector<std::uint8_t> bytes;
  std::size_t used = 0;
  while (true) {
    // Such an input may have no end, so an input that is no trace is refused after its first bytes.
    if (used >= file_magic.size() && !std::equal(file_magic.begin(), file_magic.end(), bytes.begin())) {
      throw file_error(path, 0, "not a weft trace");
    }
    bytes.resize(used + (used == 0 ? file_magic.size() : chunk_bytes + bytes.size() / 2));
    const ssize_t n = ::read(fd, bytes.data() + used, bytes.size() - used);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) refuse(path, "cannot read");
    if (n == 0) break;
    used += static_cast<std::size_t>(n);
  }
  bytes.resize(used);
  return bytes;
}

[[noreturn]] void refuse_cut(const std::string& path, std::uint64_t size) {
  throw file_error(path, size, "the file was cut while it was read");
}

}  // namespace

struct file_bytes::guard {
  guard(void* memory, std::size_t size) : place(memory, size, loss) {}

  mapping_loss loss;  // without a message: the reader reports the loss
  mapping_guard place;
};

file_bytes::file_bytes() = default;

std::uint64_t next_written(int fd, std::uint64_t offset, std::uint64_t size) {
#if defined(SEEK_DATA)
  if (offset < size) {
    const off_t found = ::lseek(fd, static_cast<off_t>(offset), SEEK_DATA);
    if (found >= 0) return std::min(size, std::max(offset, static_cast<std::uint64_t>(found)));
    if (errno == ENXIO) return size;
  }
#endif
  return std::min(offset, size);
}

file_bytes file_bytes::open(const std::string& path) {
  file_bytes result;
  result.path_ = path;
  result.fd_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (result.fd_ < 0) refuse(path, "cannot open");
  struct stat status {};
  if (::fstat(result.fd_, &status) != 0) refuse(path, "cannot look at");
  if (S_ISDIR(status.st_mode)) throw file_error(path, 0, "is a directory, not a trace file");
  if (!S_ISREG(status.st_mode)) {
    std::vector<std::uint8_t> bytes = read_to_end(result.fd_, path);
    return from_memory(std::move(bytes));
  }
  result.size_ = static_cast<std::uint64_t>(status.st_size);
  result.load();
  return result;
}

file_bytes file_bytes::from_memory(std::vector<std::uint8_t> bytes) {
  file_bytes result;
  result.copy_ = std::move(bytes);
  result.data_ = result.copy_.data();
  result.size_ = result.copy_.size();
  return result;
}

file_bytes::file_bytes(file_bytes&& other) noexcept { *this = std::move(other); }

file_bytes& file_bytes::operator=(file_bytes&& other) noexcept {
  if (this == &other) return *this;
  release();
  path_ = std::move(other.path_);
  fd_ = std::exchange(other.fd_, -1);
  copy_ = std::move(other.copy_);
  mapping_ = std::exchange(other.mapping_, nullptr);
  mapped_bytes_ = std::exchange(other.mapped_bytes_, 0);
  guard_ = std::move(other.guard_);
  data_ = std::exchange(other.data_, nullptr);
  size_ = std::exchange(other.size_, 0);
  return *this;
}

file_bytes::~file_bytes() { release(); }

void file_bytes::release() noexcept {
  guard_.reset();
  if (mapping_ != nullptr) ::munmap(mapping_, mapped_bytes_);
  mapping_ = nullptr;
  if (fd_ >= 0) ::close(fd_);
  fd_ = -1;
}

bool file_bytes::refresh(std::uint64_t needed_bytes) {
  if (fd_ < 0) return false;
  struct stat status {};
  if (::fstat(fd_, &status) != 0) refuse(path_, "cannot look at");
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size < needed_bytes) refuse_cut(path_, size);
  if (was_cut()) refuse_cut(path_, size);
  const bool is_mapped = mapping_ != nullptr;
  if (is_mapped && size == size_) return true;
  size_ = size;
  load();
  return true;
}

void file_bytes::load() {
  if (size_ > copy_limit_bytes) {
    void* fresh = ::mmap(nullptr, size_, PROT_READ, MAP_SHARED, fd_, 0);
    if (fresh == MAP_FAILED) refuse(path_, "cannot map");
    // A guard must not outlive its mapping: another mapping may get its addresses.
    guard_ = std::make_unique<guard>(fresh, size_);
    if (mapping_ != nullptr) ::munmap(mapping_, mapped_bytes_);
    mapping_ = fresh;
    mapped_bytes_ = size_;
    data_ = static_cast<const std::uint8_t*>(fresh);
    std::vector<std::uint8_t>().swap(copy_);
    return;
  }
  // A writer may be at work. Copy each chunk's header before its events, so that `committed` never exceeds the copied
  // bytes; the headers copied along with the events could.
  std::vector<std::uint8_t> headers;
  for (std::uint64_t at = file_header_bytes; at + sizeof(chunk_header) <= size_; at += chunk_bytes) {
    headers.resize(headers.size() + sizeof(chunk_header));
    if (read_at(fd_, headers.data() + headers.size() - sizeof(chunk_header), sizeof(chunk_header), at) < 0) {
      refuse(path_, "cannot read");
    }
  }
  copy_.reserve(copy_limit_bytes);
  copy_.resize(size_);
  const std::int64_t got = read_at(fd_, copy_.data(), copy_.size(), 0);
  if (got < 0) refuse(path_, "cannot read");
  size_ = static_cast<std::uint64_t>(got);
  copy_.resize(size_);
  std::size_t index = 0;
  for (std::uint64_t at = file_header_bytes; at + sizeof(chunk_header) <= size_; at += chunk_bytes, ++index) {
    chunk_header header;
    std::memcpy(&header, headers.data() + index * sizeof header, sizeof header);
    // A sealed chunk does not grow, but may have been sealed during the copy: then only the later header is complete.
    if ((header.flags & chunk_flag_sealed) == 0) std::memcpy(copy_.data() + at, &header, sizeof header);
  }
  data_ = copy_.data();
  guard_.reset();
  if (mapping_ != nullptr) ::munmap(mapping_, mapped_bytes_);
  mapping_ = nullptr;
}

bool file_bytes::was_cut() const noexcept { return guard_ && guard_->loss.happened; }

void file_bytes::require_whole_mapping(std::uint64_t needed_bytes) const {
  struct stat status {};
  if (::fstat(fd_, &status) != 0) refuse(path_, "cannot look at");
  const auto size = static_cast<std::uint64_t>(status.st_size);
  // A page that lost only its end reads as zeroes, without a fault.
  if (size < needed_bytes || was_cut()) refuse_cut(path_, size);
}

void file_bytes::forget(std::uint64_t offset, std::size_t size) const noexcept {
  if (mapping_ == nullptr || offset % 4096 != 0 || offset + size > mapped_bytes_) return;
  // A fault also maps the pages around it, so the bytes before these are back in memory.
  const std::uint64_t around = std::min<std::uint64_t>(offset, fault_around_bytes);
  madvise(static_cast<std::uint8_t*>(mapping_) + offset - around, size + around, MADV_DONTNEED);
}

bool file_bytes::copy_out(std::uint64_t offset, void* out, std::size_t size) const {
  if (offset > size_ || size > size_ - offset) return false;
  if (mapping_ == nullptr) {
    std::memcpy(out, data_ + offset, size);
    return true;
  }
  return read_at(fd_, static_cast<std::uint8_t*>(out), size, offset) == static_cast<std::int64_t>(size);
}

}  // namespace weft::diary
