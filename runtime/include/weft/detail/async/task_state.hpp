// The state that a task's handles and its coroutine share. Not for programs.
#pragma once

#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "weft/detail/async/completion.hpp"
#include "weft/detail/core/body.hpp"
#include "weft/source_location.hpp"

namespace weft::core {
class inbox;
class scheduler;
}  // namespace weft::core

namespace weft {

template <class T>
class task;
template <class T>
class co_task;

namespace detail {

struct co_driver;
class task_state;

// Belongs to an owner of several tasks. Is notified of the end of a task after the task's callbacks and joiners, on the
// thread where it ended, while no lock is held.
class end_hook {
 public:
  explicit end_hook(const void* keeper) noexcept : kept_by(keeper) {}
  virtual void task_ended(task_state& t) noexcept = 0;

  const void* const kept_by;

 protected:
  ~end_hook() = default;
};

class task_state : public completion, public core::body {
 public:
  task_state(std::string_view name, const source_location& where, bool holds_nothing);

  std::uint64_t id() const noexcept { return object_.owner.load(std::memory_order_relaxed); }
  std::uint32_t slot() const noexcept { return object_.owner_slot; }  // in the diary, while the coroutine is live
  bool join(detail::time_limit limit);                                // false: the time ran out
  void check_waitable() const;  // throws deadlock_error if the running coroutine is this task
  bool cancel(std::exception_ptr error);
  bool kill(detail::time_limit limit);
  void rename(std::string_view name);

  // Call before start(). The hook is never removed; null: no hook.
  void tell_at_end(end_hook* h) noexcept { hook_ = h; }
  // The owner of its hook; null: no hook.
  const void* kept_by() const noexcept { return hook_ != nullptr ? hook_->kept_by : nullptr; }
  // Makes the task a coroutine of this thread's scheduler. A negative delay_ns means no delay. Throws std::logic_error
  // outside of a coroutine.
  void start(std::size_t stack_size, std::int64_t delay_ns);
  void start_on(core::scheduler& s, std::size_t stack_size, std::int64_t delay_ns);

  // core::body
  diary::coroutine_status run(core::coroutine& self) noexcept override;
  void ended() noexcept override;
  void abandoned() noexcept override;
  std::string name() const override;
  std::string_view given_name() const noexcept override { return name_ != nullptr ? name_.get() : std::string_view(); }
  const source_location& site() const noexcept override { return where_; }
  // completion
  std::string who() const override;

 protected:
  ~task_state() override;
  // Calls the function and stores its result.
  virtual void invoke() = 0;
  virtual void destroy_function() noexcept = 0;
  // For main: called after its body has ended in any way. May suspend; if it throws, main fails with that error.
  virtual void after_end() {}
  // run() of a coroutine without a stack, for a function that returns a co_task. After the co_task's end it calls
  // keep_result(), which may throw.
  diary::coroutine_status run_stackless(core::coroutine& self, co_driver& d) noexcept;
  virtual void keep_result() {}

 private:
  friend void discard_unstarted(task_state* s) noexcept;
  friend void abandon_unstarted(task_state& s) noexcept;
  friend struct access;

  // The steps of run().
  void begin(core::coroutine& self);                    // throws an interruption that is due before the body starts
  void check_undelivered(const core::coroutine& self);  // throws a cancellation that the body has not seen
  task_status caught() noexcept;                        // call in a handler of the error that ended the body
  diary::coroutine_status conclude(core::coroutine& self, task_status how) noexcept;

  core::coroutine* self_ = nullptr;  // null unless the coroutine is live; used on its scheduler's thread only
  core::inbox* home_ = nullptr;      // of its scheduler
  end_hook* hook_ = nullptr;
  source_location where_;
  std::unique_ptr<char[]> name_;  // null: no name was given; guarded by object_.lock
};

template <class T>
using task_value = with_value<task_state, T>;

// The task that executes an F.
template <class F, class T>
class task_function : public task_value<T> {
 public:
  template <class G>
  task_function(std::string_view name, const source_location& where, G&& g) : task_value<T>(name, where) {
    std::construct_at(std::addressof(function_), std::forward<G>(g));
  }
  ~task_function() override {}

 protected:
  void invoke() override {
    if constexpr (std::is_void_v<T>) {
      std::move(function_)();
    } else {
      this->value_.emplace(std::move(function_)());
    }
  }
  void destroy_function() noexcept override { std::destroy_at(std::addressof(function_)); }

 private:
  union {
    F function_;  // lives until destroy_function()
  };
};

struct access {
  template <class T>
  static task_state* state(const task<T>& t) noexcept {
    return t.state_;
  }
  // Makes a handle for a state; adds a reference.
  template <class T>
  static task<T> make(task_state* s) noexcept {
    retain(s);
    return task<T>(s);
  }
  // Makes a handle that owns an existing reference.
  template <class T>
  static task<T> adopt(task_state* s) noexcept {
    return task<T>(s);
  }
  static core::coroutine* coroutine(const task_state& s) noexcept { return s.self_; }
};

// For a state without a coroutine, whose start failed: destroys the function and the state. No handle may exist.
void discard_unstarted(task_state* s) noexcept;
// The same for a task that handles refer to already: the task becomes cancelled.
void abandon_unstarted(task_state& s) noexcept;

// The task that executes an F whose co_task<T> is awaited: weft/detail/async/co_function.hpp.
template <class F, class T>
class co_task_function;

// Maps the result R of a spawned function to the task's value and class.
template <class R>
struct spawned {
  using value = R;
  template <class F>
  using function = task_function<F, R>;
  // no_stack, the largest value, marks a coroutine without a stack. A caller that asks for it gets the next smaller
  // size, which no system can provide either.
  static constexpr std::size_t stack_size(std::size_t asked) { return asked == core::no_stack ? asked - 1 : asked; }
};
template <class T>
struct spawned<co_task<T>> {
  using value = T;
  template <class F>
  using function = co_task_function<F, T>;
  static constexpr std::size_t stack_size(std::size_t) { return core::no_stack; }
};
template <class F>
using spawned_by = spawned<std::decay_t<std::invoke_result_t<std::decay_t<F>>>>;

template <class F>
inline constexpr bool returns_co_task = spawned_by<F>::stack_size(0) == core::no_stack;

// The T of the task<T> that spawns an F.
template <class F>
using result_of = typename spawned_by<F>::value;

template <class F, class G>
auto start(std::string_view name, std::size_t stack_size, const source_location& where, std::int64_t delay_ns, G&& g,
           end_hook* hook = nullptr) {
  using value = result_of<F>;
  auto* state = new typename spawned_by<F>::template function<std::decay_t<F>>(name, where, std::forward<G>(g));
  state->tell_at_end(hook);
  try {
    state->start(spawned_by<F>::stack_size(stack_size), delay_ns);
  } catch (...) {
    discard_unstarted(state);
    throw;
  }
  return access::adopt<value>(state);
}

}  // namespace detail
}  // namespace weft
