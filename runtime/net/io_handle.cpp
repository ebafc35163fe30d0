#include "weft/detail/net/io_handle.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

#include "net/fd_flags.hpp"
#include "trace/words/schema.hpp"
#include "weft/detail/core/suspension.hpp"
#include "weft/detail/net/turn.hpp"

namespace weft::detail {

// `fresh_` makes the next wait ask the kernel for the level, so readiness reported to the other handle's waiters is not
// lost.
io_handle::io_handle(io_handle&& other) noexcept
    : fd_(other.let_go()),
      kind_(other.kind_),
      was_blocking_(std::exchange(other.was_blocking_, false)),
      name_(std::exchange(other.name_, {})) {}

io_handle& io_handle::operator=(io_handle&& other) noexcept {
  if (this == &other) return *this;
  close();
  fd_ = other.let_go();
  fresh_ = true;
  kind_ = other.kind_;
  was_blocking_ = std::exchange(other.was_blocking_, false);
  name_ = std::exchange(other.name_, {});
  return *this;
}

void io_handle::close() noexcept {
  const int fd = std::exchange(fd_, -1);
  if (fd < 0) return;
  if (kind_ == kind::socket) record_socket(diary::event_type::socket_closed, fd, name_);
  if (std::exchange(was_blocking_, false)) net::give_back_fd(fd);
  (void)close_fd(fd);  // an error has no remedy: the number is free
  cut_off_waiting();
}

int io_handle::release() noexcept {
  const int fd = std::exchange(fd_, -1);
  if (fd < 0) return fd;
  forget_fd(fd);
  cut_off_waiting();
  if (std::exchange(was_blocking_, false)) net::give_back_fd(fd);
  return fd;
}

int io_handle::let_go() noexcept {
  const int fd = std::exchange(fd_, -1);
  if (first_waiting_ != nullptr) {
    if (fd >= 0) forget_fd(fd);
    cut_off_waiting();
  }
  return fd;
}

void io_handle::cut_off_waiting() noexcept {
  while (io_operation* const op = first_waiting_) {
    first_waiting_ = op->next_;
    op->handle_ = nullptr;
    try {
      fail(op->call_, ECANCELED);
    } catch (...) {
      op->error_ = std::current_exception();
    }
    if (op->line_ != nullptr) op->line_->dismiss(*op->place_);
  }
  last_waiting_ = nullptr;
}

bool io_handle::wait_ready(io_operation& op, direction d, const deadline& end) {
  const time_limit limit = end.left();
  if (limit.is_zero()) return false;
  const bool tried = !std::exchange(fresh_, false);
  io_outcome outcome = io_outcome::ready;
  {
    const io_operation::wait waits(op);
    outcome = wait_fd(fd_, d, limit, tried);
  }
  if (outcome == io_outcome::interrupted) throw_interruption();
  if (op.is_cut_off()) op.throw_cut_off();
  if (outcome == io_outcome::closed) fail(op.call(), ECANCELED);  // the program closed the fd by its number
  return outcome == io_outcome::ready;
}

void io_handle::fail(const char* call, int error) const {
  throw std::system_error(error, std::generic_category(), name_.empty() ? std::string(call) : call + (' ' + name_));
}

}  // namespace weft::detail
