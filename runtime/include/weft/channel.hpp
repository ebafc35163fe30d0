// A channel: a queue that reports its end by a value. receive() returns an empty optional instead of throwing when the
// channel is closed and empty, so a range-for over a channel ends when the sender closes it.
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <chrono>
#include <concepts>
#include <cstddef>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

#include "weft/closed_error.hpp"
#include "weft/detail/sync/item_iterator.hpp"

namespace weft {

// FIFO, any number of senders and receivers, in coroutines and plain threads. Capacity 0, the default, is a rendezvous:
// send() returns after a receiver got the item, and the receiver runs first. Must outlive all its waiters.
template <class T>
class channel : private detail::item_line<T, detail::fifo_store<T>> {
  using base = detail::item_line<T, detail::fifo_store<T>>;
  using answer = detail::queue_answer;

 public:
  using value_type = T;

  channel() : channel(0) {}
  // The name (copied) appears in the diary and in deadlock_error.
  explicit channel(std::size_t capacity, std::string_view name = {})
      : base(detail::queue_role::channel, capacity, name) {}
  explicit channel(std::string_view name) : channel(0, name) {}

  // Suspends while the channel is full; with capacity 0 always, until a receiver gets the item. A send that is
  // cancelled while it waits has sent nothing; one that is cancelled when its item has been taken, but before it goes
  // on, throws `cancelled` all the same. Throws closed_error if the channel is or gets closed. If moving the item
  // throws, the channel is unchanged.
  void send(T item) { accepted(base::place(item, detail::forever)); }
  // Never suspends. False if the channel is full (capacity 0: if no receiver waits); the item was not moved from then.
  bool try_send(T& item) { return accepted(base::place(item, 0)); }
  bool try_send(T&& item) { return accepted(base::place(item, 0)); }
  template <std::same_as<T> U>
  requires std::copy_constructible<U>
  bool try_send(const U& item) {
    T copy(item);
    return accepted(base::place(copy, 0));
  }
  // Suspends for d at most; d <= 0 is try_send(). False: the time limit has passed.
  template <class Rep, class Period>
  bool send_for(T item, std::chrono::duration<Rep, Period> d) {
    return accepted(base::place(item, detail::nanoseconds_of(d)));
  }
  template <class Clock, class Duration>
  bool send_until(T item, const std::chrono::time_point<Clock, Duration>& t) {
    return accepted(base::place(item, detail::until(t)));
  }

  // Suspends until there is an item, or the channel is closed and empty: returns empty then. A cancelled receive has
  // removed nothing. If moving the item throws, the item is still in the channel.
  std::optional<T> receive() { return receive_limited(detail::forever); }
  // Never suspends. Empty also if there is no item now; closed() shows which.
  std::optional<T> try_receive() { return receive_limited(0); }
  // Suspends for d at most; d <= 0 is try_receive(). Empty also if the time limit has passed.
  template <class Rep, class Period>
  std::optional<T> receive_for(std::chrono::duration<Rep, Period> d) {
    return receive_limited(detail::nanoseconds_of(d));
  }
  template <class Clock, class Duration>
  std::optional<T> receive_until(const std::chrono::time_point<Clock, Duration>& t) {
    return receive_limited(detail::until(t));
  }

  // Every send(), also a blocked one, throws closed_error from now on; items already sent can still be received. A
  // second call does nothing.
  void close() { base::close_gently(); }
  bool closed() const { return base::is_closed(); }

  // Number of items that no receiver has removed yet; items of blocked senders do not count.
  std::size_t size() const { return base::count(); }
  bool empty() const { return size() == 0; }
  std::size_t capacity() const noexcept { return base::capacity(); }
  std::string_view name() const noexcept { return base::what().name(); }

  // for (T& item : channel) receives until the channel is closed and empty.
  using iterator = detail::item_iterator<T, detail::fifo_store<T>>;
  iterator begin() { return iterator(*this); }
  std::default_sentinel_t end() const noexcept { return {}; }

 private:
  friend struct detail::line_access;

  bool accepted(answer a) const {
    if (a == answer::closed) base::throw_closed();
    return a != answer::not_now;
  }
  std::optional<T> receive_limited(detail::time_limit limit) {
    if (base::begin_get(limit) != answer::go) return std::nullopt;
    return base::take_optional();
  }
};

}  // namespace weft
