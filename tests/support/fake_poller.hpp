// A poller without an operating system, for tests of the scheduler. File descriptors are mere numbers; the test decides
// what becomes ready and when, and wait() advances virtual time instead of sleeping.
//
// Readiness is a level, as in a kernel: it stays until drain(). wait() reports it when it changes, and once more after
// watch() and rearm(), in the order in which these happened.
#pragma once

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <span>

#include "core/poller.hpp"
#include "support/fake_clock.hpp"
#include "trace/words/states.hpp"

namespace weft::support {

// All members may be called from any thread; wait() from one thread at a time.
class fake_poller final : public core::poller {
 public:
  explicit fake_poller(fake_clock& clock) : clock_(clock) {}

  // ---- what a test does to the poller ----
  void make_readable(int fd) { make_ready(fd, diary::fd_readable_bit); }
  void make_writable(int fd) { make_ready(fd, diary::fd_writable_bit); }
  void make_failed(int fd) { make_ready(fd, diary::fd_error_bit); }
  // The level returns to "not ready", as after reading everything. An event that is already queued is still delivered.
  void drain(int fd) {
    const std::lock_guard guard(lock_);
    fds_[fd].level = 0;
  }
  // From now on watch(fd) returns this errno value; 0: it works again.
  void refuse(int fd, int error) {
    const std::lock_guard guard(lock_);
    fds_[fd].refusal = error;
  }
  // True: an endless wait() with nothing queued blocks until notify() or make_...(): for tests with threads. False, the
  // default: such a wait counts as hopeless and returns 0.
  void block_when_hopeless(bool on) {
    const std::lock_guard guard(lock_);
    blocks_ = on;
  }

  // ---- what a test can read ----
  std::size_t waits() const { return read(waits_); }                    // calls of wait()
  std::size_t hopeless_waits() const { return read(hopeless_waits_); }  // endless ones with nothing queued
  std::int64_t last_timeout_ns() const { return read(last_timeout_ns_); }
  std::size_t rearms() const { return read(rearms_); }
  std::size_t notifications() const { return read(notifications_); }
  bool watched(int fd) const {
    const std::lock_guard guard(lock_);
    const auto found = fds_.find(fd);
    return found != fds_.end() && found->second.watched;
  }

  // ---- core::poller ----
  int watch(int fd, std::uint32_t generation) noexcept override {
    const std::lock_guard guard(lock_);
    if (fd < 0) return EBADF;
    auto& known = fds_[fd];
    if (known.refusal != 0) return known.refusal;
    known.watched = true;
    known.generation = generation;
    report_level(fd);
    return 0;
  }
  int rearm(int fd, std::uint32_t generation) noexcept override {
    const std::lock_guard guard(lock_);
    ++rearms_;
    auto& known = fds_[fd];
    if (!known.watched) return ENOENT;
    known.generation = generation;
    report_level(fd);
    return 0;
  }
  void forget(int fd) noexcept override {
    const std::lock_guard guard(lock_);
    fds_.erase(fd);
    std::erase_if(queued_, [&](const core::io_event& e) { return e.fd == fd; });
  }

  std::size_t wait(std::span<core::io_event> out, std::int64_t timeout_ns) noexcept override {
    std::unique_lock guard(lock_);
    ++waits_;
    last_timeout_ns_ = timeout_ns;
    if (queued_.empty() && !notified_ && timeout_ns < 0) {
      ++hopeless_waits_;
      if (blocks_) changed_.wait(guard, [&] { return notified_ || !queued_.empty(); });
    }
    if (queued_.empty() && !notified_ && timeout_ns > 0) clock_.advance(std::chrono::nanoseconds(timeout_ns));
    notified_ = false;
    const std::size_t count = std::min(out.size(), queued_.size());
    std::copy_n(queued_.begin(), count, out.begin());
    queued_.erase(queued_.begin(), queued_.begin() + static_cast<std::ptrdiff_t>(count));
    return count;
  }
  void notify() noexcept override {
    {
      const std::lock_guard guard(lock_);
      notified_ = true;
      ++notifications_;
    }
    changed_.notify_all();
  }

 private:
  struct known_fd {
    std::uint32_t generation = 0;
    std::uint32_t level = 0;  // what is ready now
    int refusal = 0;
    bool watched = false;
  };

  void make_ready(int fd, std::uint64_t bits) {
    {
      const std::lock_guard guard(lock_);
      auto& known = fds_[fd];
      known.level |= static_cast<std::uint32_t>(bits);
      if (known.watched) report_level(fd);
    }
    changed_.notify_all();
  }
  // As in a kernel, one wait() reports an fd once, with everything that is ready. Before: lock_ is held.
  void report_level(int fd) {
    const auto& known = fds_[fd];
    const auto same_fd = [&](const core::io_event& e) { return e.fd == fd; };
    if (const auto queued = std::find_if(queued_.begin(), queued_.end(), same_fd); queued != queued_.end()) {
      queued->generation = known.generation;
      queued->ready |= known.level;
    } else if (known.level != 0) {
      queued_.push_back({fd, known.generation, known.level});
    }
  }
  template <class T>
  T read(const T& member) const {
    const std::lock_guard guard(lock_);
    return member;
  }

  fake_clock& clock_;
  mutable std::mutex lock_;
  std::condition_variable changed_;
  std::map<int, known_fd> fds_;
  std::deque<core::io_event> queued_;
  bool notified_ = false;
  bool blocks_ = false;
  std::size_t waits_ = 0;
  std::size_t hopeless_waits_ = 0;
  std::size_t rearms_ = 0;
  std::size_t notifications_ = 0;
  std::int64_t last_timeout_ns_ = 0;
};

}  // namespace weft::support
