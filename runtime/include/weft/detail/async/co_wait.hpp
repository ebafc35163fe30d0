// How a co_task is driven and how it waits. Not for programs.
//
// A co_task may await a co_task that awaits another one, and so on. Their frames never resume each other: each frame
// names the next one and returns to the driver, which resumes it. So the stack does not grow with the chain, even if
// the compiler makes a call of a symmetric transfer (GCC without optimisation does). In the same way a frame only asks
// for a wait; the wait begins when control is back at the driver.
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

// There is one driver for each spawned co_task, and one for each await() of a co_task.
struct co_driver {
  std::coroutine_handle<> top;   // the outermost frame: when it is done, so is the co_task
  std::coroutine_handle<> next;  // the frame to resume next
  co_wait* wait = nullptr;       // the wait that must end first
  // The waits for foreign awaitables that have asked for a wait of weft's own; innermost first.
  co_wait* outer = nullptr;
};

// Returns the driver of the running coroutine. Throws std::logic_error if no co_task runs in it.
co_driver& running_driver();
// Returns the driver of a running frame; a frame of a co_task knows its driver.
template <class P>
co_driver& driver_of(std::coroutine_handle<P> frame) {
  if constexpr (std::derived_from<P, co_promise_base>) {
    return *frame.promise().driver;
  } else {
    return running_driver();
  }
}

// One wait, stored in the frame that waits: the base of all awaiters that suspend.
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

  // For the driver. Returns false if there was nothing to wait for, or if the wait failed; the frame then gets the
  // error.
  bool begin(core::scheduler& s) noexcept;
  void end(core::scheduler& s) noexcept;
  // Makes this wait, the innermost of d.outer, the next one of the driver.
  void take_turn(co_driver& d) noexcept;

 protected:
  ~co_wait() = default;
  // Asks the driver to wait for this before it resumes `frame`. Throws std::logic_error if the driver has been asked
  // for another wait already.
  void ask(co_driver& d, std::coroutine_handle<> frame) {
    if (d.wait != nullptr || d.next != nullptr) refuse_second();
    frame_ = frame;
    d.wait = this;
    d.next = frame;
  }
  // The same for a foreign awaitable, which may have asked the driver for a wait of its own already: that wait comes
  // first.
  void ask_outside(co_driver& d, std::coroutine_handle<> frame);
  // For await_resume(), which ends the wait as everybody does who waits: end_of_wait() or end_of_fd_wait(). outcome()
  // throws the error that kept the wait from beginning.
  bool has_succeeded() const noexcept { return outcome_ == io_outcome::ready && error_ == nullptr; }
  io_outcome outcome();

  // Begins the wait through one of the scheduler's begin_..() functions. Returns false if there is nothing to wait for.
  virtual bool start(core::scheduler& s) = 0;
  bool begun(core::scheduler& s, bool began) noexcept;

  bool shielded_ = false;  // an interruption is delivered only after the wait

 private:
  [[noreturn]] static void refuse_second();

  io_outcome outcome_ = io_outcome::ready;
  std::exception_ptr error_;
  std::coroutine_handle<> frame_;
  co_wait* below_ = nullptr;
};

// Sleeps; yields if the time is not positive.
class sleep_wait final : public co_wait {
 public:
  explicit sleep_wait(std::int64_t ns) noexcept : ns_(ns) {}
  void await_resume() {
    if (!has_succeeded()) [[unlikely]]
      fail();
  }

 private:
  bool start(core::scheduler& s) override;
  [[noreturn]] void fail();
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

// Waits in an object's list: what wait_in_line() is for a coroutine with a stack. The object may be destroyed
// meanwhile, as any object that is waited for.
class object_wait : public co_wait {
 protected:
  explicit object_wait(diary::wait_reason reason) noexcept : reason_(reason) {}
  ~object_wait() = default;
  // Returns the object, with w in one of its lists and its lock held; null: there is nothing to wait for.
  virtual object* stand_in_line(waiter& w) = 0;
  // See end_of_wait().
  virtual void give_back(waiter&) noexcept {}
  // For await_resume(): returns true if there was nothing to wait for or the wait was granted.
  bool finish() { return has_succeeded() || finish_otherwise(); }

 private:
  bool start(core::scheduler& s) final;
  bool finish_otherwise();
  diary::wait_reason reason_;
  std::optional<waiter> waiter_;
};

// Waits for the end of a task or future. A derived class keeps that alive and reads the value.
class completion_wait : public object_wait {
 public:
  bool await_ready() const noexcept;

 protected:
  explicit completion_wait(completion& c) noexcept;
  ~completion_wait() = default;

 private:
  object* stand_in_line(waiter& w) noexcept final;
  completion& completion_;
};

// The end of a foreign awaitable, one whose type weft does not know.
class foreign_end {
 public:
  foreign_end();
  foreign_end(const foreign_end&) = delete;
  foreign_end& operator=(const foreign_end&) = delete;

  void reached() noexcept;  // callable from any thread, once
  bool is_reached() const noexcept;
  // Returns true with w in the waiter list and the object's lock held, or false if the end has been reached.
  bool stand_in_line(waiter& w) noexcept;
  object& waited() noexcept { return object_; }

  std::exception_ptr error;  // written before reached() is called

 private:
  object object_;
  wait_list line_;  // guarded by object_.lock, as is reached_
  bool reached_ = false;
};

class foreign_wait_base : public object_wait {
 public:
  template <class P>
  void await_suspend(std::coroutine_handle<P> frame) {
    ask_outside(driver_of(frame), frame);
  }

 protected:
  explicit foreign_wait_base(bool shielded) noexcept;
  ~foreign_wait_base() = default;
  std::shared_ptr<foreign_end> end_;

 private:
  object* stand_in_line(waiter& w) noexcept final;
};

}  // namespace weft::detail
