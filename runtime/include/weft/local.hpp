// Coroutine-local values: what thread_local is to threads. gevent.local, contextvars.
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include "weft/detail/core/local_values.hpp"

namespace weft {

// A variable with a separate value in each coroutine (and in each plain thread, outside of coroutines). The first use
// in a coroutine constructs the value. It is destroyed after the coroutine's body and before its callbacks and joiners,
// the youngest first. The body of a generator or greenlet uses the values of the coroutine it runs in. Suspends only if
// T or `make` does. May be used from any thread. Must outlive its uses, not its values.
template <class T>
class local {
 public:
  // Constructs each value as T{}.
  local() requires std::default_initializable<T> : local([] { return T{}; }) {}
  // make() returns the value; it is called in the coroutine that needs the value, perhaps on several threads at once.
  template <class F>
  requires(!std::same_as<std::decay_t<F>, local> && std::is_invocable_r_v<T, std::decay_t<F>&>) explicit local(F make)
      : make_(std::move(make)), key_(detail::new_local_key()) {}
  // Destroys the value of the calling coroutine; the others are destroyed with their coroutines.
  ~local() { reset(); }
  local(const local&) = delete;
  local& operator=(const local&) = delete;

  // This coroutine's value, constructed now if there is none. Throws the errors of the construction; there is no value
  // then.
  T& operator*() {
    if (detail::local_value* v = detail::find_local(key_)) return static_cast<value*>(v)->held;
    auto* made = new value(key_, make_);
    detail::keep_local(made);
    return made->held;
  }
  T* operator->() { return std::addressof(**this); }
  // True if this coroutine has a value.
  bool has_value() const noexcept { return detail::find_local(key_) != nullptr; }
  // Destroys this coroutine's value; the next use constructs a new one.
  void reset() { detail::drop_local(key_); }

 private:
  struct value final : detail::local_value {
    value(std::uint64_t k, const std::function<T()>& make) : local_value(k), held(make()) {}
    T held;
  };

  const std::function<T()> make_;
  const std::uint64_t key_;
};

}  // namespace weft
