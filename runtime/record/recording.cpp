#include "record/recording.hpp"

#include <pthread.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <new>
#include <random>
#include <utility>

#include "record/growing_trace.hpp"
#include "record/process_state.hpp"
#include "record/ring_trace.hpp"
#include "record/thread_recorder.hpp"
#include "trace/file/writer_identity.hpp"

#if defined(__linux__)
#include <sys/syscall.h>
#elif defined(__FreeBSD__)
#include <pthread_np.h>
#endif

namespace weft::record {

namespace {

void copy_text(char* out, std::size_t capacity, std::string_view text) noexcept {
  const std::size_t length = std::min(text.size(), capacity - 1);
  std::memcpy(out, text.data(), length);
  out[length] = '\0';
}

std::string program_name() {
#if defined(__linux__)
  char path[4096];
  const ssize_t length = readlink("/proc/self/exe", path, sizeof path);
  const std::string_view whole(path, length > 0 ? static_cast<std::size_t>(length) : 0);
  return std::string(whole.substr(whole.rfind('/') + 1));
#elif defined(__APPLE__) || defined(__FreeBSD__)
  return getprogname();
#else
  return {};
#endif
}

// Reports the end of a recorded thread to the recording. Until then the thread's number is its own.
class thread_end {
 public:
  ~thread_end() {
    if (!watches) return;
    std::shared_ptr<recording> on;
    {
      const std::lock_guard guard(process().lock);
      on = process().current;
    }
    if (on != nullptr) on->this_thread_has_ended();
  }
  bool watches = false;
};

void watch_this_thread() noexcept {
  static thread_local thread_end mine;
  mine.watches = true;  // the first use constructs it
}

}  // namespace

recording::recording(const trace::options& o) : asked_(o), ticks_(choose_tick_clock()) {
  if (o.ring_bytes != 0) {
    store_ = std::make_unique<trace_ring>(o.path, o.ring_bytes);
  } else {
    store_ = std::make_unique<trace_file>(o.path);
  }
  diary::file_header& h = store_->header();
  if (o.order_only) h.flags |= diary::header_flag_order_only;
  h.ticks_per_second = ticks_.per_second;
  h.start_ticks = ticks_.now();
  h.start_mono_ns = monotonic_ns();
  timespec real;
  clock_gettime(CLOCK_REALTIME, &real);
  h.start_real_ns = static_cast<std::uint64_t>(real.tv_sec) * 1'000'000'000u + static_cast<std::uint64_t>(real.tv_nsec);
  std::random_device random;
  h.uuid[1] = static_cast<std::uint64_t>(random()) << 32 | random();
  h.uuid[0] = diary::program_run();
  h.pid = static_cast<std::uint32_t>(getpid());
  h.process_start = diary::process_start(h.pid);
  ticks_per_second_ = ticks_.per_second;
  asked_.path = store_->path();  // another path if the wanted one was in use
  copy_text(h.program, sizeof h.program, program_name());
#if defined(__x86_64__)
  copy_text(h.arch, sizeof h.arch, "x86_64");
#elif defined(__aarch64__)
  copy_text(h.arch, sizeof h.arch, "aarch64");
#endif
  copy_text(h.clock, sizeof h.clock, ticks_.name);
}

recording::~recording() {
  std::uint64_t lost = 0;
  for (const auto& [number, thread] : threads_) lost += thread->finish();
  for (const auto& thread : ended_) lost += thread->finish();
  threads_.clear();
  ended_.clear();
  store_->complete(lost);
}

thread_recorder& recording::this_thread(core::clock* virtual_clock) {
  const std::lock_guard guard(lock_);
  if (virtual_clock != nullptr && threads_.empty()) {
    diary::file_header& h = store_->header();
    ticks_per_second_ = h.ticks_per_second = 1'000'000'000;
    h.start_ticks = static_cast<std::uint64_t>(virtual_clock->now_ns());
    copy_text(h.clock, sizeof h.clock, "virtual");
  }
  std::unique_ptr<thread_recorder>& mine = threads_[this_thread_number()];
  if (mine == nullptr && count_ >= threads_of_their_own && !ended_.empty()) {
    mine = std::move(ended_.back());
    ended_.pop_back();
  }
  if (mine == nullptr) mine = std::make_unique<thread_recorder>(*this, count_++, virtual_clock);
  mine->use_clock(virtual_clock);
  watch_this_thread();
  return *mine;
}

void recording::this_thread_has_ended() noexcept {
  const std::lock_guard guard(lock_);
  const auto mine = threads_.find(this_thread_number());
  if (mine == threads_.end()) return;
  try {
    ended_.push_back(std::move(mine->second));
    threads_.erase(mine);
  } catch (const std::bad_alloc&) {
    // Without memory the thread's number is never reused.
  }
}

std::uint64_t this_thread_number() noexcept {
#if defined(__linux__)
  return static_cast<std::uint64_t>(syscall(SYS_gettid));
#elif defined(__APPLE__)
  std::uint64_t number = 0;
  pthread_threadid_np(nullptr, &number);
  return number;
#elif defined(__FreeBSD__)
  return static_cast<std::uint64_t>(pthread_getthreadid_np());
#else
  return static_cast<std::uint64_t>(getpid());
#endif
}

std::array<char, 64> this_thread_name() noexcept {
  std::array<char, 64> name{};
#if defined(__linux__) || defined(__APPLE__)
  pthread_getname_np(pthread_self(), name.data(), name.size());
#endif
  return name;
}

}  // namespace weft::record
