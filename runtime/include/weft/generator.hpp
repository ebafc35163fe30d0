// Generators with Python's protocol: a function that yields values one by one to its consumer, which may send values
// and errors in return. Stackful: the function may yield from any depth of calls. Needs no scheduler.
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <concepts>
#include <cstddef>
#include <exception>
#include <functional>
#include <iterator>
#include <optional>
#include <ranges>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "weft/detail/core/refusal.hpp"

namespace weft {

// created: the function was not entered yet. running: it runs, or waits for a generator that it consumes. suspended: in
// a yield, its own or that of a generator that consumes it. closed: it has ended.
enum class generator_status { created, suspended, running, closed };

// Thrown at the yield of a generator that is closed. Not a std::exception, so catch (std::exception&) does not catch
// it.
struct generator_exit {};

template <class Y, class S = void, class R = void>
class generator;

namespace detail {

class home_thread;
struct generator_machine;  // its stack and saved context; runtime/strand/generator_machine.hpp

// A generator without its types. Lives on the heap; owned by its generator object, and by itself while it runs.
class generator_base {
 public:
  generator_base(const generator_base&) = delete;
  generator_base& operator=(const generator_base&) = delete;

  generator_status status() const noexcept { return suspended_with_consumer_ ? generator_status::suspended : status_; }
  bool returned() const noexcept { return returned_; }

  // Runs the function until it yields or ends. `sent` is the result of its present yield, null for S{}. Returns the
  // yielded Y, null at the end; rethrows an error that leaves the function.
  void* resume(void* sent) {
    enter(sent);
    return left();
  }
  // The same, but the present yield throws `error`.
  void* resume_with(std::exception_ptr error) {
    enter_with(std::move(error));
    return left();
  }
  // The check of send(): throws if the generator has not started or is running.
  void expect_started() const;
  void close();
  // Called when the owner is destroyed: closes the generator now, or as soon as possible.
  void drop() noexcept;

  // Called by the function, on the generator's stack or on that of a generator it consumes: passes `value` to the
  // consumer. Returns the value sent, null for S{}; throws the error thrown in.
  void* yield(void* value) {
    leave(value);
    if (error_ != nullptr) throw_error();
    return std::exchange(transfer_, nullptr);
  }

 protected:
  generator_base();
  virtual ~generator_base();
  virtual void call() = 0;                       // the function, once
  virtual void destroy_function() noexcept = 0;  // once, after its end or instead of it

 private:
  friend struct generator_machine;
  static void entry(void* self);
  // The two halves of resume() and yield(). The first halves end in the switch itself, so the switch returns directly
  // to the caller, which goes on with the second half: a function that returned after a switch would return to an
  // address that the processor did not predict.
  void enter(void* sent);
  void enter_with(std::exception_ptr error);
  void leave(void* value);
  void* left() {
    if (status_ != generator_status::suspended) return ended();
    --references_;
    return std::exchange(transfer_, nullptr);
  }
  void* ended();
  void mark_inner(bool suspended) noexcept;
  [[noreturn]] void throw_error();
  home_thread& home_to_enter() const;
  void start(home_thread& home);
  std::exception_ptr take_end() noexcept;
  void free_stack() noexcept;
  void run_to_end() noexcept;
  void finish() noexcept;
  void release() noexcept;
  void unwind() noexcept;
  void abandon() noexcept;

  generator_status status_ = generator_status::created;
  bool returned_ = false;
  bool left_by_exit_ = false;             // a generator_exit ended it
  bool dropped_ = false;                  // the owner was destroyed
  bool suspended_with_consumer_ = false;  // while it runs: an outer generator's yield suspended both
  unsigned references_ = 1;               // one for the owner, and one for each resume() under way
  void* transfer_ = nullptr;              // the value under way: a Y to the consumer, or an S to the function
  std::exception_ptr error_;              // the error under way, in either direction
  generator_machine* machine_ = nullptr;  // from its start to its end
  // While the generator runs, below_ is the generator whose function consumes this one. While it is suspended in a
  // yield that was called on the stack of an inner generator, top_ is that inner one, and its chain of below_ leads
  // back here; else top_ is the generator itself.
  generator_base* below_ = nullptr;
  generator_base* top_ = this;
};

template <class T>
struct result_slot {
  std::optional<T> value;
  bool taken = false;
};
template <>
struct result_slot<void> {};

template <class Y, class S, class R>
class generator_state;
template <class Y, class S, class R, class F>
class generator_function;

template <class Range, class Y, class S>
inline constexpr bool is_generator_of = false;
template <class Y, class S, class R>
inline constexpr bool is_generator_of<generator<Y, S, R>, Y, S> = true;

// S, or for void S a type to write a declaration with.
struct nothing {};
template <class S>
using sent_type = std::conditional_t<std::is_void_v<S>, nothing, S>;

// next() needs a result for the yield.
template <class S>
concept sendable_by_default = std::is_void_v<S> || std::default_initializable<S>;

}  // namespace detail

// Y: the yielded type. S: the type that the consumer sends, void for none. R: the function's return type.
//
//   weft::generator<int> squares{[](auto& y) { for (int i = 0;; ++i) y(i * i); }};
//   for (int square : squares | std::views::take(3)) std::cout << square << '\n';
//
// A move-only view. An lvalue before a `|` is referred to, like any container, and must outlive the result; an rvalue
// is moved in. A view requests one value more than it shows if it has to find its end: take(3) above requests the
// fourth square.
//
// The function has its own stack, as large as that of the coroutine in which it starts; 256 KiB outside of one. A
// generator belongs to one thread: an unstarted one may be moved to another thread, a started one throws
// std::logic_error there. Coroutines of its thread may pass it on. The function may wait, which suspends the coroutine
// that called next().
template <class Y, class S, class R>
class generator : public std::ranges::view_base {
  static_assert(std::is_object_v<Y> &&
                    (std::is_object_v<S> || std::is_void_v<S>)&&(std::is_object_v<R> || std::is_void_v<R>),
                "a generator's Y, S and R are object types; S and R may be void");

