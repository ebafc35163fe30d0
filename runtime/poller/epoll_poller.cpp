// Each fd is registered once, edge-triggered, in both directions; its generation travels through the kernel in the
// event's data. The eventfd of notify() is always readable. A report disarms it (EPOLLONESHOT), and notify() arms it
// again. So notify() writes to no fd number: if the program closes descriptors that are not its own, the number may be
// one of its files by now. Arming an fd that is not in the epoll instance does nothing.
#include "poller/epoll_poller.hpp"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <string>
#include <system_error>

#include "trace/words/say.hpp"
#include "trace/words/states.hpp"

namespace weft::core {
namespace {

constexpr std::uint32_t watched_events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
// No fd is negative, so no fd's event has this data.
constexpr std::uint64_t notify_mark = ~std::uint64_t{0};
constexpr std::uint64_t door_mark = notify_mark - 1;
constexpr std::int64_t ns_per_second = 1'000'000'000;
constexpr std::int64_t ns_per_ms = 1'000'000;

// epoll_pwait2 in the kernel's own layout: 64-bit on every architecture. Older libraries and headers lack it.
#ifdef SYS_epoll_pwait2
constexpr long epoll_pwait2_number = SYS_epoll_pwait2;
#else
constexpr long epoll_pwait2_number = 441;
#endif
struct kernel_timespec {
  std::int64_t seconds;
  std::int64_t nanoseconds;
};

std::uint64_t data_of(int fd, std::uint32_t generation) {
  return std::uint64_t{generation} << 32 | static_cast<std::uint32_t>(fd);
}

// EPOLLRDHUP: the peer has closed its half; reading goes on, writing may still block. EPOLLERR and EPOLLHUP end both.
std::uint32_t ready_bits(std::uint32_t events) {
  std::uint64_t bits = 0;
  if (events & (EPOLLIN | EPOLLRDHUP)) bits |= diary::fd_readable_bit;
  if (events & EPOLLOUT) bits |= diary::fd_writable_bit;
  if (events & (EPOLLERR | EPOLLHUP)) bits |= diary::fd_error_bit;
  return static_cast<std::uint32_t>(bits);
}

[[noreturn]] void broken(const char* call, int fd, int error) {
  diary::say({"poller: ", call, " on its own fd ", std::to_string(fd), ": ", std::strerror(error),
              " (closed by the program?)"});
  std::abort();
}

class epoll_poller final : public poller {
 public:
  epoll_poller() {
    epoll_ = ::epoll_create1(EPOLL_CLOEXEC);
    if (epoll_ < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
    wake_ = ::eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK);
    ::epoll_event event{};
    event.data.u64 = notify_mark;  // no events: not armed
    if (wake_ < 0 || ::epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event) != 0) {
      const int error = errno;
      const char* call = wake_ < 0 ? "eventfd" : "epoll_ctl";
      if (wake_ >= 0) ::close(wake_);
      ::close(epoll_);
      throw std::system_error(error, std::generic_category(), call);
    }
  }
  ~epoll_poller() override { close_all(); }
  epoll_poller(const epoll_poller&) = delete;
  epoll_poller& operator=(const epoll_poller&) = delete;

  int watch(int fd, std::uint32_t generation) noexcept override {
    const int error = control(EPOLL_CTL_ADD, fd, generation);
    return error == EEXIST ? control(EPOLL_CTL_MOD, fd, generation) : error;
  }
  int rearm(int fd, std::uint32_t generation) noexcept override { return control(EPOLL_CTL_MOD, fd, generation); }
  void forget(int fd) noexcept override {
    ::epoll_event ignored{};  // null is refused by kernels before 2.6.9
    (void)::epoll_ctl(epoll_, EPOLL_CTL_DEL, fd, &ignored);
  }

