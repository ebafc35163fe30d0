// weft/detail/core/fd_wait.hpp: waiting for file descriptors, and closing them under whoever waits.
#include "weft/detail/core/fd_wait.hpp"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <system_error>

#include "core/fd_closing.hpp"
#include "core/other_weft.hpp"
#include "core/scheduler.hpp"
#include "weft/detail/core/deadline.hpp"
#include "weft/detail/core/suspension.hpp"

namespace weft::detail {

namespace {

// What poll(2) says, for a plain thread and (wait is null) for a look without waiting.
io_outcome poll_fd(int fd, direction d, time_limit limit, const core::thread_fd_wait* wait) {
  std::array<pollfd, 2> fds{};
  fds[0] = {fd, static_cast<short>(d == direction::readable ? POLLIN : POLLOUT), 0};
  if (wait != nullptr) fds[1] = {wait->alarm(), POLLIN, 0};
  pollfd& p = fds[0];
  const deadline end(limit);
  for (;;) {
    int timeout_ms = -1;
    const time_limit before = end.left();
    if (before.is_zero()) {
      timeout_ms = 0;
    } else if (!before.is_forever()) {
      timeout_ms = static_cast<int>(std::min<std::int64_t>(left_until(before) / 1'000'000 + 1, 1'000'000'000));
    }
    const int count = ::poll(fds.data(), wait != nullptr ? 2 : 1, timeout_ms);
    if (wait != nullptr && wait->closed()) return io_outcome::closed;
    if (count > 0 && (p.revents & POLLNVAL) != 0) errno = EBADF;
    if (count < 0 || (p.revents & POLLNVAL) != 0) {
      if (errno == EINTR) continue;
      throw std::system_error(errno, std::generic_category(), "wait for fd " + std::to_string(fd));
    }
    if (count > 0) return io_outcome::ready;
    if (end.left().is_zero()) return io_outcome::timed_out;
  }
}

}  // namespace

io_outcome wait_fd(int fd, direction d, time_limit limit, bool tried) {
  if (fd < 0)
    throw std::system_error(EBADF, std::generic_category(), "wait for fd " + std::to_string(fd));  // poll(2) skips it
  if (limit.is_zero()) return poll_fd(fd, d, 0, nullptr);
  if (!in_coroutine()) {
    core::expect_no_other_weft("a wait for a descriptor");
    const core::thread_fd_wait wait(fd);
    return poll_fd(fd, d, limit, &wait);
  }
  return core::scheduler::current()->wait_fd(fd, d, limit, tried);
}

bool end_of_fd_wait(int fd, io_outcome outcome) {
  switch (outcome) {
    case io_outcome::ready:
      return true;
    case io_outcome::timed_out:
      return false;
    case io_outcome::interrupted:
      throw_interruption();
    case io_outcome::closed:
      throw std::system_error(ECANCELED, std::generic_category(), "wait for fd " + std::to_string(fd));
  }
  return false;
}

void forget_fd(int fd) noexcept {
  core::scheduler* const here = core::scheduler::current();
  if (here != nullptr) here->close_fd(fd);
  core::tell_others_of_closing(fd, here);
}

int close_fd(int fd) noexcept {
  forget_fd(fd);
  // EINTR: on Linux the number is free all the same; trying again could close somebody else's.
  return ::close(fd) == 0 || errno == EINTR ? 0 : errno;
}

void record_socket(diary::event_type type, int fd, std::string_view endpoint) noexcept {
  core::scheduler* const here = core::scheduler::current();
  if (here == nullptr) return;
  if (type == diary::event_type::socket_closed) {
    here->diary().socket_closed(fd);
  } else {
    here->diary().socket(type, fd, endpoint);
  }
}

void record_at_once(int fd) noexcept {
  if (core::scheduler* const here = core::scheduler::current()) here->diary().input_at_once(fd);
}

bool must_wait_for_input() noexcept {
  core::scheduler* const here = core::scheduler::current();
  return here != nullptr && here->must_wait_for_input();
}

void record_accept_backoff(int fd, int error, std::int64_t delay_ns) noexcept {
  if (core::scheduler* const here = core::scheduler::current()) here->diary().accept_backed_off(fd, error, delay_ns);
}

}  // namespace weft::detail
