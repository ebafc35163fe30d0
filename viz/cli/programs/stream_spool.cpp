#include "cli/programs/stream_spool.hpp"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "trace/words/format.hpp"

namespace weft::viz::cli {
namespace {

bool write_at(int fd, const char* from, std::size_t size, off_t offset) {
  while (size > 0) {
    const ssize_t n = ::pwrite(fd, from, size, offset);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return false;
    from += n;
    offset += n;
    size -= static_cast<std::size_t>(n);
  }
  return true;
}

}  // namespace

stream_spool::stream_spool(int fd, const std::string& path) : in_(fd) {
  out_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (out_ < 0 || ::pipe(stop_) != 0) throw std::system_error(errno, std::generic_category(), path + ": cannot create");
  thread_ = std::thread([this] { copy(); });
}

stream_spool::~stream_spool() {
  ::close(stop_[1]);
  thread_.join();
  ::close(stop_[0]);
  ::close(out_);
}

void stream_spool::wait_for_first_chunk() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return has_chunk_; });
}

void stream_spool::copy() {
  std::string unit;  // the bytes so far of the header, or of the current chunk
  std::size_t wanted = diary::file_header_bytes;
  off_t written = 0;
  std::array<char, 65536> piece;
  for (;;) {
    std::array<pollfd, 2> both{pollfd{in_, POLLIN, 0}, pollfd{stop_[0], POLLIN, 0}};
    if (::poll(both.data(), both.size(), -1) < 0 && errno == EINTR) continue;
    if (both[1].revents != 0) break;
    const ssize_t n = ::read(in_, piece.data(), std::min(piece.size(), wanted - unit.size()));
    if (n < 0 && errno == EINTR) continue;
    if (n > 0) unit.append(piece.data(), static_cast<std::size_t>(n));
    const std::size_t magic_bytes = std::min(unit.size(), diary::file_magic.size());
    if (written == 0 && std::memcmp(unit.data(), diary::file_magic.data(), magic_bytes) != 0) {
      is_trace_ = false;
      break;
    }
    if (n > 0 && unit.size() < wanted) continue;
    // Write the events first: readers use a chunk as soon as its header is there.
    const std::size_t header = written == 0 ? 0 : std::min(unit.size(), sizeof(diary::chunk_header));
    const bool is_good =
        write_at(out_, unit.data() + header, unit.size() - header, written + static_cast<off_t>(header)) &&
        write_at(out_, unit.data(), header, written);
    const bool is_chunk = written != 0;
    written += static_cast<off_t>(unit.size());
    unit.clear();
    wanted = diary::chunk_bytes;
    if (is_chunk) {
      const std::lock_guard lock(mutex_);
      has_chunk_ = true;
      changed_.notify_all();
    }
    if (n <= 0 || !is_good) break;
  }
  const std::lock_guard lock(mutex_);
  has_chunk_ = true;
  changed_.notify_all();
}

}  // namespace weft::viz::cli
