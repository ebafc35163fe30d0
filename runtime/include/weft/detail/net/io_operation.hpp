// One call of the program that may wait for a handle's fd; survives the handle. Not for programs.
#pragma once

#include <exception>

namespace weft::detail {

class io_handle;
class turn;
struct waiter;

// Lives on the stack of the coroutine that reads, writes or accepts. While the coroutine waits, the handle lists the
// operation. A handle that is closed, released, moved from, assigned or destroyed meanwhile cuts it off: the operation
// ends with ECANCELED and does not use the handle again, which may belong to another connection or not exist. Used on
// the handle's thread.
class io_operation {
 public:
  // `call`: the name in error messages, such as "read".
  io_operation(io_handle& h, const char* call) noexcept : handle_(&h), call_(call) {}
  io_operation(const io_operation&) = delete;
  io_operation& operator=(const io_operation&) = delete;

  const char* call() const noexcept { return call_; }
  bool is_cut_off() const noexcept { return handle_ == nullptr; }
  // The operation must be cut off. Throws std::system_error with ECANCELED.
  [[noreturn]] void throw_cut_off() const { std::rethrow_exception(error_); }

  // One wait of the operation, for the scope. `line` and `place`: the turn and the waiter in its line; null: it waits
  // for the fd.
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
  std::exception_ptr error_;  // set when cut off
  // Set during a wait
  turn* line_ = nullptr;
  waiter* place_ = nullptr;
  io_operation* next_ = nullptr;  // in the handle's list, oldest first
  io_operation* previous_ = nullptr;
};

}  // namespace weft::detail
