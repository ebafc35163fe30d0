#include "weft/detail/net/stream.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <ctime>
#include <memory>
#include <stdexcept>
#include <utility>

#include "trace/words/states.hpp"
#include "weft/io.hpp"

#ifndef MSG_NOSIGNAL
#define MSG_NOSIGNAL 0  // there the socket itself is silent: SO_NOSIGPIPE
#endif

namespace weft::detail {
namespace {

constexpr std::size_t chunk_size = 16384;
constexpr std::size_t largest_chunk = 262144;

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK; }

ssize_t read_once(int fd, void* buffer, std::size_t size) {
  ssize_t count = 0;
  do {
    count = ::read(fd, buffer, size);
  } while (count < 0 && errno == EINTR);
  return count;
}

#if defined(F_SETNOSIGPIPE)
ssize_t write_to_pipe(int fd, const char* bytes, std::size_t size) { return ::write(fd, bytes, size); }
#else
// write() to a pipe cannot suppress SIGPIPE. So this blocks the signal meanwhile, and removes it if this write raised
// it.
ssize_t write_to_pipe(int fd, const char* bytes, std::size_t size) {
  ::sigset_t broken_pipe;
  ::sigset_t before;
  ::sigset_t pending;
  sigemptyset(&broken_pipe);
  sigaddset(&broken_pipe, SIGPIPE);
  ::pthread_sigmask(SIG_BLOCK, &broken_pipe, &before);
  ::sigpending(&pending);
  const ssize_t count = ::write(fd, bytes, size);
  const int error = errno;
  if (count < 0 && error == EPIPE && sigismember(&pending, SIGPIPE) == 0) {
    const ::timespec at_once{};
    while (::sigtimedwait(&broken_pipe, nullptr, &at_once) < 0 && errno == EINTR) {
    }
  }
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  errno = error;
  return count;
}
#endif

ssize_t write_once(int fd, io_handle::kind kind, const char* bytes, std::size_t size) {
  ssize_t count = 0;
  do {
    count = kind == io_handle::kind::pipe ? write_to_pipe(fd, bytes, size) : ::send(fd, bytes, size, MSG_NOSIGNAL);
  } while (count < 0 && errno == EINTR);
  return count;
}

}  // namespace

// Has the turn of `op` to read or write until the end of the scope.
class stream::turn_holder {
 public:
  turn_holder(io_operation& op, const stream& s, turn& t, direction d, const deadline& end) : op_(op), turn_(t) {
    const auto reason = d == direction::readable ? diary::wait_reason::fd_readable : diary::wait_reason::fd_writable;
    // Fails also if buffered bytes are left.
    if (!s.is_open()) s.fail(op.call(), EBADF);
    mine_ = turn_.take(op, reason, end.left(), s.name());
  }
  ~turn_holder() {
    if (mine_ && !op_.is_cut_off()) turn_.give();
  }
  turn_holder(const turn_holder&) = delete;
  turn_holder& operator=(const turn_holder&) = delete;
  bool mine() const { return mine_; }  // false: the time ran out

 private:
  const io_operation& op_;
  turn& turn_;
  bool mine_ = false;
};

// io_handle's move cuts off all operations that have or await a turn of `other`.
stream::stream(stream&& other) noexcept
    : io_handle(std::move(other)), buffer_(std::exchange(other.buffer_, {})), taken_(std::exchange(other.taken_, 0)) {
  other.reading_.free();
  other.writing_.free();
}

stream& stream::operator=(stream&& other) noexcept {
  if (this == &other) return *this;
  close();
  io_handle::operator=(std::move(other));
  buffer_ = std::exchange(other.buffer_, {});
  taken_ = std::exchange(other.taken_, 0);
  other.reading_.free();
  other.writing_.free();
  return *this;
}

void stream::close() noexcept {
  io_handle::close();
  reading_.free();
  writing_.free();
}

int stream::release() noexcept {
  buffer_.clear();
  taken_ = 0;
  const int fd = io_handle::release();
  reading_.free();
  writing_.free();
  return fd;
}

std::string stream::take(std::size_t n) {
  std::string front;
  if (taken_ == 0 && n == buffer_.size()) {
    front = std::exchange(buffer_, {});
  } else {
    front.assign(buffer_, taken_, n);
    taken_ += n;
    // Move the rest to the front only when it is the smaller half: so the cost per byte stays constant.
    if (taken_ * 2 >= buffer_.size()) {
      buffer_.erase(0, taken_);
      taken_ = 0;
    }
  }
  return front;
}

stream::fill_result stream::fill(io_operation& op, std::size_t wanted, const deadline& end) {
  for (bool first = true;; first = false) {
    const std::size_t before = buffer_.size();
    buffer_.resize(before + std::clamp(wanted, std::size_t{1}, largest_chunk));
    const ssize_t count = try_input(first, native_handle(), [&] {
      return read_once(native_handle(), buffer_.data() + before, buffer_.size() - before);
    });
    const int error = errno;
    buffer_.resize(before + (count > 0 ? static_cast<std::size_t>(count) : 0));
    if (count > 0) return fill_result::more;
    if (count == 0) return fill_result::end;
    if (!would_block(error)) fail("read", error);
    if (!wait_ready(op, direction::readable, end)) return fill_result::timed_out;
  }
}

