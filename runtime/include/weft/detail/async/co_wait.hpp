// How a co_task is driven and how it waits. Not for programs.
//
// The frames of a co_task that awaits a co_task that awaits ... never resume each other: each says which frame is next
// and returns to the driver, which resumes that. So the stack does not grow with the chain, whatever the compiler makes
// of symmetric transfer (GCC without optimisation calls). In the same way a wait begins only when control is back at
// the driver: until then it has only been asked for.
#pragma once

#include <concepts>
#include <coroutine>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <utility>

#include "weft/detail/core/fd_wait.hpp"
#include "weft/detail/core/suspension.hpp"

namespace weft::core {
class scheduler;
}

namespace weft::detail {

class co_promise_base;
class co_wait;
class completion;

// One for each co_task that was spawned, and for each await() of one.
struct co_driver {
  std::coroutine_handle<> top;   // the outermost frame: when it is done, so is the co_task
  std::coroutine_handle<> next;  // the frame to resume next
  co_wait* wait = nullptr;       // what that one waits for before
  co_wait* outer =
      nullptr;  // waits for foreign awaitables that themselves wait for something of weft's; innermost first
};

// That of the coroutine that runs. Throws std::logic_error if no co_task runs in it.
co_driver& running_driver();
// The same for a frame that runs: one of a co_task knows it.
template <class P>
co_driver& driver_of(std::coroutine_handle<P> frame) {
  if constexpr (std::derived_from<P, co_promise_base>) {
    return *frame.promise().driver;
  } else {
    return running_driver();
  }
}

// One wait, in the frame that waits: the base of all awaiters that suspend.
class co_wait {
 public:
  co_wait() = default;
  co_wait(const co_wait&) = delete;
  co_wait& operator=(const co_wait&) = delete;

  bool await_ready() const noexcept { return false; }
  template <class P>
  void await_suspend(std::coroutine_handle<P> frame) {
    ask(driver_of(frame), frame);
  }

  // For the driver. false: there was nothing to wait for, or it failed, which the frame will see.
  bool begin(core::scheduler& s) noexcept;
  void end(core::scheduler& s) noexcept;
  // It is the innermost of d.outer, and now its turn.
  void take_turn(co_driver& d) noexcept;

 protected:
  ~co_wait() = default;
  // Asks the driver to wait for this before it resumes `frame`. Throws std::logic_error: it has been asked for another
  // one already.
  void ask(co_driver& d, std::coroutine_handle<> frame) {
    if (d.wait != nullptr || d.next != nullptr) refuse_second();
    frame_ = frame;
    d.wait = this;
    d.next = frame;
  }
  // The same for a wait whose object may have asked the driver already, for one of its own: that one comes first.
  void ask_outside(co_driver& d, std::coroutine_handle<> frame);
  // For await_resume(): throws the error or interruption that ended the wait, else ready or closed.
  io_outcome finish() {
    if (outcome_ != io_outcome::ready || error_ != nullptr) return finish_otherwise();
    return io_outcome::ready;
  }

  // Begins the wait through one of the scheduler's begin_..() functions. False: there is nothing to wait for.
  virtual bool start(core::scheduler& s) = 0;
  bool begun(core::scheduler& s, bool began) noexcept;

  bool shielded_ = false;  // an interruption comes only after it

 private:
  [[noreturn]] static void refuse_second();
  io_outcome finish_otherwise();

  io_outcome outcome_ = io_outcome::ready;
  std::exception_ptr error_;
  std::coroutine_handle<> frame_;
  co_wait* below_ = nullptr;
};

// Sleeps; not positive: yields.
class sleep_wait final : public co_wait {
 public:
  explicit sleep_wait(std::int64_t ns) noexcept : ns_(ns) {}
  void await_resume() { finish(); }

 private:
  bool start(core::scheduler& s) override;
  std::int64_t ns_;
};

class fd_wait final : public co_wait {
 public:
  fd_wait(int fd, direction d) noexcept : fd_(fd), direction_(d) {}
  void await_resume();

 private:
  bool start(core::scheduler& s) override;
  int fd_;
  direction direction_;
  std::optional<waiter> waiter_;
};

// For the end of a task or future. Whoever derives keeps that alive, and takes the value.
class completion_wait : public co_wait {
 public:
  bool await_ready() const noexcept;

 protected:
  explicit completion_wait(completion& c) noexcept : completion_(c) {}
  ~completion_wait() = default;

 private:
  bool start(core::scheduler& s) final;
  completion& completion_;
  std::optional<waiter> waiter_;
};

// The end of something foreign: of an awaitable that weft does not know.
class foreign_end {
 public:
  foreign_end();
  foreign_end(const foreign_end&) = delete;
  foreign_end& operator=(const foreign_end&) = delete;

  void reached() noexcept;  // from any thread, once
  bool is_reached() const noexcept;
  // With the lock held w stands in line; or false: it is reached.
  bool stand_in_line(waiter& w) noexcept;
  object& waited() noexcept { return object_; }

  std::exception_ptr error;  // written before reached()

 private:
  object object_;
  wait_list line_;  // guarded by object_.lock, as the next
  bool reached_ = false;
};

class foreign_wait_base : public co_wait {
 public:
  template <class P>
  void await_suspend(std::coroutine_handle<P> frame) {
    ask_outside(driver_of(frame), frame);
  }

 protected:
  explicit foreign_wait_base(bool shielded) noexcept { shielded_ = shielded; }
  ~foreign_wait_base() = default;
  bool start(core::scheduler& s) override;
  std::shared_ptr<foreign_end> end_;

 private:
  std::optional<waiter> waiter_;
};

}  // namespace weft::detail
