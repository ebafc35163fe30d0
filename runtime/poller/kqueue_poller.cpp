// Each fd has two filters, both edge-triggered (EV_CLEAR); its generation travels through the kernel in udata. Adding
// an existing filter makes the kernel check the fd again, so rearming is adding.
#include "poller/kqueue_poller.hpp"

#include <fcntl.h>
#include <sys/event.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/types.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>
#include <system_error>
#include <vector>

#include "core/own_descriptor.hpp"
#include "trace/words/say.hpp"
#include "trace/words/states.hpp"

// Without user events in the kernel, notify() writes to a pipe. Define WEFT_KQUEUE_NOTIFY_BY_PIPE to use the pipe
// anywhere.
#if defined(EVFILT_USER) && !defined(WEFT_KQUEUE_NOTIFY_BY_PIPE)
#define WEFT_KQUEUE_USER_EVENT 1
#else
#define WEFT_KQUEUE_USER_EVENT 0
#endif

namespace weft::core {
namespace {

using filter_type = decltype(std::declval<struct ::kevent>().filter);
using flags_type = decltype(std::declval<struct ::kevent>().flags);
using udata_type = decltype(std::declval<struct ::kevent>().udata);  // a pointer, on some systems an integer

constexpr std::int64_t ns_per_second = 1'000'000'000;

// Filled by hand: the EV_SET macro converts with C casts that differ between systems.
struct ::kevent change(int fd, int filter, unsigned flags, std::uint32_t generation = 0) {
  struct ::kevent event {};
  event.ident = static_cast<decltype(event.ident)>(fd);
  event.filter = static_cast<filter_type>(filter);
  event.flags = static_cast<flags_type>(flags);
  event.udata = (udata_type) static_cast<std::uintptr_t>(generation);
  return event;
}

io_event event_of(const struct ::kevent& event) {
  std::uint64_t bits = event.filter == EVFILT_READ ? diary::fd_readable_bit : diary::fd_writable_bit;
  // EV_EOF on reading means that the peer has closed its half, unless it carries an error; on writing, that there is no
  // reader.
  if ((event.flags & EV_EOF) && (event.filter == EVFILT_WRITE || event.fflags != 0)) bits |= diary::fd_error_bit;
  if (event.flags & EV_ERROR) bits |= diary::fd_error_bit;
  return {static_cast<int>(event.ident), static_cast<std::uint32_t>((std::uintptr_t)event.udata),
          static_cast<std::uint32_t>(bits)};
}

[[noreturn]] void broken(const char* call, int fd, int error) {
  diary::say({"poller: ", call, " on its own fd ", std::to_string(fd), ": ", std::strerror(error),
              " (closed by the program?)"});
  std::abort();
}

class kqueue_poller final : public poller {
 public:
  kqueue_poller() {
    kqueue_ = ::kqueue();
    if (kqueue_ < 0) throw std::system_error(errno, std::generic_category(), "kqueue");
    (void)::fcntl(kqueue_, F_SETFD, FD_CLOEXEC);
    const char* failed = open_notification();
    if (failed != nullptr) {
      const int error = errno;
      ::close(kqueue_);
      throw std::system_error(error, std::generic_category(), failed);
    }
  }
  // A queue that does not know our notification belongs to the program, which has closed ours.
  ~kqueue_poller() override {
    if (kqueue_ >= 0 && trigger_notification()) ::close(kqueue_);
  }
  kqueue_poller(const kqueue_poller&) = delete;
  kqueue_poller& operator=(const kqueue_poller&) = delete;

  int watch(int fd, std::uint32_t generation) noexcept override {
    struct ::stat status {};
    if (::fstat(fd, &status) != 0) return errno;
    if (S_ISREG(status.st_mode) || S_ISDIR(status.st_mode)) return EPERM;
    return add(fd, generation);
  }
  int rearm(int fd, std::uint32_t generation) noexcept override { return add(fd, generation); }
  void forget(int fd) noexcept override {
    (void)apply(change(fd, EVFILT_READ, EV_DELETE));
    (void)apply(change(fd, EVFILT_WRITE, EV_DELETE));
    std::erase_if(found_at_once_, [&](const io_event& e) { return e.fd == fd; });
  }

  std::size_t wait(std::span<io_event> out, std::int64_t timeout_ns) noexcept override {
    std::size_t filled = std::min(out.size(), found_at_once_.size());
    std::copy_n(found_at_once_.begin(), filled, out.begin());
    found_at_once_.erase(found_at_once_.begin(), found_at_once_.begin() + static_cast<std::ptrdiff_t>(filled));
    if (filled == out.size()) return filled;
    if (filled > 0) timeout_ns = 0;

    ::timespec limit{};
    if (timeout_ns > 0) {
      limit.tv_sec = static_cast<decltype(limit.tv_sec)>(timeout_ns / ns_per_second);
      limit.tv_nsec = static_cast<decltype(limit.tv_nsec)>(timeout_ns % ns_per_second);
    }
    const int room = static_cast<int>(std::min(out.size() - filled, events_.size()));
    const int count = ::kevent(kqueue_, nullptr, 0, events_.data(), room, timeout_ns < 0 ? nullptr : &limit);
    if (count < 0) {
      if (errno == EINTR) return filled;
      broken("kevent", kqueue_, errno);
    }
    for (int i = 0; i < count; ++i) {
      const auto& event = events_[static_cast<std::size_t>(i)];
      if (is_notification(event)) {
        take_notification();
      } else if (static_cast<int>(event.ident) == door_) {
        knocked_ = true;
      } else {
        out[filled++] = event_of(event);
      }
    }
    return filled;
  }