std::optional<std::size_t> stream::read_some_ns(void* buffer, std::size_t size, time_limit limit) {
  if (size == 0) return 0;
  const deadline end(limit);
  io_operation op(*this, "read");
  const turn_holder turn(op, *this, reading_, direction::readable, end);
  if (!turn.mine()) return std::nullopt;
  if (const std::size_t n = std::min(size, buffered()); n > 0) {
    const std::string front = take(n);
    std::memcpy(buffer, front.data(), n);
    return n;
  }
  for (bool first = true;; first = false) {
    const ssize_t count = try_input(first, native_handle(), [&] { return read_once(native_handle(), buffer, size); });
    if (count >= 0) return static_cast<std::size_t>(count);
    if (!would_block(errno)) fail("read", errno);
    if (!wait_ready(op, direction::readable, end)) return std::nullopt;
  }
}

std::optional<std::string> stream::read_some_ns(std::size_t max, time_limit limit) {
  // Most reads are small and need no buffer except the result.
  std::array<char, 2048> small;
  const std::size_t size = std::min(max, largest_chunk);
  const std::unique_ptr<char[]> large(size > small.size() ? new char[size] : nullptr);
  char* const buffer = large ? large.get() : small.data();
  const auto count = read_some_ns(buffer, size, limit);
  if (!count) return std::nullopt;
  return std::string(buffer, *count);
}

std::optional<std::string> stream::read_exactly_ns(std::size_t n, time_limit limit) {
  const deadline end(limit);
  io_operation op(*this, "read");
  const turn_holder turn(op, *this, reading_, direction::readable, end);
  if (!turn.mine()) return std::nullopt;
  while (buffered() < n) {
    switch (fill(op, n - buffered(), end)) {
      case fill_result::more:
        break;
      case fill_result::end:
        throw end_of_stream(take(buffered()));
      case fill_result::timed_out:
        return std::nullopt;
    }
  }
  return take(n);
}

std::optional<std::string> stream::read_until_ns(std::string_view delimiter, std::size_t max, time_limit limit) {
  if (delimiter.empty()) throw std::invalid_argument("read_until: the delimiter is empty");
  const deadline end(limit);
  io_operation op(*this, "read");
  const turn_holder turn(op, *this, reading_, direction::readable, end);
  if (!turn.mine()) return std::nullopt;
  std::size_t searched = 0;  // no delimiter starts in the first so many buffered bytes
  for (;;) {
    const std::string_view there = std::string_view(buffer_).substr(taken_);
    const std::size_t found = there.find(delimiter, searched);
    if (found != std::string_view::npos && found + delimiter.size() <= max) return take(found + delimiter.size());
    if (found != std::string_view::npos || there.size() >= max) {
      throw std::length_error("read_until: no delimiter within " + std::to_string(max) + " bytes from " + name());
    }
    searched = there.size() - std::min(there.size(), delimiter.size() - 1);
    switch (fill(op, chunk_size, end)) {
      case fill_result::more:
        break;
      case fill_result::end:
        throw end_of_stream(take(buffered()));
      case fill_result::timed_out:
        return std::nullopt;
    }
  }
}

std::optional<std::string> stream::read_all_ns(time_limit limit) {
  const deadline end(limit);
  io_operation op(*this, "read");
  const turn_holder turn(op, *this, reading_, direction::readable, end);
  if (!turn.mine()) return std::nullopt;
  for (;;) {
    switch (fill(op, std::max(chunk_size, buffer_.size()), end)) {
      case fill_result::more:
        break;
      case fill_result::end:
        return take(buffered());
      case fill_result::timed_out:
        return std::nullopt;
    }
  }
}

// The caller must have the turn to write. Nothing: the deadline has passed.
std::optional<std::size_t> stream::write_once_ready(io_operation& op, const char* bytes, std::size_t size,
                                                    const deadline& end) {
  for (;;) {
    const ssize_t count = write_once(native_handle(), what(), bytes, size);
    if (count >= 0) return static_cast<std::size_t>(count);
    if (!would_block(errno)) fail("write", errno);
    if (!wait_ready(op, direction::writable, end)) return std::nullopt;
  }
}

std::optional<std::size_t> stream::write_some_ns(const char* bytes, std::size_t size, time_limit limit) {
  if (size == 0) return 0;
  const deadline end(limit);
  io_operation op(*this, "write");
  const turn_holder turn(op, *this, writing_, direction::writable, end);
  if (!turn.mine()) return std::nullopt;
  return write_once_ready(op, bytes, size, end);
}

bool stream::write_all_ns(const char* bytes, std::size_t size, time_limit limit) {
  const deadline end(limit);
  io_operation op(*this, "write");
  const turn_holder turn(op, *this, writing_, direction::writable, end);
  if (!turn.mine()) return false;
  while (size > 0) {
    const auto count = write_once_ready(op, bytes, size, end);
    if (!count) return false;
    bytes += *count;
    size -= *count;
  }
  return true;
}

}  // namespace weft::detail