 public:
  class yielder;
  class iterator;

  // No function: next() returns std::nullopt.
  generator() noexcept = default;

  // Runs f(yielder&) step by step. f is copied or moved in, and destroyed when the generator ends. Does not call f yet.
  template <class F>
  requires(!std::same_as<std::decay_t<F>, generator>) && std::invocable<std::decay_t<F>&, yielder&> explicit generator(
                                                             F&& f)
      : state_(new detail::generator_function<Y, S, R, std::decay_t<F>>(std::forward<F>(f))) {}
  // Refuses unsuitable functions.
  template <class F>
  requires(!std::same_as<std::decay_t<F>, generator> && !std::invocable<std::decay_t<F>&, yielder&>)
      WEFT_REFUSED("the function must take the yielder: [](auto& y) { y(1); }",
                   explicit generator(F&& f, detail::the_function_must_take_the_yielder = {}));

  generator(generator&& other) noexcept : state_(std::exchange(other.state_, nullptr)) {}
  generator& operator=(generator&& other) noexcept {
    generator(std::move(other)).swap(*this);
    return *this;
  }
  // Closes the generator. The unhandled handler gets an error, or a yield in answer. A running generator is closed at
  // its next yield; one that was started on another thread is closed by that thread at its next switch or wait.
  ~generator() {
    if (state_ != nullptr) state_->drop();
  }
  void swap(generator& other) noexcept { std::swap(state_, other.state_); }
  friend void swap(generator& a, generator& b) noexcept { a.swap(b); }

  // False: default-constructed or moved from.
  explicit operator bool() const noexcept { return state_ != nullptr; }
  generator_status status() const noexcept { return state_ != nullptr ? state_->status() : generator_status::closed; }

  // Runs until the next yield and returns its value; std::nullopt: the function has ended. The present yield returns
  // S{}. Rethrows an error that leaves the function; the generator has ended then. Throws std::logic_error if the
  // generator is running already, and std::bad_alloc if there is no stack to start on.
  std::optional<Y> next() requires detail::sendable_by_default<S> {
    if (state_ == nullptr) return std::nullopt;
    return received(state_->resume(nullptr));
  }

  // The same; the present yield returns `value`. The generator must have started; else throws std::logic_error, with no
  // effect.
  std::optional<Y> send(detail::sent_type<S> value) requires(!std::is_void_v<S>) {
    if (state_ == nullptr) return std::nullopt;
    state_->expect_started();
    return received(state_->resume(&value));
  }

  // The same; the present yield throws `error`. A generator that has not started or has ended throws `error` to the
  // caller.
  std::optional<Y> throw_in(std::exception_ptr error) {
    if (error == nullptr) throw std::invalid_argument("generator::throw_in of no error");
    if (state_ == nullptr) std::rethrow_exception(error);
    return received(state_->resume_with(std::move(error)));
  }

  // Throws generator_exit at the present yield, and waits until the function has unwound, inner generators first.
  // Throws std::runtime_error if the function yields in answer (it is suspended then), and any error except
  // generator_exit that leaves the function.
  void close() {
    if (state_ != nullptr) state_->close();
  }

  // The function's return value. A copyable R may be read again, a move-only R once. Throws std::logic_error if the
  // function has not ended by returning.
  R result() {
    if (state_ == nullptr || !state_->returned()) {
      throw std::logic_error("generator::result of one that has not ended by returning");
    }
    if constexpr (!std::is_void_v<R>) {
      if constexpr (std::copy_constructible<R>) {
        return *state_->result.value;
      } else {
        if (std::exchange(state_->result.taken, true)) throw std::logic_error("generator::result was moved out before");
        return std::move(*state_->result.value);
      }
    }
  }

  // Calls next() once: a started generator continues at its present yield. Leaving a loop early leaves the generator
  // suspended.
  iterator begin() requires detail::sendable_by_default<S> {
    iterator first(state_);
    if (state_ != nullptr) ++first;
    return first;
  }
  std::default_sentinel_t end() const noexcept { return {}; }

 private:
  friend class detail::generator_state<Y, S, R>;
  using state = detail::generator_state<Y, S, R>;