  std::size_t wait(std::span<io_event> out, std::int64_t timeout_ns) noexcept override {
    const int room = static_cast<int>(std::min(out.size(), events_.size()));
    const int count = wait_events(room, timeout_ns);
    if (count < 0) {
      if (errno == EINTR) return 0;
      broken("epoll_wait", epoll_, errno);
    }
    std::size_t filled = 0;
    for (int i = 0; i < count; ++i) {
      const ::epoll_event event = events_[static_cast<std::size_t>(i)];
      if (event.data.u64 == notify_mark) {
        take_notification();
      } else if (event.data.u64 == door_mark) {
        knocked_ = true;
      } else {
        out[filled++] = {static_cast<int>(event.data.u64 & 0xffffffffU),
                         static_cast<std::uint32_t>(event.data.u64 >> 32), ready_bits(event.events)};
      }
    }
    return filled;
  }

  void notify() noexcept override {
    // One system call for a burst. Pairs with the exchange in take_notification(): a caller that finds the flag set
    // knows that a wait() which has not returned yet will see the messages posted before this call.
    if (notified_.exchange(true, std::memory_order_acq_rel)) return;
    const int saved = errno;  // may be called from a signal handler
    ::epoll_event event{};
    event.events = EPOLLIN | EPOLLONESHOT;
    event.data.u64 = notify_mark;
    (void)::epoll_ctl(epoll_, EPOLL_CTL_MOD, wake_, &event);
    errno = saved;
  }

  // Edge-triggered, so the poller does not spin while no client can be accepted (no fd left).
  void watch_door(int fd) noexcept override {
    if (door_ >= 0) forget(door_);
    door_ = fd;
    if (fd < 0) return;
    ::epoll_event event{};
    event.events = EPOLLIN | EPOLLET;
    event.data.u64 = door_mark;
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, fd, &event) != 0) door_ = -1;
  }

  // The parent's epoll and eventfd stay open in the parent.
  void abandon_in_child() noexcept override {
    close_all();
    wake_ = epoll_ = -1;
  }

 private:
  int control(int operation, int fd, std::uint32_t generation) noexcept {
    ::epoll_event event{};
    event.events = watched_events;
    event.data.u64 = data_of(fd, generation);
    return ::epoll_ctl(epoll_, operation, fd, &event) == 0 ? 0 : errno;
  }

  int wait_events(int room, std::int64_t timeout_ns) noexcept {
    if (timeout_ns > 0 && has_nanoseconds_) {
      const kernel_timespec limit{timeout_ns / ns_per_second, timeout_ns % ns_per_second};
      const auto count = ::syscall(epoll_pwait2_number, epoll_, events_.data(), room, &limit, nullptr, 0);
      // EPERM: the filter of a container does not know the call.
      if (count >= 0 || (errno != ENOSYS && errno != EPERM)) return static_cast<int>(count);
      has_nanoseconds_ = false;
    }
    // Rounded up: a wait that ends early would find no timer due and spin.
    const std::int64_t timeout_ms =
        timeout_ns <= 0 ? timeout_ns : timeout_ns / ns_per_ms + (timeout_ns % ns_per_ms != 0 ? 1 : 0);
    return ::epoll_wait(epoll_, events_.data(), room,
                        timeout_ms < 0 ? -1 : static_cast<int>(std::min<std::int64_t>(timeout_ms, INT_MAX)));
  }

  // The eventfd is disarmed by now. If the flag were cleared earlier, a notify() in between could be lost.
  void take_notification() noexcept { (void)notified_.exchange(false, std::memory_order_acq_rel); }

  // Adding an fd that is registered already changes nothing and fails with EEXIST.
  bool both_are_ours() noexcept {
    ::epoll_event event{};
    if (::epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event) == 0) {
      forget(wake_);
      return false;
    }
    return errno == EEXIST;
  }

  // If the program has closed one of the two fds, both numbers may be the program's by now: rather leave one fd open.
  void close_all() noexcept {
    if (epoll_ < 0 || !both_are_ours()) return;
    ::close(wake_);
    ::close(epoll_);
  }

  int epoll_ = -1;
  int wake_ = -1;
  int door_ = -1;
  bool has_nanoseconds_ = true;  // epoll_pwait2 has not been refused yet
  std::atomic<bool> notified_{false};
  std::array<::epoll_event, 256> events_;
};

}  // namespace

std::unique_ptr<poller> make_epoll_poller() { return std::make_unique<epoll_poller>(); }

}  // namespace weft::core
