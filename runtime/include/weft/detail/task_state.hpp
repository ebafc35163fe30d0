// The state that a task's handles and its coroutine share. Not for programs.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <source_location>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "weft/detail/body.hpp"
#include "weft/detail/wait.hpp"

namespace weft::core {
class inbox;
class scheduler;
}  // namespace weft::core

namespace weft {

template <class T>
class task;

// pending: the body has not been entered; running: entered and not ended, suspended or not.
enum class task_status { pending, running, done, failed, cancelled };

// Names one callback of one task or future. Copyable; a default one names none.
struct callback_id {
  std::uint64_t value = 0;
  friend bool operator==(callback_id, callback_id) = default;
};

namespace detail {

// Something to be called once, that need not be copyable.
class callback {
 public:
  virtual ~callback() = default;
  virtual void call() = 0;
};

class task_state : public core::body {
 public:
  task_state(std::string_view name, const std::source_location& where);
  task_state(const task_state&) = delete;
  task_state& operator=(const task_state&) = delete;

  std::uint64_t id() const noexcept { return id_; }
  task_status status() const noexcept { return status_.load(std::memory_order_acquire); }
  bool finished() const noexcept { return status() > task_status::running; }
  std::exception_ptr exception();
  bool join(std::int64_t limit_ns);  // false: not in time
  void rethrow();                    // after the end: throws if there is no value
  bool cancel(std::exception_ptr error);
  bool kill(std::int64_t limit_ns);
  template <class F>
  callback_id add_callback(F&& f) {
    struct called final : callback {
      explicit called(F&& g) : function(std::forward<F>(g)) {}
      void call() override { function(); }
      std::decay_t<F> function;
    };
    return add(std::make_unique<called>(std::forward<F>(f)));
  }
  bool remove_callback(callback_id id);
  void rename(std::string_view name);

  // Makes it a coroutine of this thread's scheduler; delay_ns negative: at once. Throws std::logic_error outside of a
  // coroutine.
  void start(std::size_t stack_size, std::int64_t delay_ns);
  void start_on(core::scheduler& s, std::size_t stack_size, std::int64_t delay_ns);

  // core::body
  diary::coroutine_status run(core::coroutine& self) noexcept override;
  void ended() noexcept override;
  void abandoned() noexcept override;
  std::string name() const override;
  const std::source_location& site() const noexcept override { return where_; }

 protected:
  virtual ~task_state();
  // Calls the function and keeps its result.
  virtual void invoke() = 0;
  virtual void destroy_function() noexcept = 0;
  // What main does after its end, however it ended; may suspend, and throw what it then fails with.
  virtual void after_end() {}

 private:
  friend void retain(task_state* s) noexcept;
  friend void release(task_state* s) noexcept;
  friend void discard_unstarted(task_state* s) noexcept;
  // The same for a task that handles refer to already.
  void abandon_unstarted(task_state& s) noexcept;
  friend void abandon_unstarted(task_state& s) noexcept;
  friend struct access;

  callback_id add(std::unique_ptr<callback> f);
  void call(callback& f) noexcept;
  void finish(task_status how) noexcept;
  void report_unread_error() noexcept;

  std::atomic<std::uint32_t> references_{1};
  std::atomic<task_status> status_{task_status::pending};
  std::atomic<bool> error_read_{false};
  std::uint64_t id_ = 0;
  core::coroutine* self_ = nullptr;  // while it lives; touched on its scheduler's thread only
  core::inbox* home_ = nullptr;      // of its scheduler
  object waited_;                    // joiners wait for it
  wait_list joiners_;
  std::exception_ptr error_;                                                    // written before status_ becomes final
  std::vector<std::pair<std::uint64_t, std::unique_ptr<callback>>> callbacks_;  // guarded by waited_.lock
  std::uint64_t next_callback_ = 1;
  std::source_location where_;
  std::string name_;  // guarded by waited_.lock
};

void retain(task_state* s) noexcept;  // null is fine
void release(task_state* s) noexcept;

template <class T>
class task_value : public task_state {
 public:
  using task_state::task_state;
  T take() {
    if constexpr (std::is_copy_constructible_v<T>) {
      return *value_;
    } else {
      if (taken_.exchange(true, std::memory_order_relaxed))
        throw std::logic_error("the task's value was moved out before");
      return std::move(*value_);
    }
  }

 protected:
  std::optional<T> value_;

 private:
  std::atomic<bool> taken_{false};
};
template <>
class task_value<void> : public task_state {
 public:
  using task_state::task_state;
};

// The task that executes an F.
template <class F, class T>
class task_function : public task_value<T> {
 public:
  template <class G>
  task_function(std::string_view name, const std::source_location& where, G&& g) : task_value<T>(name, where) {
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
    F function_;  // from the construction until destroy_function()
  };
};

struct access {
  template <class T>
  static task_state* state(const task<T>& t) noexcept {
    return t.state_;
  }
  // A handle for a state; adds a reference.
  template <class T>
  static task<T> make(task_state* s) noexcept {
    retain(s);
    return task<T>(s);
  }
  // A handle that takes over the reference.
  template <class T>
  static task<T> adopt(task_state* s) noexcept {
    return task<T>(s);
  }
  static core::coroutine* coroutine(const task_state& s) noexcept { return s.self_; }
};

// Where the scheduler has no coroutine yet, or refuses one: gives the function back before anybody saw it.
void discard_unstarted(task_state* s) noexcept;
// The same for a task that handles refer to already.
void abandon_unstarted(task_state& s) noexcept;

template <class F>
using result_of = std::decay_t<std::invoke_result_t<std::decay_t<F>>>;

template <class F, class G>
auto start(std::string_view name, std::size_t stack_size, const std::source_location& where, std::int64_t delay_ns,
           G&& g) {
  using value = result_of<F>;
  auto* state = new task_function<std::decay_t<F>, value>(name, where, std::forward<G>(g));
  try {
    state->start(stack_size, delay_ns);
  } catch (...) {
    discard_unstarted(state);
    throw;
  }
  return access::adopt<value>(state);
}

}  // namespace detail
}  // namespace weft
