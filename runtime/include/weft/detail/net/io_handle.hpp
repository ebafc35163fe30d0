// Owns the fd of every socket and pipe class. The fd is non-blocking, and is closed through the scheduler, which wakes
// its waiters. Not for programs: they use its public members through derived classes.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "weft/detail/core/deadline.hpp"
#include "weft/detail/core/fd_wait.hpp"
#include "weft/detail/net/io_operation.hpp"

namespace weft::detail {

// Several coroutines of one thread may use a handle at once: one reads, one writes, a third closes it, moves it,
// assigns another connection to it or destroys it. Every waiter then gets ECANCELED, even if the fd was ready already.
// A handle may be moved to another thread, but two threads must not use it at the same time.
class io_handle {
 public:
  // The end of a pipe must avoid SIGPIPE in another way, and is no socket in the diary.
  enum class kind : std::uint8_t { socket, pipe };

  io_handle() = default;
  // Takes ownership of an fd that is non-blocking already. `name`, for error messages: an endpoint or a path.
  // `was_blocking`: the fd was blocking before weft adopted it.
  io_handle(int fd, std::string name, kind k = kind::socket, bool was_blocking = false) noexcept
      : fd_(fd), kind_(k), was_blocking_(was_blocking), name_(std::move(name)) {}
  io_handle(io_handle&& other) noexcept;
  io_handle& operator=(io_handle&& other) noexcept;  // closes its own fd first
  ~io_handle() { close(); }

  // Closes the fd; every waiter gets std::system_error with ECANCELED. Does not suspend. Does nothing if the fd is
  // closed.
  void close() noexcept;
  bool is_open() const noexcept { return fd_ >= 0; }
  // The fd, still owned by this object; -1 if it is closed. The fd is non-blocking and must stay so.
  int native_handle() const noexcept { return fd_; }
  // Gives the ownership of the fd to the caller. The fd is non-blocking if weft made it, else as the program passed it.
  // Every waiter gets ECANCELED. -1 if the fd is closed.
  [[nodiscard]] int release() noexcept;

 protected:
  // Suspends until the fd is ready or has failed; false: the deadline has passed. Call after the kernel returned
  // EAGAIN. Throws ECANCELED if `op` was cut off, `cancelled` if the coroutine was cancelled. After true the handle
  // exists and has the same fd; after any other outcome the handle may be gone.
  bool wait_ready(io_operation& op, direction d, const deadline& end);
  // Throws std::system_error(error), what(): "call name: ...".
  [[noreturn]] void fail(const char* call, int error) const;
  const std::string& name() const noexcept { return name_; }
  kind what() const noexcept { return kind_; }

 private:
  friend class io_operation::wait;
  // Ends every wait on this handle, because the fd is not this handle's any more.
  void cut_off_waiting() noexcept;
  int let_go() noexcept;

  int fd_ = -1;
  // No wait on this thread yet: the first wait asks the kernel for the level, since another thread may have got the
  // report.
  bool fresh_ = true;
  kind kind_ = kind::socket;
  // The program passed the open file blocking. give_back_fd() makes it blocking again, for all processes that share it.
  bool was_blocking_ = false;
  std::string name_;
  io_operation* first_waiting_ = nullptr;
  io_operation* last_waiting_ = nullptr;
};

}  // namespace weft::detail
