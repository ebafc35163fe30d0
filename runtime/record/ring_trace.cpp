#include "record/ring_trace.hpp"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <utility>

#include "record/chunk_copy.hpp"
#include "record/secure_file.hpp"
#include "trace/words/diary_event.hpp"
#include "trace/words/say.hpp"

namespace weft::record {

namespace {

// The number of chunks for `bytes`. Refuses more than the machine has memory or addresses for, before anything is
// prepared: the preparation alone would last long.
std::size_t chunks_of(std::size_t bytes, bool in_memory) {
  const std::size_t pages = static_cast<std::size_t>(std::max(sysconf(_SC_PHYS_PAGES), 1L));
  const std::size_t page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const std::size_t most = in_memory ? pages * page : std::size_t{1} << 42;
  if (bytes > most) {
    throw std::system_error(ENOMEM, std::generic_category(),
                            "a trace ring of " + std::to_string(bytes) + " bytes is more than " +
                                (in_memory ? "this machine's memory of " : "a trace file may have, ") +
                                std::to_string(most) + " bytes");
  }
  return std::max(bytes / diary::chunk_bytes + (bytes % diary::chunk_bytes != 0), trace_ring::fewest_chunks);
}

std::uint32_t saturated(std::uint64_t n) { return static_cast<std::uint32_t>(std::min<std::uint64_t>(n, UINT32_MAX)); }

std::size_t mapped_bytes(std::size_t chunks) { return diary::file_header_bytes + chunks * diary::chunk_bytes; }

}  // namespace

trace_ring::trace_ring(const std::string& path, std::size_t bytes)
    : path_(path),
      chunk_count_(chunks_of(bytes, path.empty())),
      generation_of_chunk_(chunk_count_),
      order_of_chunk_(chunk_count_),
      kept_(diary::max_threads) {
  const std::size_t size = mapped_bytes(chunk_count_);
  int error = 0;
  if (!path_.empty()) {
    fd_.set(create_trace_file(path_));
    error = reserve_bytes(fd_.ours(), 0, size);
  }
  if (error == 0) {
    const int flags = fd_.is_set() ? MAP_SHARED : MAP_PRIVATE | MAP_ANONYMOUS;
    void* memory = mmap(nullptr, size, PROT_READ | PROT_WRITE, flags, fd_.ours(), 0);
    error = memory == MAP_FAILED ? errno : 0;
    memory_ = memory != MAP_FAILED ? static_cast<std::uint8_t*>(memory) : nullptr;
  }
  if (error != 0) {
    if (fd_.is_set()) unlink(path_.c_str());
    throw std::system_error(
        error, std::generic_category(),
        "cannot have a trace ring of " + std::to_string(size) + " bytes" + (path_.empty() ? "" : " in " + path_));
  }
#if defined(MADV_POPULATE_WRITE)
  // Touch all pages once, so that no event waits for a page.
  constexpr std::size_t most_at_once = std::size_t{256} << 20;
  madvise(memory_, std::min(size, most_at_once), MADV_POPULATE_WRITE);
#endif
  if (fd_.is_set()) {
    loss_.message = "weft: trace file " + diary::sanitised(path_) + " was cut by somebody: recording ends here\n";
    guard_.emplace(memory_, size, loss_);
  }
  diary::init_file_header(header());
  header().flags |= diary::header_flag_ring;
  share_out();
}

trace_ring::~trace_ring() {
  guard_.reset();
  munmap(memory_, mapped_bytes(chunk_count_));
}

diary::file_header& trace_ring::header() noexcept { return *reinterpret_cast<diary::file_header*>(memory_); }

void trace_ring::share_out() noexcept {
  const std::size_t chunks = std::max<std::size_t>(chunk_count_ / (4 * std::max<std::size_t>(threads_, 1)), 1);
  // A little less than whole chunks, because the last event of a chunk rarely fills it.
  generation_bytes_.store(chunks * (diary::chunk_payload_bytes - 1024), std::memory_order_relaxed);
}

bool trace_ring::is_current(std::uint64_t generation) const noexcept {
  return std::find(current_.begin(), current_.end(), generation) != current_.end();
}

// Frees the oldest generation that its thread no longer writes to. False: there is none.
bool trace_ring::drop_oldest() noexcept {
  std::uint64_t oldest = 0;
  for (const std::uint64_t generation : generation_of_chunk_) {
    if (generation != 0 && (oldest == 0 || generation < oldest) && !is_current(generation)) oldest = generation;
  }
  if (oldest == 0) return false;
  // Free in order: a concurrent reader that finds no start of the generation skips the rest of it.
  std::vector<std::size_t>::size_type dropped = 0;
  while (true) {
    std::size_t first = chunk_count_;
    for (std::size_t i = 0; i < chunk_count_; ++i) {
      if (generation_of_chunk_[i] == oldest && (first == chunk_count_ || order_of_chunk_[i] < order_of_chunk_[first])) {
        first = i;
      }
    }
    if (first == chunk_count_) return dropped > 0;
    auto* chunk = reinterpret_cast<diary::chunk_header*>(chunk_at(first));
    note_gone(*chunk);
    __atomic_store_n(&chunk->magic, 0u, __ATOMIC_RELEASE);
    *chunk = {};
    generation_of_chunk_[first] = 0;
    ++dropped;
  }
}

// A thread's next chunk shows by its ordinals how many events are missing. Without one, the file's header counts them.
void trace_ring::note_gone(const diary::chunk_header& chunk) noexcept {
  if (chunk.magic != diary::chunk_magic || chunk.thread >= diary::max_threads) return;
  kept_part& part = kept_[chunk.thread];
  if (--part.chunks != 0) return;
  part.ordinals_gone = chunk.first_ordinal + chunk.event_count;
  gone_ += part.ordinals_gone;
  header().lost_at_end = saturated(gone_);
}

std::uint8_t* trace_ring::next_chunk(std::uint32_t thread, bool begins_generation) noexcept {
  if (thread >= diary::max_threads) return nullptr;
  const std::lock_guard guard(lock_);
  if (is_cut()) return nullptr;
  std::uint64_t& current = current_[thread];
  if (current == 0) {
    ++threads_;
    share_out();
  }
  if (begins_generation || current == 0) current = ++last_generation_;
  auto place = std::find(generation_of_chunk_.begin(), generation_of_chunk_.end(), 0u);
  if (place == generation_of_chunk_.end()) {
    if (!drop_oldest()) return nullptr;
    place = std::find(generation_of_chunk_.begin(), generation_of_chunk_.end(), 0u);
  }
  *place = current;
  const auto index = static_cast<std::size_t>(place - generation_of_chunk_.begin());
  order_of_chunk_[index] = ++handed_out_;
  kept_part& part = kept_[thread];
  if (part.chunks++ == 0) {
    gone_ -= std::exchange(part.ordinals_gone, 0);
    header().lost_at_end = saturated(gone_);
  }
  header().chunk_count = handed_out_;
  return chunk_at(index);
}

// Call with the lock, once a chunk. A deleted file, or one whose descriptor the program has closed, is still mapped: it
// still serves snapshots, and the change is reported. A file that was cut has no room any more.
bool trace_ring::is_cut() noexcept {
  if (!fd_.is_set() || loss_.happened) return loss_.happened;
  struct stat s {};
  const int fd = fd_.ours();
  if (fd < 0 || fstat(fd, &s) != 0) {
    diary::say({"trace file ", path_, ": its descriptor was closed by the program: recording goes on"});
    fd_.close();
  } else if (static_cast<std::size_t>(s.st_size) < mapped_bytes(chunk_count_) && !loss_.happened.exchange(true)) {
    diary::say({"trace file ", path_, " was cut by somebody: recording ends here"});
  } else if (s.st_nlink == 0 && !deleted_.exchange(true)) {
    diary::say({"trace file ", path_, " was deleted: from now on only snapshots show what is recorded"});
  }
  return loss_.happened;
}

void trace_ring::leave(std::uint32_t thread) noexcept {
  const std::lock_guard guard(lock_);
  if (thread >= diary::max_threads || current_[thread] == 0) return;
  current_[thread] = 0;
  --threads_;
  share_out();
}

void trace_ring::complete(std::uint64_t lost) noexcept {
  // Only now: while recording goes on, room may come back, and the next chunk then counts the lost events.
  header().lost_at_end = saturated(gone_ + lost);
  if (!loss_.happened) __atomic_store_n(&header().complete, 1u, __ATOMIC_RELEASE);
}

void trace_ring::copy_to(int fd) {
  // Copy one generation at a time, so that no thread waits long, the newest first: a concurrent thread frees the
  // oldest.
  std::vector<std::uint8_t> bytes(diary::file_header_bytes);
  std::uint64_t before = UINT64_MAX, chunks = 0;
  while (true) {
    const std::size_t room = bytes.size() + chunk_count_ / 2 * diary::chunk_bytes;
    bytes.reserve(room);
    const std::lock_guard guard(lock_);
    std::uint64_t newest = 0;
    for (const std::uint64_t generation : generation_of_chunk_) {
      if (generation < before) newest = std::max(newest, generation);
    }
    if (newest == 0) break;
    before = newest;
    for (std::size_t i = 0; i < chunk_count_; ++i) {
      if (generation_of_chunk_[i] != newest) continue;
      bytes.resize(bytes.size() + diary::chunk_bytes);
      if (!copy_chunk(chunk_at(i), bytes.data() + bytes.size() - diary::chunk_bytes)) {
        bytes.resize(bytes.size() - diary::chunk_bytes);
      } else {
        ++chunks;
      }
    }
  }
  diary::file_header header = this->header();
  header.complete = 1;
  header.chunk_count = chunks;
  std::memcpy(bytes.data(), &header, sizeof header);
  if (const int error = write_all(fd, bytes.data(), bytes.size()); error != 0) {
    throw std::system_error(error, std::generic_category(), "cannot write the snapshot");
  }
}

}  // namespace weft::record
