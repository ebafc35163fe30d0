// What a task and a future have in common: something ends once, with a value, an error or cancelled; others wait for
// that, are called back, or are told. Not for programs.
//
// The order of an end: the status is final; then the callbacks, in order of addition; then, in order of arrival, the
// joiners are woken and the listeners told. Whoever asks in between, from another thread, waits for the callbacks too.
//
// A callback may end another completion, whose callbacks end a third one, and so on; the value of one may hold the last
// reference to another one. Such chains may have any length: after a few links that lie within each other on the stack,
// what follows is put off until the link that caused it is through (completion_chain.cpp). It still comes before
// everything that would have come after it.
#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "weft/detail/core/suspension.hpp"

namespace weft {

// pending: the body has not been entered, nothing was set yet; running: entered and not ended, suspended or not.
enum class task_status { pending, running, done, failed, cancelled };

// Names one callback of one task or future. Copyable; a default one names none.
struct callback_id {
  std::uint64_t value = 0;
  friend bool operator==(callback_id, callback_id) = default;
};

namespace detail {

class completion;

// Something to be called once, that need not be copyable.
class callback {
 public:
  virtual ~callback() = default;
  virtual void call() = 0;

  // For the completion that keeps it.
  std::unique_ptr<callback> next;
  std::uint64_t id = 0;
};

// Is told once when one completion has ended. It stands in line with the joiners, so whoever waits for several
// completions is served in its turn. Made by whoever waits, who keeps the completion alive and withdraws it before it
// is destroyed.
class completion_listener : public waiter {
 public:
  completion_listener() noexcept;
  // Called by whoever ends the completion, on that thread, while the completion's lock is held. Short; may lock objects
  // and wake their waiters; must not throw and must not touch another completion.
  virtual void completed(completion& c) noexcept = 0;

 protected:
  ~completion_listener() = default;
};

// Counts its references; the last one that goes reports an error which nobody has read, and deletes it.
class completion {
 public:
  completion(const completion&) = delete;
  completion& operator=(const completion&) = delete;

  task_status status() const noexcept { return status_.load(std::memory_order_acquire); }
  bool finished() const noexcept { return status() > task_status::running; }
  // Ended, and nothing is left to wait for: its callbacks have been called, or it is one of them who asks.
  bool over() const noexcept;
  // The error of a failed one, task_cancelled of a cancelled one, else null. Counts as reading it.
  std::exception_ptr exception();
  // After the end: throws if there is no value. Counts as reading the error.
  void rethrow();
  // Smaller for what ended earlier, in the whole process; after the end.
  std::uint64_t end_order() const noexcept { return end_order_; }
  // Its error, also a later one, is not reported when the last reference goes.
  void mark_read() noexcept { error_read_.store(true, std::memory_order_relaxed); }
  // Suspends until it is over. False: not in time. Throws what interrupts the wait.
  bool await_end(diary::wait_reason reason, detail::time_limit limit);
  // The same in halves, see suspension.hpp: w stands in line and the lock of waited() is held; or false, it is over.
  bool stand_in_line(waiter& w) noexcept;
  object& waited() noexcept { return object_; }

  // Called at the end, at once if that has been. Errors of f go to the unhandled handler.
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

  // False, and l is not registered: it is over already.
  bool listen(completion_listener& l) noexcept;
  // Afterwards l is not being told and will not be. Needed after every listen() that was true, whether or not l was
  // told since. Harmless if l is not registered.
  void withdraw(completion_listener& l) noexcept;

  const object& what() const noexcept { return object_; }
  // What it is and is called, for messages: task #7 "worker".
  virtual std::string who() const = 0;

  friend void retain(completion* c) noexcept;
  friend void release(completion* c) noexcept;

 protected:
  // `holds_nothing`: its value, if it has one, is destroyed by doing nothing.
  completion(diary::object_kind kind, std::string_view name, bool holds_nothing)
      : object_(kind, name), holds_nothing_(holds_nothing) {}
  virtual ~completion();

  // Ends it, once, on the thread of whoever ends it. Before: a value or error_ is in its place. When it returns the
  // callbacks have been called, unless it was called deep inside of callbacks: then they are when that callback is
  // over.
  void settle(task_status how) noexcept;
  // The same where nobody can be told: no callbacks, no joiners.
  void settle_unseen(task_status how) noexcept {
    end_order_ = next_end_order();
    status_.store(how, std::memory_order_release);
    settled_.store(true, std::memory_order_release);
  }

  object object_;             // what joiners wait for
  std::exception_ptr error_;  // written before status_ becomes final

 private:
  callback_id add(std::unique_ptr<callback> f);
  void call(callback& f) noexcept;
  // The parts of settle(). Calls the next callback; false if none is left, and then it has ended the settling.
  bool call_next() noexcept;
  void end_settling() noexcept;  // before: object_.lock is held, and is free afterwards
  void call_all() noexcept;      // calls what is left of the callbacks, or puts that off
  void destroy() noexcept;
  static void destroy_deep(completion* c) noexcept;
  // Nothing that it holds can refer to another completion.
  bool is_last_link() const noexcept { return holds_nothing_ && error_ == nullptr && callbacks_ == nullptr; }
  void report_unread_error() noexcept;
  bool over_locked() const noexcept;
  static std::uint64_t next_end_order() noexcept;

  std::atomic<std::uint32_t> references_{1};

 protected:
  std::atomic<task_status> status_{task_status::pending};  // made final only by settle(), settle_unseen()

 private:
  std::atomic<bool> settled_{false};  // the callbacks have been called
  std::atomic<bool> error_read_{false};
  const bool holds_nothing_;
  std::uint64_t end_order_ = 0;  // written before status_ becomes final
  // All below are guarded by object_.lock.
  const void* settler_ = nullptr;        // who calls the callbacks, meanwhile
  wait_list waiters_;                    // joiners and listeners
  std::unique_ptr<callback> callbacks_;  // the one added last first, until they are called
};

void retain(completion* c) noexcept;  // null is fine
void release(completion* c) noexcept;

// A completion with room for a value: a copyable one can be taken often, another one once.
template <class Base, class T>
class with_value : public Base {
 public:
  template <class... Args>
  explicit with_value(Args&&... args) : Base(std::forward<Args>(args)..., std::is_trivially_destructible_v<T>) {}
  // After the end, if rethrow() did not throw.
  T take() {
    if constexpr (std::is_copy_constructible_v<T>) {
      return *value_;
    } else {
      if (taken_.exchange(true, std::memory_order_relaxed))
        throw std::logic_error("the value of " + this->who() + " was moved out before");
      return std::move(*value_);
    }
  }

 protected:
  std::optional<T> value_;

 private:
  std::atomic<bool> taken_{false};
};
template <class Base>
class with_value<Base, void> : public Base {
 public:
  template <class... Args>
  explicit with_value(Args&&... args) : Base(std::forward<Args>(args)..., true) {}
  void take() noexcept {}
};

}  // namespace detail
}  // namespace weft
