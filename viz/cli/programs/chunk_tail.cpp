#include "cli/programs/chunk_tail.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <thread>

#include "trace/file/file_bytes.hpp"
#include "trace/file/header_check.hpp"

namespace weft::viz::cli {

chunk_tail::chunk_tail(const std::string& path)
    : path_(path), fd_(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC)) {
  if (fd_ < 0) throw diary::file_error(path, 0, std::string("cannot open: ") + std::strerror(errno));
  std::vector<std::uint8_t> first(diary::file_header_bytes);
  const ssize_t got = ::pread(fd_, first.data(), first.size(), 0);
  try {
    header_ = diary::checked_header(first.data(), got < 0 ? 0 : static_cast<std::uint64_t>(got), path);
  } catch (...) {
    ::close(fd_);
    throw;
  }
  shapes_ = diary::shapes_of(header_);
}

chunk_tail::~chunk_tail() { ::close(fd_); }

bool chunk_tail::read(void* to, std::size_t size, std::uint64_t offset) const {
  auto* at = static_cast<char*>(to);
  while (size > 0) {
    const ssize_t got = ::pread(fd_, at, size, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw diary::file_error(path_, offset, std::string("cannot read: ") + std::strerror(errno));
    if (got == 0) return false;
    at += got;
    offset += static_cast<std::uint64_t>(got);
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

std::string chunk_tail::header_bytes() const {
  diary::file_header out = header_;
  out.complete = 0;
  out.chunk_count = 0;
  std::string bytes(header_.header_bytes, '\0');
  std::memcpy(bytes.data(), &out, sizeof out);
  return bytes;
}

bool chunk_tail::is_complete() const {
  diary::file_header now;
  return read(&now, sizeof now, 0) && now.complete != 0;
}

std::string chunk_tail::new_chunks() {
  struct stat status {};
  if (::fstat(fd_, &status) != 0) return "";
  const auto size = static_cast<std::uint64_t>(status.st_size);
  // Read all headers first, then the committed events: a chunk that has a successor by then is known to be finished.
  std::vector<std::size_t> begun;
  // A writer is never this far ahead of the chunks that it has begun: beyond that the file has holes, or is wrong.
  constexpr std::size_t unbegun_before_holes = 16384;
  std::size_t unbegun = 0;
  for (std::size_t slot = 0; offset_of(slot) + sizeof(diary::chunk_header) <= size; ++slot) {
    diary::chunk_header now;
    if (!read(&now, sizeof now, offset_of(slot))) break;
    if (now.magic == 0 && ++unbegun > unbegun_before_holes) {
      const std::uint64_t next = diary::next_written(fd_, offset_of(slot + 1), size);
      slot = (std::max<std::uint64_t>(next, offset_of(slot + 1)) - header_.header_bytes) / header_.chunk_bytes - 1;
      continue;
    }
    if (now.magic != diary::chunk_magic || now.thread >= diary::max_threads) continue;
    place& p = places_[slot];
    // A ring uses its chunks again.
    if (!p.is_begun || p.header.sequence != now.sequence || p.header.first_ordinal != now.first_ordinal) {
      p = {true, false, now, 0, now.base_ticks, now.first_ordinal};
    }
    begun.push_back(slot);
  }
  std::string out;
  for (const std::size_t slot : begun) take(slot, out);
  return out;
}

void chunk_tail::take(std::size_t slot, std::string& out) {
  place& p = places_[slot];
  diary::chunk_header now;
  if (p.is_damaged || !read(&now, sizeof now, offset_of(slot)) || now.sequence != p.header.sequence) return;
  const std::size_t capacity = header_.chunk_bytes - sizeof now;
  if (now.committed <= p.bytes || now.committed > capacity) return;
  std::vector<std::uint8_t> events(now.committed - p.bytes);
  if (!read(events.data(), events.size(), offset_of(slot) + sizeof now + p.bytes)) return;
  // A ring may have reused the chunk while it was read.
  diary::chunk_header after;
  if (!read(&after, sizeof after, offset_of(slot)) || after.sequence != now.sequence ||
      after.first_ordinal != now.first_ordinal || after.magic != now.magic) {
    return;
  }

  diary::chunk_header piece = p.header;
  piece.first_ordinal = p.ordinal;
  piece.base_ticks = p.ticks;
  piece.lost_before = p.bytes == 0 ? p.header.lost_before : 0;
  // Only decoding this piece shows where the next one begins.
  const std::uint8_t* in = events.data();
  const std::uint8_t* const end = in + events.size();
  diary::event e;
  while (in != end) {
    const std::uint8_t* const behind = diary::decode_event(in, end, shapes_, p.ticks, e);
    if (!behind) {
      p.is_damaged = true;
      break;
    }
    in = behind;
    ++p.ordinal;
  }
  // Pass a damaged place on as it is: the reader will report it.
  p.bytes = now.committed;
  piece.committed = static_cast<std::uint32_t>(events.size());
  if (piece.thread >= pieces_handed_.size()) pieces_handed_.resize(piece.thread + 1);
  piece.sequence = pieces_handed_[piece.thread]++;
  const std::size_t begin = out.size();
  out.resize(begin + header_.chunk_bytes);
  std::memcpy(out.data() + begin, &piece, sizeof piece);
  std::memcpy(out.data() + begin + sizeof piece, events.data(), events.size());
}

namespace {

bool is_gone(std::uint32_t pid) { return pid == 0 || (::kill(static_cast<pid_t>(pid), 0) != 0 && errno == ESRCH); }

}  // namespace

void follow_chunks(const std::string& trace, std::chrono::milliseconds look_every,
                   const std::function<bool(const std::string&)>& take) {
  chunk_tail source(trace);
  if (!take(source.header_bytes())) return;
  for (;;) {
    // Check before the last read: that read then includes everything written until now.
    const bool is_last = source.is_complete() || is_gone(source.header().pid);
    if (!take(source.new_chunks()) || is_last) return;
    std::this_thread::sleep_for(look_every);
  }
}

}  // namespace weft::viz::cli