  void notify() noexcept override {
    // One system call for a burst. Pairs with the exchange in take_notification(): a caller that finds the flag set
    // knows that a wait() which has not returned yet will see the messages posted before this call.
    if (notified_.exchange(true, std::memory_order_acq_rel)) return;
    const int saved = errno;  // may be called from a signal handler
    (void)trigger_notification();
    errno = saved;
  }

  // Edge-triggered, so the poller does not spin while no client can be accepted (no fd left).
  void watch_door(int fd) noexcept override {
    if (door_ >= 0) (void)apply(change(door_, EVFILT_READ, EV_DELETE));
    door_ = fd;
    if (fd >= 0 && apply(change(fd, EVFILT_READ, EV_ADD | EV_CLEAR)) != 0) door_ = -1;
  }

  // A forked child does not inherit a kqueue: in the child its number may belong to another file.
  void abandon_in_child() noexcept override {
    kqueue_ = -1;
#if !WEFT_KQUEUE_USER_EVENT
    for (own_descriptor& end : pipe_) end.close();
#endif
  }

 private:
  int apply(const struct ::kevent& one) noexcept {
    // Without room for events kevent() removes no pending event, and returns an error in errno.
    while (::kevent(kqueue_, &one, 1, nullptr, 0, nullptr) != 0) {
      if (errno != EINTR) return errno;
    }
    return 0;
  }

  int add(int fd, std::uint32_t generation) noexcept {
    const int reading = apply(change(fd, EVFILT_READ, EV_ADD | EV_CLEAR, generation));
    if (reading == EBADF || reading == ENOMEM) return reading;
    const int writing = apply(change(fd, EVFILT_WRITE, EV_ADD | EV_CLEAR, generation));
    // The other end of a pipe is closed: no filter, hence no event, will ever report it.
    if (reading == EPIPE || writing == EPIPE) {
      found_at_once_.push_back({fd, generation, static_cast<std::uint32_t>(diary::fd_error_bit)});
      return 0;
    }
    if (reading == 0 || writing == 0) return 0;  // one direction is enough: the other end of a pipe has no second
    return reading == EINVAL ? EPERM : reading;  // a device without filters: poll(2) calls those always ready
  }

#if WEFT_KQUEUE_USER_EVENT
  const char* open_notification() noexcept {
    const int error = apply(change(0, EVFILT_USER, EV_ADD | EV_CLEAR));
    errno = error;
    return error == 0 ? nullptr : "kevent";
  }
  // False: the queue is not ours any more, because the program has closed it.
  bool trigger_notification() noexcept {
    auto trigger = change(0, EVFILT_USER, 0);
    trigger.fflags = NOTE_TRIGGER;
    return apply(trigger) == 0;
  }
  bool is_notification(const struct ::kevent& event) const noexcept { return event.filter == EVFILT_USER; }
  void drain_notification() noexcept {}  // EV_CLEAR has reset it
#else
  const char* open_notification() noexcept {
    std::array<int, 2> ends{-1, -1};
    if (::pipe(ends.data()) != 0) return "pipe";
    for (std::size_t i = 0; i < ends.size(); ++i) {
      (void)::fcntl(ends[i], F_SETFD, FD_CLOEXEC);
      (void)::fcntl(ends[i], F_SETFL, O_NONBLOCK);
      pipe_[i].set(ends[i]);
    }
    reader_ = ends[0];
    const int error = apply(change(reader_, EVFILT_READ, EV_ADD));  // level-triggered, read empty
    errno = error;
    return error == 0 ? nullptr : "kevent";
  }
  bool trigger_notification() noexcept {
    const int end = pipe_[1].ours();
    const char byte = 0;
    while (end >= 0 && ::write(end, &byte, 1) < 0 && errno == EINTR) {
    }
    return end >= 0;
  }
  bool is_notification(const struct ::kevent& event) const noexcept { return static_cast<int>(event.ident) == reader_; }
  void drain_notification() noexcept {
    std::array<char, 16> bytes;  // notified_ lets at most one byte in
    const int end = pipe_[0].ours();
    while (end >= 0 && (::read(end, bytes.data(), bytes.size()) > 0 || errno == EINTR)) {
    }
  }
  std::array<own_descriptor, 2> pipe_;
  int reader_ = -1;
#endif

  // First drain, then clear. In the other order a notify() in between would leave the flag set with no byte pending,
  // and every later notify() would be lost.
  void take_notification() noexcept {
    drain_notification();
    (void)notified_.exchange(false, std::memory_order_acq_rel);
  }

  int kqueue_ = -1;
  int door_ = -1;
  std::atomic<bool> notified_{false};
  std::vector<io_event> found_at_once_;  // found by add() without the queue; the next wait() returns them
  std::array<struct ::kevent, 256> events_;
};

}  // namespace

std::unique_ptr<poller> make_kqueue_poller() { return std::make_unique<kqueue_poller>(); }

}  // namespace weft::core
