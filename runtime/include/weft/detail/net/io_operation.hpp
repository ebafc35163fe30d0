// A call of the program's that may wait for the fd of a handle: it survives the handle. Not for programs.
#pragma once

#include <exception>

namespace weft::detail {

class io_handle;
class turn;
struct waiter;

// On the stack of whoever reads, writes or accepts. While it waits, its handle knows of it. A handle that is closed,
// released, moved from, assigned or destroyed meanwhile cuts it off: it ends with ECANCELED and never looks at the
// handle again, which may be another connection's by then, or not exist. Used on the handle's thread.
class io_operation {
 public:
  // `call` is what error messages say: "read".
  io_operation(io_handle& h, const char* call) noexcept : handle_(&h), call_(call) {}
  io_operation(const io_operation&) = delete;
  io_operation& operator=(const io_operation&) = delete;

  const char* call() const noexcept { return call_; }
  bool is_cut_off() const noexcept { return handle_ == nullptr; }
  // Before: it is cut off. Throws std::system_error with ECANCELED.
  [[noreturn]] void throw_cut_off() const { std::rethrow_exception(error_); }

  // Its wait, for the scope. `line` and `place`: where it stands for its turn; null: it waits for the fd itself.
  class wait {
   public:
    explicit wait(io_operation& op, turn* line = nullptr, waiter* place = nullptr) noexcept;
    ~wait();
    wait(const wait&) = delete;
    wait& operator=(const wait&) = delete;

   private:
    io_operation& op_;
  };

 private:
  friend class io_handle;

  io_handle* handle_;  // null: cut off
  const char* call_;
  std::exception_ptr error_;  // of one that is cut off
  // While it waits
  turn* line_ = nullptr;
  waiter* place_ = nullptr;
  io_operation* next_ = nullptr;  // among those of its handle, oldest first
  io_operation* previous_ = nullptr;
};

}  // namespace weft::detail
