// Reads and writes a sequence of bytes; the common base of TCP streams, Unix streams and pipes. Programs use those
// classes.
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <ranges>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "weft/detail/core/suspension.hpp"
#include "weft/detail/net/io_handle.hpp"
#include "weft/detail/net/turn.hpp"

namespace weft::detail {

template <class Range>
concept byte_range = std::ranges::contiguous_range<Range> && std::ranges::sized_range<Range> &&
    (std::same_as<std::ranges::range_value_t<Range>, char> ||
     std::same_as<std::ranges::range_value_t<Range>, unsigned char> ||
     std::same_as<std::ranges::range_value_t<Range>, std::byte>);
// A range of bytes that a read may write to.
template <class Range>
concept byte_buffer =
    byte_range<Range> && !std::is_const_v<std::remove_reference_t<std::ranges::range_reference_t<Range>>>;
// A range of bytes to write that is not a string: a string ends at its length, an array of char at its NUL.
template <class Range>
concept byte_data = byte_range<Range> && !std::convertible_to<const Range&, std::string_view>;

// Each read first returns bytes that an earlier read left in the buffer. A read that is cancelled, times out or throws
// consumes no bytes: a later read gets them. Coroutines that read (or write) at the same time get turns in order of
// arrival, and the bytes of each operation stay together. The `_for` and `_until` forms return nothing (or false) after
// the time limit. Failures are std::system_error (ECONNRESET, EPIPE, ...); EBADF after close() and on a moved-from
// stream.
class stream : public io_handle {
 public:
  stream() = default;
  stream(int fd, std::string name, kind k, bool was_blocking = false) noexcept
      : io_handle(fd, std::move(name), k, was_blocking) {}
  stream(stream&& other) noexcept;
  stream& operator=(stream&& other) noexcept;
  ~stream() { close(); }

  // Closes the fd. Every coroutine that waits for the fd or for a turn gets std::system_error with ECANCELED. Does not
  // suspend. Does nothing if the fd is closed.
  void close() noexcept;

  // ---- reading. Suspends until at least one byte is there or the other side has ended ----
  // Reads up to `size` bytes into `buffer`. Returns how many; 0 at the end (or if size is 0).
  std::size_t read_some(void* buffer, std::size_t size) { return *read_some_ns(buffer, size, forever); }
  std::size_t read_some(std::span<std::byte> buffer) { return read_some(buffer.data(), buffer.size()); }
  template <byte_buffer Buffer>
  std::size_t read_some(Buffer&& buffer) {
    return read_some(std::ranges::data(buffer), std::ranges::size(buffer));
  }
  // Reads up to `max` bytes; empty at the end.
  std::string read_some(std::size_t max) { return *read_some_ns(max, forever); }

  template <class Rep, class Period>
  std::optional<std::size_t> read_some_for(void* buffer, std::size_t size, std::chrono::duration<Rep, Period> d) {
    return read_some_ns(buffer, size, nanoseconds_of(d));
  }
  template <byte_buffer Buffer, class Rep, class Period>
  std::optional<std::size_t> read_some_for(Buffer&& buffer, std::chrono::duration<Rep, Period> d) {
    return read_some_ns(std::ranges::data(buffer), std::ranges::size(buffer), nanoseconds_of(d));
  }
  template <class Rep, class Period>
  std::optional<std::string> read_some_for(std::size_t max, std::chrono::duration<Rep, Period> d) {
    return read_some_ns(max, nanoseconds_of(d));
  }
  template <byte_buffer Buffer, class Clock, class Duration>
  std::optional<std::size_t> read_some_until(Buffer&& buffer, std::chrono::time_point<Clock, Duration> t) {
    return read_some_ns(std::ranges::data(buffer), std::ranges::size(buffer), until(t));
  }
  template <class Clock, class Duration>
  std::optional<std::string> read_some_until(std::size_t max, std::chrono::time_point<Clock, Duration> t) {
    return read_some_ns(max, until(t));
  }

  // Number of bytes left in the buffer by earlier reads: so many can be read without a wait.
  std::size_t buffered() const noexcept { return buffer_.size() - taken_; }

  // Reads exactly n bytes. Suspends until they are there. Throws end_of_stream, with the bytes so far, if the other
  // side ends earlier.
  std::string read_exactly(std::size_t n) { return *read_exactly_ns(n, forever); }
  template <class Rep, class Period>
  std::optional<std::string> read_exactly_for(std::size_t n, std::chrono::duration<Rep, Period> d) {
    return read_exactly_ns(n, nanoseconds_of(d));
  }
  template <class Clock, class Duration>
  std::optional<std::string> read_exactly_until(std::size_t n, std::chrono::time_point<Clock, Duration> t) {
    return read_exactly_ns(n, until(t));
  }

