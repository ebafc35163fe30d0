// Greenlets: functions with their own stacks between which a program switches by hand; each switch carries a value. The
// semantics are those of Python's greenlet package, with typed values. Needs no scheduler.
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <any>
#include <concepts>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include "weft/detail/core/refusal.hpp"

namespace weft {

// Unwinds a greenlet that is killed or has no reference left. Not a std::exception, so catch (std::exception&) does not
// catch it. A greenlet that ends by it has ended without an error: its parent gets T{}.
struct greenlet_exit {};

enum class greenlet_event { switched, thrown };

// Called after each switch between greenlets of this thread, on the stack that was switched to, with the ids of both.
using greenlet_tracer = std::function<void(greenlet_event, std::uint64_t from, std::uint64_t to)>;
// Replaces this thread's tracer and returns the one before; null: none. What a tracer does is not traced. One that
// throws is removed, and its error comes out of the switch.
greenlet_tracer set_greenlet_tracer(greenlet_tracer tracer);

namespace detail {

class greenlet_base;  // a greenlet apart from its types; runtime/strand/greenlet_base.hpp

// How values of one type travel. `into` is a std::optional<T>*; `value` is a T* to move from, null for T{}.
struct greenlet_type {
  const std::type_info* type;
  void (*deliver)(void* into, void* value);
};
template <class T>
void deliver(void* into, void* value) {
  auto& slot = *static_cast<std::optional<T>*>(into);
  if (value != nullptr) {
    slot.emplace(std::move(*static_cast<T*>(value)));
  } else {
    slot.emplace();
  }
}
template <class T>
inline constexpr greenlet_type greenlet_type_of{&typeid(T), &deliver<T>};

// The content of a switch: a value, or an error.
struct greenlet_parcel {
  const greenlet_type* type = nullptr;
  void* value = nullptr;  // a T; null: T{}
  std::exception_ptr error;
};

class greenlet_body {
 public:
  virtual ~greenlet_body() = default;
  virtual void call() = 0;                       // calls the function, once, with the value delivered into argument()
  virtual void destroy_function() noexcept = 0;  // once, after its end
  virtual void* argument() noexcept = 0;         // a std::optional<T>
  virtual void* result() noexcept = 0;           // a T, after call()
};

// Owns a reference to its greenlet, unless the handle is on that greenlet's own stack, where it would keep the greenlet
// alive for ever.
class greenlet_handle {
 public:
  greenlet_handle() noexcept = default;
  explicit greenlet_handle(greenlet_base* of) noexcept { attach(of); }
  greenlet_handle(const greenlet_handle& other) noexcept { attach(other.greenlet_); }
  greenlet_handle(greenlet_handle&& other) noexcept {
    attach(other.greenlet_);
    other.detach();
  }
  greenlet_handle& operator=(const greenlet_handle& other) noexcept;
  greenlet_handle& operator=(greenlet_handle&& other) noexcept;
  ~greenlet_handle() { detach(); }
  greenlet_base* get() const noexcept { return greenlet_; }

 private:
  void attach(greenlet_base* of) noexcept;
  void detach() noexcept;
  greenlet_base* greenlet_ = nullptr;
  bool owns_ = false;
};

greenlet_handle make_greenlet(std::unique_ptr<greenlet_body> body, const greenlet_type& type);
greenlet_handle current_greenlet(const greenlet_type& type);
// Switches to `to`, or to its nearest live parent, with the parcel; returns when a switch has delivered into
// `receiving` (an optional of the parcel's T). Ends in the switch itself, so the switch returns directly to the caller,
// which goes on with arrive_in_greenlet(): a function that returned after a switch would return to an address that the
// processor did not predict.
void leave_greenlet(greenlet_base* to, greenlet_parcel& parcel, void* receiving);
// The second half; throws the error thrown in.
void arrive_in_greenlet();
greenlet_handle parent_of(const greenlet_base* g) noexcept;
void set_parent_of(greenlet_base* g, greenlet_base* parent);
bool greenlet_started(const greenlet_base* g) noexcept;
bool greenlet_dead(const greenlet_base* g) noexcept;
std::uint64_t greenlet_id(const greenlet_base* g) noexcept;

template <class T, class F>
class greenlet_function;

}  // namespace detail

// A reference to a greenlet: cheap to copy, compares by identity. T: the type of every switch's value.
//
//   weft::greenlet<int> doubler{[](int x) { return 2 * x; }};
//   doubler.switch_to(21);  // 42: a finished greenlet's value goes to its parent
//
// A greenlet belongs to the coroutine that made it, or outside of coroutines to the thread. Only that coroutine or
// thread can switch to it: any other gets std::logic_error, with no effect. The stack of the coroutine or thread is the
// root greenlet. this_coroutine, local values, time limits and locks are the coroutine's in all its greenlets, and a
// wait in one of them suspends the coroutine. When the last reference to a suspended greenlet is destroyed,
// greenlet_exit unwinds it at once; if that happens on another thread, its own thread unwinds it at that thread's next
// switch or wait. References on its own stack do not count.
template <class T = std::any>
class greenlet {
  static_assert(std::is_object_v<T> && std::default_initializable<T> && std::move_constructible<T>,
                "a greenlet's T is a movable object type with a default");

