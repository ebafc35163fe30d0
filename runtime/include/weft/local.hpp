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

// A variable of which every coroutine has a value of its own (and each plain thread, outside of coroutines). The first
// use in a coroutine makes the value; it is destroyed after the coroutine's body, before its callbacks and joiners, the
// youngest first. The body of a generator or greenlet sees the values of the coroutine it runs in. Nothing here
// suspends, unless T or `make` does. May be used from any thread; it must outlive its uses, not its values.
template <class T>
class local {
 public:
  // The value is made as T{}.
  local() requires std::default_initializable<T> : local([] { return T{}; }) {}
  // The value is what make() returns, called in the coroutine that needs it; perhaps by several threads at once.
  template <class F>
  requires(!std::same_as<std::decay_t<F>, local> && std::is_invocable_r_v<T, std::decay_t<F>&>) explicit local(F make)
      : make_(std::move(make)), key_(detail::new_local_key()) {}
  // Destroys the value of the coroutine that destroys it; the others go with their coroutines.
  ~local() { reset(); }
  local(const local&) = delete;
  local& operator=(const local&) = delete;

  // This coroutine's value, made now if there is none. Throws what making it throws; then there still is none.
  T& operator*() {
    if (detail::local_value* v = detail::find_local(key_)) return static_cast<value*>(v)->held;
    auto* made = new value(key_, make_);
    detail::keep_local(made);
    return made->held;
  }
  T* operator->() { return std::addressof(**this); }
  // This coroutine has made its value.
  bool has_value() const noexcept { return detail::find_local(key_) != nullptr; }
  // Destroys this coroutine's value; the next use makes a new one.
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
