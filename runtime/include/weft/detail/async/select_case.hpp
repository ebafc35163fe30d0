// The cases of a select, which select.hpp makes, and the values that pass through them. Not for programs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

#include "weft/detail/async/completion.hpp"
#include "weft/detail/sync/item_line.hpp"
#include "weft/detail/sync/selection.hpp"

namespace weft::detail {

class select_case {
 public:
  select_case(const select_case&) = delete;
  select_case& operator=(const select_case&) = delete;

  // Makes the case happen if that is possible at once. Never suspends. Throws what the operation throws.
  virtual bool attempt() { return false; }
  // Puts the case's waiter into the waiter list. Returns false, without doing so, if the case can happen at once now.
  virtual bool enlist(selection&) { return true; }
  // Removes the waiter from the list; called after every enlist() that returned true.
  virtual void withdraw() noexcept {}
  // True if w is this case's waiter.
  virtual bool is(const waiter&) const noexcept { return false; }
  // Called after the waiter was claimed: makes the case happen. Returns false if it could not. Throws what the
  // operation throws.
  virtual bool complete() { return true; }
  // Called instead of complete(): passes what was granted on to the next waiter.
  virtual void decline() noexcept {}
  virtual const object* what() const noexcept { return nullptr; }
  // Calls the program's function.
  virtual void finish() = 0;

  std::int64_t limit_ns() const noexcept { return limit_ns_; }
  bool is_otherwise() const noexcept { return is_otherwise_; }
  bool goes_behind() const noexcept { return goes_behind_; }

 protected:
  select_case() = default;
  ~select_case() = default;

  std::int64_t limit_ns_ = forever;  // after(): when the case happens
  bool is_otherwise_ = false;        // true: happens if no other case can
  bool goes_behind_ = false;         // true after attempt(): the selecting coroutine lets the others run first
};

// Stands in for a refused case, so that the select around it causes no second error; see weft/detail/core/refusal.hpp.
template <class Why>
class refused_case final : public select_case {
 public:
  void finish() override {}
};
struct the_function_must_take_an_optional_item_or_nothing;
struct the_function_must_take_no_arguments;
struct the_value_must_convert_to_an_item;

// Suspends until exactly one case has happened, and returns its index.
std::size_t select_one(std::span<select_case* const> cases, std::span<std::size_t> scratch);

// Makes w a piece of a selection: nothing wakes it directly.
inline void make_part(waiter& w, selection* s) noexcept {
  w.coroutine = nullptr;
  w.thread = nullptr;
  w.part_of = s;
}

template <class T, class Store, class F>
class receive_case final : public select_case {
 public:
  template <class G>
  receive_case(item_line<T, Store>& line, G&& f) : line_(line), function_(std::forward<G>(f)) {}

  bool attempt() override { return take(line_.begin_get(0)); }
  bool enlist(selection& s) override {
    make_part(waiter_, &s);
    return line_.enlist(waiter_);
  }
  void withdraw() noexcept override { line_.withdraw(waiter_); }
  bool is(const waiter& w) const noexcept override { return &w == &waiter_; }
  bool complete() override {
    const queue_answer answer = line_.redeem_item(waiter_);
    if (answer == queue_answer::not_now) line_.unlock_after_not_now();
    return take(answer);
  }
  void decline() noexcept override { line_.decline_item(waiter_); }
  const object* what() const noexcept override { return &line_.what(); }
  void finish() override {
    if constexpr (std::is_invocable_v<F, std::optional<T>>) {
      std::move(function_)(std::move(item_));
    } else {
      std::move(function_)();
    }
  }

 private:
  bool take(queue_answer answer) {
    if (answer == queue_answer::go) item_.emplace(line_.take());
    return answer != queue_answer::not_now;
  }

  item_line<T, Store>& line_;
  queue_base::getter waiter_{queue_base::getter::no_place};
  std::optional<T> item_;  // empty: the queue is closed and nothing is left
  F function_;
};

// V: T, if the value is stored here until it is sent, or T&, if it stays with the caller until then.
template <class T, class Store, class V, class F>
class send_case final : public select_case {
 public:
  template <class U, class G>
  send_case(item_line<T, Store>& line, U&& value, G&& f)
      : line_(line), value_(std::forward<U>(value)), function_(std::forward<G>(f)) {}

  bool attempt() override {
    goes_behind_ = line_.rendezvous();
    return put(line_.place(value_, 0));
  }
  bool enlist(selection& s) override {
    make_part(waiter_, &s);
    return line_.enlist(waiter_, std::addressof(value_));
  }
  void withdraw() noexcept override { line_.withdraw(waiter_); }
  bool is(const waiter& w) const noexcept override { return &w == &waiter_; }
  bool complete() override {
    goes_behind_ = false;
    const queue_answer answer = line_.redeem_place(waiter_);
    if (answer == queue_answer::go) line_.put_now(value_);
    return put(answer);
  }
  void decline() noexcept override { line_.decline_place(waiter_); }
  const object* what() const noexcept override { return &line_.what(); }
  void finish() override { std::move(function_)(); }

 private:
  bool put(queue_answer answer) const {
    if (answer == queue_answer::closed) line_.throw_closed();
    return answer != queue_answer::not_now;
  }

  item_line<T, Store>& line_;
  waiter waiter_;
  V value_;
  F function_;
};

class ready_case_base : public select_case {
 public:
  // Adds a reference.
  explicit ready_case_base(completion* c) noexcept : completion_(c) { retain(c); }

  bool attempt() override { return completion_->over(); }
  bool enlist(selection& s) override {
    make_part(listener_, &s);
    return completion_->listen(listener_);
  }
  void withdraw() noexcept override { completion_->withdraw(listener_); }
  bool is(const waiter& w) const noexcept override { return &w == &listener_; }
  const object* what() const noexcept override { return &completion_->what(); }

 protected:
  ~ready_case_base() { release(completion_); }

 private:
  struct told final : completion_listener {
    void completed(completion& c) noexcept override;
  };
  completion* completion_;
  told listener_;
};

template <class F>
class ready_case final : public ready_case_base {
 public:
  template <class G>
  ready_case(completion* c, G&& f) : ready_case_base(c), function_(std::forward<G>(f)) {}
  void finish() override { std::move(function_)(); }

 private:
  F function_;
};

template <class F>
class after_case final : public select_case {
 public:
  template <class G>
  after_case(std::int64_t limit_ns, G&& f) : function_(std::forward<G>(f)) {
    limit_ns_ = limit_ns;
  }
  bool attempt() override { return limit_ns_ == 0; }
  void finish() override { std::move(function_)(); }

 private:
  F function_;
};

template <class F>
class otherwise_case final : public select_case {
 public:
  template <class G>
  explicit otherwise_case(G&& f) : function_(std::forward<G>(f)) {
    is_otherwise_ = true;
  }
  void finish() override { std::move(function_)(); }

 private:
  F function_;
};

}  // namespace weft::detail