  static std::optional<Y> received(void* yielded) {
    if (yielded == nullptr) return std::nullopt;
    return std::optional<Y>(std::move(*static_cast<Y*>(yielded)));
  }

  state* state_ = nullptr;
};

// Yields for its generator. The function gets a reference to it, and may pass the reference to functions it calls and
// to generators it consumes.
template <class Y, class S, class R>
class generator<Y, S, R>::yielder {
 public:
  yielder(const yielder&) = delete;
  yielder& operator=(const yielder&) = delete;

  // Suspends the generator: the consumer's next() returns `value`. When the consumer requests more, returns the value
  // sent. Throws the error thrown in, and generator_exit if the generator is closed; std::logic_error if the generator
  // is not running, or not on this thread and strand.
  S operator()(Y value) {
    [[maybe_unused]] void* const sent = state_.yield(std::addressof(value));
    if constexpr (!std::is_void_v<S>) {
      if constexpr (std::default_initializable<S>) {
        if (sent == nullptr) return S{};
      }
      return std::move(*static_cast<S*>(sent));
    }
  }

  // Python's `yield from`: yields every value that `sub` yields. Values sent, errors thrown in and closing go to `sub`.
  // Returns the return value of sub's function.
  template <class R2>
  R2 from(generator<Y, S, R2>& sub) {
    std::optional<Y> item = sub.next();
    while (item.has_value()) item = delegate(sub, std::move(*item));
    if constexpr (!std::is_void_v<R2>) return sub.result();
  }
  template <class R2>
  R2 from(generator<Y, S, R2>&& sub) {
    return from(sub);
  }

  // Yields every element of the range. Ignores the values sent.
  template <std::ranges::input_range Range>
  requires(!detail::is_generator_of<std::remove_cvref_t<Range>, Y, S>) &&
      std::convertible_to<std::ranges::range_reference_t<Range>, Y> void from(Range&& range) {
    for (auto&& item : range) (*this)(std::forward<decltype(item)>(item));
  }

 private:
  friend class detail::generator_state<Y, S, R>;
  explicit yielder(detail::generator_base& state) : state_(state) {}

  // One step of from(): yields `item` and gets the next value of sub in the way that the consumer requested.
  template <class Sub>
  std::optional<Y> delegate(Sub& sub, Y item) {
    std::exception_ptr thrown;
    if constexpr (std::is_void_v<S>) {
      try {
        (*this)(std::move(item));
      } catch (const generator_exit&) {
        sub.close();
        throw;
      } catch (...) {
        thrown = std::current_exception();
      }
      return thrown == nullptr ? sub.next() : sub.throw_in(std::move(thrown));
    } else {
      std::optional<S> sent;
      try {
        sent.emplace((*this)(std::move(item)));
      } catch (const generator_exit&) {
        sub.close();
        throw;
      } catch (...) {
        thrown = std::current_exception();
      }
      return thrown == nullptr ? sub.send(std::move(*sent)) : sub.throw_in(std::move(thrown));
    }
  }

  detail::generator_base& state_;
};

#if defined(__cpp_lib_ranges)
// squares | std::views::take(3): the standard's own `|` would have to copy the generator.
template <class Y, class S, class R, std::invocable<std::ranges::ref_view<generator<Y, S, R>>> Adaptor>
auto operator|(generator<Y, S, R>& g, Adaptor&& adaptor) {
  return std::invoke(std::forward<Adaptor>(adaptor), std::ranges::ref_view<generator<Y, S, R>>(g));
}
#endif

// Points to the present value, which is valid as long as the generator, wherever that is moved to.
template <class Y, class S, class R>
class generator<Y, S, R>::iterator {
 public:
  using iterator_concept = std::input_iterator_tag;
  using difference_type = std::ptrdiff_t;
  using value_type = std::remove_cv_t<Y>;

  iterator() noexcept = default;
  Y& operator*() const { return *state_->present; }
  Y* operator->() const { return std::addressof(*state_->present); }
  iterator& operator++() {
    state_->present = received(state_->resume(nullptr));
    return *this;
  }
  void operator++(int) { ++*this; }
  friend bool operator==(const iterator& it, std::default_sentinel_t) noexcept {
    return it.state_ == nullptr || !it.state_->present.has_value();
  }

 private:
  friend class generator;
  explicit iterator(state* s) noexcept : state_(s) {}
  state* state_ = nullptr;
};

namespace detail {

template <class Y, class S, class R>
class generator_state : public generator_base {
 public:
  typename generator<Y, S, R>::yielder yield_from{*this};
  std::optional<Y> present;  // the iterator's value
  [[no_unique_address]] result_slot<R> result;
};

template <class Y, class S, class R, class F>
class generator_function final : public generator_state<Y, S, R> {
 public:
  template <class G>
  explicit generator_function(G&& f) : function_(std::in_place, std::forward<G>(f)) {}

 private:
  void call() override {
    if constexpr (std::is_void_v<R>) {
      std::invoke(*function_, this->yield_from);
    } else {
      this->result.value.emplace(std::invoke(*function_, this->yield_from));
    }
  }
  void destroy_function() noexcept override { function_.reset(); }

  std::optional<F> function_;
};

}  // namespace detail
}  // namespace weft
