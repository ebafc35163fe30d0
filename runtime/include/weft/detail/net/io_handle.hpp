// The fd that every socket and pipe class owns: non-blocking, closed through the scheduler so that whoever waits for it
// is told. Not for programs: they see its public members through the classes that derive from it.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "weft/detail/core/deadline.hpp"
#include "weft/detail/core/fd_wait.hpp"
#include "weft/detail/net/io_operation.hpp"

namespace weft::detail {

// May be used by several coroutines of one thread at once: one reads, one writes, a third closes it, moves it, assigns
// another connection to it or destroys it. Whoever waits then gets ECANCELED, always, also when the fd was ready
// already. May be moved to another thread, but is not used by two threads at the same time.
class io_handle {
 public:
  // A pipe's end needs another care for SIGPIPE, and is no socket in the diary.
  enum class kind : std::uint8_t { socket, pipe };

  io_handle() = default;
  // Takes over an fd that is non-blocking already. `name` stands in error messages: an endpoint or a path.
  // `was_blocking`: it was not, before weft took it over.
  io_handle(int fd, std::string name, kind k = kind::socket, bool was_blocking = false) noexcept
      : fd_(fd), kind_(k), was_blocking_(was_blocking), name_(std::move(name)) {}
  io_handle(io_handle&& other) noexcept;
  io_handle& operator=(io_handle&& other) noexcept;  // closes what it held
  ~io_handle() { close(); }

  // Closes the fd; whoever waits for it gets std::system_error with ECANCELED. Does not suspend. Closed already:
  // nothing.
  void close() noexcept;
  bool is_open() const noexcept { return fd_ >= 0; }
  // The fd, still owned by this object; -1 if it is closed. It is non-blocking: leave it so.
  int native_handle() const noexcept { return fd_; }
  // Gives the fd away: the caller closes it. Non-blocking if weft made it, else as the program gave it. Who waits for
  // it gets ECANCELED. -1 if it is closed.
  [[nodiscard]] int release() noexcept;

 protected:
  // Suspends until the fd is ready or has failed; false: the time ran out. Call it after the kernel said EAGAIN.
  // Throws ECANCELED when `op` was cut off, `cancelled` when the coroutine was cancelled. After true the handle is
  // there and has the same fd; after anything else it may be gone.
  bool wait_ready(io_operation& op, direction d, const deadline& end);
  // std::system_error(error), what(): "call name: ...".
  [[noreturn]] void fail(const char* call, int error) const;
  const std::string& name() const noexcept { return name_; }
  kind what() const noexcept { return kind_; }

 private:
  friend class io_operation::wait;
  // The fd is not this handle's any more: everybody who waits is told.
  void cut_off_waiting() noexcept;
  int let_go() noexcept;

  int fd_ = -1;
  // No wait on this thread yet: the kernel is asked for the level, since readiness may have been told to another one.
  bool fresh_ = true;
  kind kind_ = kind::socket;
  // The program gave it blocking; it gets it back so, and so do others who share the open file.
  bool was_blocking_ = false;
  std::string name_;
  io_operation* first_waiting_ = nullptr;
  io_operation* last_waiting_ = nullptr;
};

}  // namespace weft::detail
