#include "weft/detail/io_handle.hpp"

#include <cerrno>
#include <system_error>
#include <utility>

#include "trace/schema.hpp"
#include "weft/detail/wait.hpp"

namespace weft::detail {

io_handle::io_handle(io_handle&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), kind_(other.kind_), name_(std::exchange(other.name_, {})) {}

io_handle& io_handle::operator=(io_handle&& other) noexcept {
  if (this == &other) return *this;
  close();
  fd_ = std::exchange(other.fd_, -1);
  fresh_ = true;
  kind_ = other.kind_;
  name_ = std::exchange(other.name_, {});
  return *this;
}

void io_handle::close() noexcept {
  const int fd = std::exchange(fd_, -1);
  if (fd < 0) return;
  if (kind_ == kind::socket) record_socket(diary::event_type::socket_closed, fd, name_);
  (void)close_fd(fd);  // nothing a caller could do about an error here: the number is free
}

int io_handle::release() noexcept {
  const int fd = std::exchange(fd_, -1);
  if (fd >= 0) forget_fd(fd);
  return fd;
}

bool io_handle::wait_ready(direction d, const deadline& limit, const char* call) {
  const std::int64_t limit_ns = limit.left_ns();
  if (limit_ns == 0) return false;
  const bool tried = !std::exchange(fresh_, false);
  // From here on the object may be closed by another coroutine; after `closed` only the name is still looked at.
  switch (wait_fd(fd_, d, limit_ns, tried)) {
    case io_outcome::ready:
      return true;
    case io_outcome::timed_out:
      return false;
    case io_outcome::interrupted:
      throw_interruption();
    case io_outcome::closed:
      fail(call, ECANCELED);
  }
  return false;
}

void io_handle::fail(const char* call, int error) const {
  throw std::system_error(error, std::generic_category(), name_.empty() ? std::string(call) : call + (' ' + name_));
}

}  // namespace weft::detail