 public:
  // No function: switch_to() throws std::logic_error.
  greenlet() noexcept = default;

  // f: T(T), T(), void(T) or void(); a void result is T{}. f is copied or moved in, and destroyed at the end. The
  // parent is the running greenlet. Does not call f yet.
  template <class F>
  requires(!std::same_as<std::decay_t<F>, greenlet>) &&
      (std::invocable<std::decay_t<F>&, T> || std::invocable<std::decay_t<F>&>)explicit greenlet(F&& f)
      : handle_(
            detail::make_greenlet(std::make_unique<detail::greenlet_function<T, std::decay_t<F>>>(std::forward<F>(f)),
                                  detail::greenlet_type_of<T>)) {}
  // Refuses unsuitable functions.
  template <class F>
  requires(!std::same_as<std::decay_t<F>, greenlet> && !std::invocable<std::decay_t<F>&, T> &&
           !std::invocable<std::decay_t<F>&>)
      WEFT_REFUSED("the function must take a T or nothing",
                   explicit greenlet(F&& f, detail::the_function_must_take_a_T_or_nothing = {}));

  // False: default-constructed or moved from, or the parent of a root.
  explicit operator bool() const noexcept { return handle_.get() != nullptr; }
  friend bool operator==(const greenlet& a, const greenlet& b) noexcept { return a.handle_.get() == b.handle_.get(); }

  // Suspends the running greenlet and runs this one. The first switch_to() passes the function's argument; a later one
  // becomes the result of this greenlet's present switch. If this greenlet is dead, its nearest live parent runs
  // instead. Returns the value of the next switch to the running greenlet, or the result of a child that ended;
  // rethrows the error of a child that ended with one. A switch to the running greenlet itself returns the value.
  // Throws std::bad_alloc if there is no stack to start on.
  T switch_to(T value = T{}) const { return exchange({&detail::greenlet_type_of<T>, std::addressof(value), nullptr}); }

  // The same, but this greenlet's present switch throws `error`. An unstarted greenlet dies without running. Then, as
  // for a dead one, the error goes to the nearest live parent, greenlet_exit as T{}.
  T throw_in(std::exception_ptr error) const {
    if (error == nullptr) throw std::invalid_argument("greenlet::throw_in of no error");
    return exchange({&detail::greenlet_type_of<T>, nullptr, std::move(error)});
  }

  // throw_in() of a greenlet_exit. Returns T{} if the greenlet died of it, else the value that came back: check dead().
  T kill() const { return throw_in(std::make_exception_ptr(greenlet_exit())); }

  // True once the function was entered.
  bool started() const noexcept { return detail::greenlet_started(handle_.get()); }
  bool dead() const noexcept { return detail::greenlet_dead(handle_.get()); }
  // Unique in the process; tracers get this number, and the diary shows it. 0 for an empty reference.
  std::uint64_t id() const noexcept { return detail::greenlet_id(handle_.get()); }

  // The greenlet that gets its value or error at the end. While it is unwound for lack of references: the greenlet that
  // dropped the last one. Empty for a root.
  greenlet parent() const noexcept { return greenlet(detail::parent_of(handle_.get())); }
  // Throws std::logic_error, with no effect, for a root, for a parent of another coroutine or thread, and if the
  // greenlet would become its own ancestor.
  void set_parent(const greenlet& parent) const { detail::set_parent_of(handle_.get(), parent.handle_.get()); }

  // The running greenlet. Throws std::logic_error if it is a greenlet of another T; a root is valid for every T.
  static greenlet current() { return greenlet(detail::current_greenlet(detail::greenlet_type_of<T>)); }

 private:
  explicit greenlet(detail::greenlet_handle&& handle) noexcept : handle_(std::move(handle)) {}

  T exchange(detail::greenlet_parcel parcel) const {
    std::optional<T> received;
    detail::leave_greenlet(handle_.get(), parcel, &received);
    detail::arrive_in_greenlet();
    return std::move(*received);
  }

  detail::greenlet_handle handle_;
};

namespace detail {

template <class T, class F>
class greenlet_function final : public greenlet_body {
 public:
  template <class G>
  explicit greenlet_function(G&& f) : function_(std::in_place, std::forward<G>(f)) {}

  void call() override {
    if constexpr (std::invocable<F&, T>) {
      keep([this]() -> decltype(auto) { return std::invoke(*function_, std::move(*argument_)); });
    } else {
      argument_.reset();
      keep([this]() -> decltype(auto) { return std::invoke(*function_); });
    }
  }
  void destroy_function() noexcept override { function_.reset(); }
  void* argument() noexcept override { return &argument_; }
  void* result() noexcept override { return std::addressof(*result_); }

 private:
  template <class Call>
  void keep(Call call) {
    if constexpr (std::is_void_v<decltype(call())>) {
      call();
      result_.emplace();
    } else {
      result_.emplace(call());
    }
  }

  std::optional<F> function_;
  std::optional<T> argument_;
  std::optional<T> result_;
};

}  // namespace detail
}  // namespace weft

template <class T>
struct std::hash<weft::greenlet<T>> {
  std::size_t operator()(const weft::greenlet<T>& g) const noexcept { return std::hash<std::uint64_t>()(g.id()); }
};