  // Reads up to and including the delimiter, which must not be empty; later bytes stay for the next read. Suspends
  // until the delimiter is there. Throws end_of_stream, with the bytes so far, if the other side ends earlier. Throws
  // std::length_error if the result would exceed `max` bytes: all bytes then stay for the next read.
  std::string read_until(std::string_view delimiter, std::size_t max = 65536) {
    return *read_until_ns(delimiter, max, forever);
  }
  template <class Rep, class Period>
  std::optional<std::string> read_until_for(std::string_view delimiter, std::chrono::duration<Rep, Period> d,
                                            std::size_t max = 65536) {
    return read_until_ns(delimiter, max, nanoseconds_of(d));
  }
  template <class Clock, class Duration>
  std::optional<std::string> read_until_until(std::string_view delimiter, std::chrono::time_point<Clock, Duration> t,
                                              std::size_t max = 65536) {
    return read_until_ns(delimiter, max, until(t));
  }

  // Reads all bytes until the other side ends. Suspends until then. Only memory limits the size.
  std::string read_all() { return *read_all_ns(forever); }
  template <class Rep, class Period>
  std::optional<std::string> read_all_for(std::chrono::duration<Rep, Period> d) {
    return read_all_ns(nanoseconds_of(d));
  }
  template <class Clock, class Duration>
  std::optional<std::string> read_all_until(std::chrono::time_point<Clock, Duration> t) {
    return read_all_ns(until(t));
  }

  // ---- writing. A broken connection is EPIPE or ECONNRESET, never the signal SIGPIPE ----
  // Suspends until the kernel accepts at least one byte; returns how many it accepted.
  std::size_t write_some(std::string_view bytes) { return *write_some_ns(bytes.data(), bytes.size(), forever); }
  template <byte_data Data>
  std::size_t write_some(const Data& bytes) {
    return write_some(as_chars(bytes));
  }
  template <class Rep, class Period>
  std::optional<std::size_t> write_some_for(std::string_view bytes, std::chrono::duration<Rep, Period> d) {
    return write_some_ns(bytes.data(), bytes.size(), nanoseconds_of(d));
  }
  template <class Clock, class Duration>
  std::optional<std::size_t> write_some_until(std::string_view bytes, std::chrono::time_point<Clock, Duration> t) {
    return write_some_ns(bytes.data(), bytes.size(), until(t));
  }

  // Suspends until the kernel has accepted all bytes. A write that is cancelled, times out or throws may have written
  // some of them; the stream is then of little use.
  void write_all(std::string_view bytes) { write_all_ns(bytes.data(), bytes.size(), forever); }
  template <byte_data Data>
  void write_all(const Data& bytes) {
    write_all(as_chars(bytes));
  }
  template <class Rep, class Period>
  bool write_all_for(std::string_view bytes, std::chrono::duration<Rep, Period> d) {
    return write_all_ns(bytes.data(), bytes.size(), nanoseconds_of(d));
  }
  template <class Clock, class Duration>
  bool write_all_until(std::string_view bytes, std::chrono::time_point<Clock, Duration> t) {
    return write_all_ns(bytes.data(), bytes.size(), until(t));
  }

  // Gives the ownership of the fd to the caller; drops bytes that an earlier read left in the buffer.
  [[nodiscard]] int release() noexcept;

 private:
  template <class Data>
  static std::string_view as_chars(const Data& bytes) {
    const auto all = std::as_bytes(std::span(std::ranges::data(bytes), std::ranges::size(bytes)));
    return {reinterpret_cast<const char*>(all.data()), all.size()};
  }

  std::optional<std::size_t> read_some_ns(void* buffer, std::size_t size, time_limit limit);
  std::optional<std::string> read_some_ns(std::size_t max, time_limit limit);
  std::optional<std::string> read_exactly_ns(std::size_t n, time_limit limit);
  std::optional<std::string> read_until_ns(std::string_view delimiter, std::size_t max, time_limit limit);
  std::optional<std::string> read_all_ns(time_limit limit);
  std::optional<std::size_t> write_some_ns(const char* bytes, std::size_t size, time_limit limit);
  bool write_all_ns(const char* bytes, std::size_t size, time_limit limit);

  std::optional<std::size_t> write_once_ready(io_operation& op, const char* bytes, std::size_t size,
                                              const deadline& end);
  enum class fill_result : std::uint8_t { more, end, timed_out };
  // Reads once, up to about `wanted` bytes, to the end of the buffer.
  fill_result fill(io_operation& op, std::size_t wanted, const deadline& end);
  // Removes the first n bytes from the buffer and returns them.
  std::string take(std::size_t n);
  class turn_holder;

  std::string buffer_;  // bytes from the kernel; the program has the first taken_ bytes already
  std::size_t taken_ = 0;
  turn reading_;
  turn writing_;
};

}  // namespace weft::detail
