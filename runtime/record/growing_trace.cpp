#include "record/growing_trace.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <system_error>

#include "core/outside.hpp"
#include "record/chunk_copy.hpp"
#include "record/secure_file.hpp"
#include "trace/words/diary_event.hpp"
#include "trace/words/say.hpp"

namespace weft::record {

namespace {

// Windows double up to largest_window: a short program reserves little, a long one rarely grows.
constexpr std::size_t smallest_window = 16 * diary::chunk_bytes;  // 1 MiB
constexpr std::size_t largest_window = 256 * diary::chunk_bytes;  // 16 MiB

// Faults in all pages now instead of one by one between two switches. Kernels without the flag refuse it, which does no
// harm.
void touch_pages([[maybe_unused]] std::uint8_t* chunk) noexcept {
#if defined(MADV_POPULATE_WRITE)
  madvise(chunk, diary::chunk_bytes, MADV_POPULATE_WRITE);
#endif
}

}  // namespace

trace_file::trace_file(const std::string& path) : path_(path), fd_(create_trace_file(path_)) {
  const int fd = fd_.ours();
  const int error = reserve_bytes(fd, 0, diary::file_header_bytes);
  void* memory =
      error == 0 ? mmap(nullptr, diary::file_header_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0) : MAP_FAILED;
  if (memory == MAP_FAILED) {
    const int why = error != 0 ? error : errno;
    unlink(path_.c_str());
    throw std::system_error(why, std::generic_category(), "cannot write trace file " + path);
  }
  header_ = static_cast<diary::file_header*>(memory);
  loss_.message = "weft: trace file " + diary::sanitised(path_) + " was cut by somebody: recording ends here\n";
  guards_.emplace_back(memory, diary::file_header_bytes, loss_);
  diary::init_file_header(*header_);
  file_bytes_ = diary::file_header_bytes;
  start_supplier();
}

trace_file::~trace_file() {
  stop_supplier();
  guards_.clear();
  munmap(header_, diary::file_header_bytes);
  for (const window& w : windows_) munmap(w.memory, w.bytes);
}

// The supplier blocks all signals, which are the program's, except SIGBUS of its own mapping.
void trace_file::start_supplier() noexcept {
  sigset_t all, before;
  sigfillset(&all);
  sigdelset(&all, SIGBUS);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    std::unique_lock guard(lock_);
    bool marked = false;
    supplier_ = std::thread([this, &marked] {
      const core::own_thread_mark mine;
#if defined(__linux__)
      pthread_setname_np(pthread_self(), "weft-diary");
#endif
      {
        const std::lock_guard start(lock_);
        marked = true;
        wanted_more_.notify_all();
      }
      supply();
    });
    // Without its mark the supplier would count as a thread that may wake a coroutine.
    wanted_more_.wait(guard, [&] { return marked; });
  } catch (const std::system_error&) {
    // Without a supplier the recording threads make their chunks themselves.
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void trace_file::stop_supplier() noexcept {
  {
    const std::lock_guard guard(lock_);
    stopping_ = true;
  }
  wanted_more_.notify_all();
  if (supplier_.joinable()) supplier_.join();
}

void trace_file::supply() noexcept {
  std::unique_lock guard(lock_);
  while (!stopping_) {
    if (ready_count_ >= wanted_ || full_) {
      wanted_more_.wait(guard);
      continue;
    }
    guard.unlock();
    {
      // One chunk at a time, so that a recording thread waits for one chunk at most.
      const std::lock_guard growth(growth_lock_);
      std::uint8_t* chunk = make_chunk();
      guard.lock();
      if (chunk != nullptr) ready_[(first_ready_ + ready_count_++) % most_ready] = chunk;
    }
  }
}

// Call with the lock. Counts the loss in the file at once, in case the process is killed.
void trace_file::count_lost() noexcept {
  if (header_->lost_at_end != UINT32_MAX) ++header_->lost_at_end;
}

std::uint8_t* trace_file::next_chunk(std::uint32_t thread, bool) noexcept {
  std::unique_lock guard(lock_);
  if (thread >= diary::max_threads) {  // readers accept no such number
    count_lost();
    return nullptr;
  }
  if (ready_count_ == 0) {
    guard.unlock();
    const std::lock_guard growth(growth_lock_);
    guard.lock();
    if (ready_count_ == 0) {
      guard.unlock();
      std::uint8_t* chunk = make_chunk();
      guard.lock();
      if (chunk == nullptr) {
        count_lost();  // no more room ever
        return nullptr;
      }
      ++late_;
      ready_[(first_ready_ + ready_count_++) % most_ready] = chunk;
    }
  }
  std::uint8_t* chunk = ready_[first_ready_];
  first_ready_ = (first_ready_ + 1) % most_ready;
  --ready_count_;
  header_->chunk_count = ++handed_out_;
  if (ready_count_ * 2 < wanted_) {
    // The chunks were used faster than the supplier made them: keep more of them ready.
    if (ready_count_ == 0) wanted_ = std::min(wanted_ * 2, most_ready);
    wanted_more_.notify_one();
  }
  return chunk;
}

std::uint8_t* trace_file::make_chunk() noexcept {
  if (!is_still_there()) return nullptr;
  if ((windows_.empty() || next_in_window_ == windows_.back().bytes) && !grow()) return nullptr;
  std::uint8_t* chunk = windows_.back().memory + next_in_window_;
  next_in_window_ += diary::chunk_bytes;
  touch_pages(chunk);
  return chunk;
}

bool trace_file::grow() noexcept {
  if (full_) return false;
  std::size_t bytes = windows_.empty() ? smallest_window : std::min(windows_.back().bytes * 2, largest_window);
  const int fd = fd_.ours();
  int error = reserve_bytes(fd, file_bytes_, file_bytes_ + bytes);
  // The last room on a full disk, or in a quota, is enough for a few more chunks.
  while ((error == ENOSPC || error == EFBIG || error == EDQUOT) && bytes > diary::chunk_bytes) {
    bytes = std::max(bytes / 4, diary::chunk_bytes);
    error = reserve_bytes(fd, file_bytes_, file_bytes_ + bytes);
  }
  void* memory = MAP_FAILED;
  if (error == 0) {
    memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, static_cast<off_t>(file_bytes_));
    error = memory == MAP_FAILED ? errno : 0;
  }
  try {
    if (error == 0) {
      guards_.reserve(guards_.size() + 1);
      windows_.push_back({static_cast<std::uint8_t*>(memory), bytes});
      guards_.emplace_back(memory, bytes, loss_);
    }
  } catch (const std::bad_alloc&) {
    if (!windows_.empty() && windows_.back().memory == memory) windows_.pop_back();
    munmap(memory, bytes);
    error = ENOMEM;
  }
  if (error != 0) {
    end_here(std::strerror(error));
    return false;
  }
  file_bytes_ += bytes;
  next_in_window_ = 0;
  return true;
}

void trace_file::end_here(const char* why) noexcept {
  full_ = true;
  diary::say({"trace file ", path_, ": ", why, ": recording ends here, what was recorded stays readable"});
}

// True if the file was neither deleted nor cut, and its descriptor not closed. Called once a chunk, mostly by the
// supplier.
bool trace_file::is_still_there() noexcept {
  if (full_) return false;
  if (loss_.happened) {  // the SIGBUS handler has reported it
    full_ = true;
    return false;
  }
  struct stat s {};
  const int fd = fd_.ours();
  if (fd < 0 || fstat(fd, &s) != 0) {
    end_here("its descriptor was closed by the program");
    fd_.close();
  } else if (s.st_nlink == 0) {
    full_ = true;
    if (!may_go_) diary::say({"trace file ", path_, " was deleted: recording ends here"});
  } else if (static_cast<std::size_t>(s.st_size) < file_bytes_ && !loss_.happened.exchange(true)) {
    full_ = true;
    diary::say({"trace file ", path_, " was cut by somebody: recording ends here"});
  }
  return !full_;
}

void trace_file::complete(std::uint64_t) noexcept {
  stop_supplier();
  const std::lock_guard growth(growth_lock_);
  const std::lock_guard guard(lock_);
  // A full file is still cut to its used size; a file that was deleted, cut or closed is left alone.
  const bool is_whole = full_ ? fd_.ours() >= 0 && !loss_.happened : is_still_there();
  full_ = true;
  const int fd = fd_.ours();
  const std::size_t used = diary::file_header_bytes + handed_out_ * diary::chunk_bytes;
  if (is_whole && ftruncate(fd, static_cast<off_t>(used)) != 0) {
    // The rest stays as zeroes, which readers skip.
  }
  if (!loss_.happened) __atomic_store_n(&header_->complete, 1u, __ATOMIC_RELEASE);  // libc++ has no std::atomic_ref
}

void trace_file::copy_to(int fd) {
  std::vector<window> windows;
  std::uint64_t left = 0;
  diary::file_header header;
  {
    const std::lock_guard growth(growth_lock_);
    const std::lock_guard guard(lock_);
    windows = windows_;
    left = handed_out_;
    header = *header_;
  }
  // Chunks never go away, so no thread has to wait for the copy.
  header.complete = 1;
  header.chunk_count = left;
  std::vector<std::uint8_t> buffer(diary::file_header_bytes);
  std::memcpy(buffer.data(), &header, sizeof header);
  int error = write_all(fd, buffer.data(), buffer.size());
  buffer.resize(diary::chunk_bytes);
  for (const window& w : windows) {
    for (std::size_t at = 0; at < w.bytes && left > 0 && error == 0; at += diary::chunk_bytes, --left) {
      if (!copy_chunk(w.memory + at, buffer.data())) std::fill(buffer.begin(), buffer.end(), std::uint8_t{0});
      error = write_all(fd, buffer.data(), buffer.size());
    }
  }
  if (error != 0) throw std::system_error(error, std::generic_category(), "cannot write the snapshot");
}

std::uint64_t trace_file::late_chunks() noexcept {
  const std::lock_guard guard(lock_);
  return late_;
}

}  // namespace weft::record
