#include "cli/programs/trace_glance.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <map>
#include <system_error>
#include <vector>

#include "trace/file/event_decoder.hpp"
#include "trace/file/header_check.hpp"

namespace weft::viz::cli {
namespace {

// The last chunk of a thread.
struct last_chunk {
  diary::chunk_header header{};
  std::uint64_t offset = 0;
};

// A regular file of this user. Others could choose what is at the name: it must neither block the command nor show
// another user's programs.
class glanced_file {
 public:
  explicit glanced_file(const std::string& path)
      : fd_(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)) {
    if (fd_ < 0) throw diary::file_error(path, 0, "cannot open: " + std::generic_category().message(errno));
    struct stat status {};
    const bool is_seen = ::fstat(fd_, &status) == 0;
    const char* const wrong = !is_seen || !S_ISREG(status.st_mode) ? "is no ordinary file"
                              : status.st_uid != ::geteuid()       ? "belongs to another user"
                                                                   : nullptr;
    if (wrong == nullptr) return;
    ::close(fd_);
    throw diary::file_error(path, 0, wrong);
  }
  ~glanced_file() { ::close(fd_); }
  glanced_file(const glanced_file&) = delete;
  glanced_file& operator=(const glanced_file&) = delete;

  // Returns how many of the `size` bytes at `offset` exist.
  std::size_t read_at(std::uint64_t offset, void* to, std::size_t size) const {
    std::size_t done = 0;
    while (done < size) {
      const ssize_t n = ::pread(fd_, static_cast<char*>(to) + done, size - done, static_cast<off_t>(offset + done));
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) break;
      done += static_cast<std::size_t>(n);
    }
    return done;
  }

 private:
  int fd_;
};

}  // namespace

trace_glance glance_at(const std::string& path) {
  const glanced_file in(path);
  std::vector<std::uint8_t> first(diary::file_header_bytes);
  const std::size_t got = in.read_at(0, first.data(), first.size());
  trace_glance seen;
  seen.header = diary::checked_header(first.data(), got, path);

  std::map<std::uint32_t, last_chunk> last;  // by thread
  std::uint64_t first_ticks = UINT64_MAX;
  diary::chunk_header chunk;
  for (std::uint64_t at = seen.header.header_bytes; in.read_at(at, &chunk, sizeof chunk) == sizeof chunk;
       at += seen.header.chunk_bytes) {
    if (chunk.magic != diary::chunk_magic || chunk.thread >= diary::max_threads) continue;
    first_ticks = std::min(first_ticks, chunk.base_ticks);
    const auto [known, is_new] = last.try_emplace(chunk.thread, last_chunk{chunk, at});
    if (!is_new && chunk.first_ordinal >= known->second.header.first_ordinal) known->second = {chunk, at};
  }
  const diary::shape_table shapes = diary::shapes_of(seen.header);
  const diary::tick_scale scale(seen.header.start_ticks, seen.header.ticks_per_second);
  seen.threads = static_cast<std::uint32_t>(last.size());
  const std::int64_t first_ns = last.empty() ? 0 : scale.to_ns(first_ticks);
  std::int64_t last_ns = INT64_MIN;
  for (const auto& [thread, place] : last) {
    const std::size_t capacity = seen.header.chunk_bytes - sizeof chunk;
    std::vector<std::uint8_t> events(std::min<std::size_t>(place.header.committed, capacity));
    if (in.read_at(place.offset + sizeof chunk, events.data(), events.size()) != events.size()) continue;
    seen.events += place.header.first_ordinal;
    std::uint64_t ticks = place.header.base_ticks;
    const std::uint8_t* at = events.data();
    diary::event e;
    while (at && at != events.data() + events.size()) {
      at = diary::decode_event(at, events.data() + events.size(), shapes, ticks, e);
      if (at) ++seen.events;
    }
    last_ns = std::max(last_ns, scale.to_ns(ticks));
  }
  if (last_ns >= first_ns) {
    seen.last_ns = last_ns;
    seen.duration_ns = last_ns - first_ns;
  }
  return seen;
}

}  // namespace weft::viz::cli
