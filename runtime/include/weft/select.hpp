// Waiting for several things at once, of which exactly one happens. Go's select.
//
//   weft::select(weft::on_receive(orders, [&](std::optional<order> o) { ... }),
//                weft::on_send(replies, std::move(r), [&] { ... }),
//                weft::on_ready(worker, [&] { ... }),
//                weft::after(100ms, [&] { ... }));
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <optional>
#include <stdexcept>
#include <type_traits>
#include <utility>

#include "weft/channel.hpp"
#include "weft/detail/async/select_case.hpp"
#include "weft/detail/core/refusal.hpp"
#include "weft/future.hpp"
#include "weft/queue.hpp"
#include "weft/task.hpp"

namespace weft {

namespace detail {

// Gives access to the private base of channel and the queues.
struct line_access {
  template <class T>
  static item_line<T, fifo_store<T>>& of(channel<T>& c) noexcept {
    return c;
  }
  template <class T, class Store>
  static item_line<T, Store>& of(basic_queue<T, Store>& q) noexcept {
    return q;
  }
};

template <class F, class T>
concept receives = std::invocable<std::decay_t<F>, std::optional<T>> || std::invocable<std::decay_t<F>>;

template <class V, class T>
concept sends = std::convertible_to<V, T> || std::same_as<std::remove_reference_t<V>, T>;

template <class T, class Store, class V, class F>
auto make_send(item_line<T, Store>& line, V&& value, F&& f) {
  // A value that is an rvalue, or cannot be copied, stays with the caller until it is received.
  constexpr bool stays = std::same_as<std::remove_reference_t<V>, T> &&
                         (!std::is_lvalue_reference_v<V> || !std::is_copy_constructible_v<T>);
  if constexpr (stays) {
    return send_case<T, Store, T&, std::decay_t<F>>(line, value, std::forward<F>(f));
  } else {
    return send_case<T, Store, T, std::decay_t<F>>(line, std::forward<V>(value), std::forward<F>(f));
  }
}

}  // namespace detail

// The cases, made in the call of select(). When a case happens, select() leaves all objects and then calls the case's
// f, without arguments unless noted.

// Receives an item of a channel or queue: f(std::optional<T>), or f(). Empty: closed and no item left; such a case can
// always happen.
template <class T, detail::receives<T> F>
auto on_receive(channel<T>& from, F&& f) {
  using store = detail::fifo_store<T>;
  return detail::receive_case<T, store, std::decay_t<F>>(detail::line_access::of(from), std::forward<F>(f));
}
template <class T, class Store, detail::receives<T> F>
auto on_receive(detail::basic_queue<T, Store>& from, F&& f) {
  return detail::receive_case<T, Store, std::decay_t<F>>(detail::line_access::of(from), std::forward<F>(f));
}

template <class T, class F>
requires(!detail::receives<F, T>)
    WEFT_REFUSED("the function must take a std::optional of an item (empty: closed), or nothing",
                 detail::refused_case<detail::the_function_must_take_an_optional_item_or_nothing> on_receive(
                     channel<T>& from, F&& f));
template <class T, class Store, class F>
requires(!detail::receives<F, T>)
    WEFT_REFUSED("the function must take a std::optional of an item (empty: closed), or nothing",
                 detail::refused_case<detail::the_function_must_take_an_optional_item_or_nothing> on_receive(
                     detail::basic_queue<T, Store>& from, F&& f));

// Puts the value into a channel or queue. A value given as an rvalue (or move-only) is moved from only if it is put;
// any other value is copied. With capacity 0 the case happens when a receiver gets the value. With a closed channel or
// queue the select throws closed_error.
template <class T, class V, std::invocable F>
requires detail::sends<V, T>
auto on_send(channel<T>& to, V&& value, F&& f) {
  return detail::make_send(detail::line_access::of(to), std::forward<V>(value), std::forward<F>(f));
}
template <class T, class Store, class V, std::invocable F>
requires(std::convertible_to<V, T> ||
         std::same_as<std::remove_reference_t<V>, T>) auto on_send(detail::basic_queue<T, Store>& to, V&& value,
                                                                   F&& f) {
  return detail::make_send(detail::line_access::of(to), std::forward<V>(value), std::forward<F>(f));
}

template <class T, class V, class F>
requires(!std::invocable<F>)
    WEFT_REFUSED("the function must take no arguments",
                 detail::refused_case<detail::the_function_must_take_no_arguments> on_send(channel<T>& to, V&& value,
                                                                                           F&& f));
template <class T, class V, std::invocable F>
requires(!detail::sends<V, T>)
    WEFT_REFUSED("the value must convert to an item of the channel",
                 detail::refused_case<detail::the_value_must_convert_to_an_item> on_send(channel<T>& to, V&& value,
                                                                                         F&& f));
template <class T, class Store, class V, class F>
requires(!std::invocable<F>) WEFT_REFUSED("the function must take no arguments",
                                          detail::refused_case<detail::the_function_must_take_no_arguments> on_send(
                                              detail::basic_queue<T, Store>& to, V&& value, F&& f));
template <class T, class Store, class V, std::invocable F>
requires(!detail::sends<V, T>) WEFT_REFUSED("the value must convert to an item of the queue",
                                            detail::refused_case<detail::the_value_must_convert_to_an_item> on_send(
                                                detail::basic_queue<T, Store>& to, V&& value, F&& f));

// Happens when a task or future has ended in any way. Reads neither value nor error.
template <class T, std::invocable F>
auto on_ready(const task<T>& t, F&& f) {
  if (!t) throw std::logic_error("on_ready: the task is empty");
  return detail::ready_case<std::decay_t<F>>(detail::access::state(t), std::forward<F>(f));
}
template <class T, std::invocable F>
auto on_ready(const future<T>& t, F&& f) {
  if (!t.valid()) detail::future_state::throw_no_state();
  return detail::ready_case<std::decay_t<F>>(detail::future_access::state(t), std::forward<F>(f));
}

template <class T, class F>
requires(!std::invocable<F>)
    WEFT_REFUSED("the function must take no arguments: it may ask the task for its value",
                 detail::refused_case<detail::the_function_must_take_no_arguments> on_ready(const task<T>& t, F&& f));
template <class T, class F>
requires(!std::invocable<F>)
    WEFT_REFUSED("the function must take no arguments: it may ask the future for its value",
                 detail::refused_case<detail::the_function_must_take_no_arguments> on_ready(const future<T>& t, F&& f));

// Happens when d has passed; d <= 0: at once.
template <class Rep, class Period, std::invocable F>
auto after(std::chrono::duration<Rep, Period> d, F&& f) {
  return detail::after_case<std::decay_t<F>>(detail::nanoseconds_of(d), std::forward<F>(f));
}

template <class Rep, class Period, class F>
requires detail::refused_function<F> &&
    (!std::invocable<F>)WEFT_REFUSED("the function must take no arguments",
                                     detail::refused_case<detail::the_function_must_take_no_arguments> after(
                                         std::chrono::duration<Rep, Period> d, F&& f));

// Happens if no other case can happen at once: with it a select never suspends.
template <std::invocable F>
auto otherwise(F&& f) {
  return detail::otherwise_case<std::decay_t<F>>(std::forward<F>(f));
}

template <detail::refused_function F>
requires(!std::invocable<F>)
    WEFT_REFUSED("the function must take no arguments",
                 detail::refused_case<detail::the_function_must_take_no_arguments> otherwise(F&& f));

// Suspends until one of the cases has happened, calls its function and returns its index among the arguments. The
// objects of the other cases are not changed. If several cases can happen at once, one is chosen at random with equal
// chance; the sequence is the same in every run (run_options::shuffle_seed changes it). A cancelled select has received
// and sent nothing. A pending cancellation or timeout is thrown before any case happens, even if the select need not
// wait. An exception of the function leaves select().
template <class... Cases>
requires(sizeof...(Cases) > 0 && (std::derived_from<std::remove_reference_t<Cases>, detail::select_case> &&
                                  ...)) std::size_t select(Cases&&... cases) {
  const std::array<detail::select_case*, sizeof...(Cases)> all{&cases...};
  std::array<std::size_t, sizeof...(Cases)> order;
  const std::size_t which = detail::select_one(all, order);
  all[which]->finish();
  return which;
}

}  // namespace weft
