// What a task and a future have in common: something ends once, with a value, an error or cancelled. Others wait for
// the end, are called back, or are notified. Not for programs.
//
// The order of an end: the status becomes final; the callbacks are called, in the order in which they were added; the
// joiners are woken and the listeners notified, in the order in which they came. A joiner that comes in between from
// another thread waits for the callbacks too.
//
// A callback may end another completion, whose callbacks end a third one, and so on; the value of one completion may
// own the last reference to another one. Such chains may have any length: after a few nested links, the next link is
// put off until the one that caused it has returned (completion_chain.cpp). It still comes before everything that would
// have come after it.
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

// pending: the body has not been entered, or no value was set yet. running: entered and not ended, suspended or not.
enum class task_status { pending, running, done, failed, cancelled };

// Names one callback of one task or future. Copyable; a default-constructed id names none.
struct callback_id {
  std::uint64_t value = 0;
  friend bool operator==(callback_id, callback_id) = default;
};

namespace detail {

class completion;

// A function to be called once; it need not be copyable.
class callback {
 public:
  virtual ~callback() = default;
  virtual void call() = 0;

  // Used by the completion that owns it.
  std::unique_ptr<callback> next;
  std::uint64_t id = 0;
};

// Is notified once, when one completion has ended. The listener is in the same list as the joiners, so a waiter for
// several completions is served in its turn. Whoever makes a listener keeps the completion alive, and withdraws the
// listener before it is destroyed.
class completion_listener : public waiter {
 public:
  completion_listener() noexcept;
  // Called on the thread that ends the completion, while the completion's lock is held. Must be short. May lock objects
  // and wake their waiters; must not throw and must not touch another completion.
  virtual void completed(completion& c) noexcept = 0;

 protected:
  ~completion_listener() = default;
};

// Counts its references. Release of the last one reports an error that nobody has read, and deletes the completion.
class completion {
 public:
  completion(const completion&) = delete;
  completion& operator=(const completion&) = delete;

  task_status status() const noexcept { return status_.load(std::memory_order_acquire); }
  bool finished() const noexcept { return status() > task_status::running; }
  // True if it has ended and nothing is left to wait for: its callbacks have been called, or the caller is one of them.
  bool over() const noexcept;
  // Returns the error of a failed one, task_cancelled of a cancelled one, else null. Counts as reading the error.
  std::exception_ptr exception();
  // After the end: throws if there is no value. Counts as reading the error.
  void rethrow();
  // After the end: smaller than that of any completion of the process that ended later.
  std::uint64_t end_order() const noexcept { return end_order_; }
  // From now on an error, also a later one, is not reported when the last reference is released.
  void mark_read() noexcept { error_read_.store(true, std::memory_order_relaxed); }
  // Suspends until over(). Returns false if the time ran out. Throws the interruption that ended the wait.
  bool await_end(diary::wait_reason reason, detail::time_limit limit);
  // The same in two halves, see suspension.hpp. Returns true with w in the waiter list and the lock of waited() held,
  // or false if it is over.
  bool stand_in_line(waiter& w) noexcept;
  object& waited() noexcept { return object_; }

  // Calls f at the end, or at once if it has ended. Errors of f go to the unhandled handler.
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

  // Returns false, and does not register l, if it is over already.
  bool listen(completion_listener& l) noexcept;
  // After the call, l is not being notified and never will be. Needed after every listen() that returned true, even if
  // l has been notified since. Does nothing if l is not registered.
  void withdraw(completion_listener& l) noexcept;

  const object& what() const noexcept { return object_; }
  // Kind and name, for messages: task #7 "worker".
  virtual std::string who() const = 0;

  friend void retain(completion* c) noexcept;
  friend void release(completion* c) noexcept;

 protected:
  // `holds_nothing`: the value has a trivial destructor, or there is no value.
  completion(diary::object_kind kind, std::string_view name, bool holds_nothing)
      : object_(kind, name), holds_nothing_(holds_nothing) {}
  virtual ~completion();

  // Ends the completion, once, on the calling thread. Before: the value or error_ has been written. The callbacks have
  // been called when it returns, unless it was called deep inside of callbacks: then they are called when the causing
  // callback has returned.
  void settle(task_status how) noexcept;
  // The same without callbacks and without waking anybody, for a completion that can have neither.
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
  // Calls the next callback. If none is left, completes settle() and returns false.
  bool call_next() noexcept;
  void end_settling() noexcept;  // before: object_.lock is held; after: it is free
  void call_all() noexcept;      // calls the remaining callbacks, or puts that off
  void destroy() noexcept;
  static void destroy_deep(completion* c) noexcept;
  // True if nothing that it owns can refer to another completion.
  bool is_last_link() const noexcept { return holds_nothing_ && error_ == nullptr && callbacks_ == nullptr; }
  void report_unread_error() noexcept;
  bool over_locked() const noexcept;
  static std::uint64_t next_end_order() noexcept;

  std::atomic<std::uint32_t> references_{1};

 protected:
  std::atomic<task_status> status_{task_status::pending};  // made final only by settle(), settle_unseen()

 private:
  std::atomic<bool> settled_{false};  // true once the callbacks have been called
  std::atomic<bool> error_read_{false};
  const bool holds_nothing_;
  std::uint64_t end_order_ = 0;  // written before status_ becomes final
  // All below are guarded by object_.lock.
  const void* settler_ = nullptr;        // the owner that calls the callbacks, while it does
  wait_list waiters_;                    // joiners and listeners
  std::unique_ptr<callback> callbacks_;  // in reverse order of addition, until they are called
};

void retain(completion* c) noexcept;  // null is allowed
void release(completion* c) noexcept;

// A completion with room for a value. A copyable value can be read often, another one once.
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
