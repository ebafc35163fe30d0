// Queues between coroutines and plain threads: FIFO, LIFO and by priority. In gevent's order: an operation takes effect
// when the coroutine that called it runs; woken getters and putters are served in order of arrival, and no newcomer
// overtakes them. With capacity 0 a queue is a rendezvous: the getter runs before the putter.
#pragma once

#include "weft/detail/core/cxx20.hpp"

#include <chrono>
#include <concepts>
#include <cstddef>
#include <functional>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>

#include "weft/closed_error.hpp"
#include "weft/detail/sync/item_iterator.hpp"

namespace weft {

namespace detail {

// The base of the three queues, which differ only in the item that comes out first. (A rendezvous stores nothing, so
// all three serve putters in order of arrival.) Must outlive all its waiters.
template <class T, class Store>
class basic_queue : private item_line<T, Store> {
  using base = item_line<T, Store>;

 public:
  using value_type = T;

  basic_queue() : basic_queue(unbounded) {}
  // capacity: the number of items that fit in; 0 is a rendezvous. The name (copied) appears in the diary and in
  // deadlock_error.
  explicit basic_queue(std::size_t capacity, std::string_view name = {}) : base(queue_role::queue, capacity, name) {}
  explicit basic_queue(std::string_view name) : basic_queue(unbounded, name) {}

  // Suspends while the queue is full; in a rendezvous always, until a getter gets the item. A put that is cancelled
  // while it waits has put nothing; one that is cancelled when its item has been taken, but before it goes on, throws
  // `cancelled` all the same. Throws closed_error if the queue is or gets closed. If moving the item throws, the queue
  // is unchanged.
  void put(T item) { accepted(base::place(item, forever)); }
  // Never suspends. False if the queue is full (a rendezvous: if no getter waits); the item was not moved from then.
  bool try_put(T& item) { return accepted(base::place(item, 0)); }
  bool try_put(T&& item) { return accepted(base::place(item, 0)); }
  template <std::same_as<T> U>
  requires std::copy_constructible<U>
  bool try_put(const U& item) {
    T copy(item);
    return accepted(base::place(copy, 0));
  }
  // Suspends for d at most; d <= 0 is try_put(). False: the time limit has passed.
  template <class Rep, class Period>
  bool put_for(T item, std::chrono::duration<Rep, Period> d) {
    return accepted(base::place(item, nanoseconds_of(d)));
  }
  template <class Clock, class Duration>
  bool put_until(T item, const std::chrono::time_point<Clock, Duration>& t) {
    return accepted(base::place(item, until(t)));
  }

  // Suspends while there is no item for the caller. A cancelled get has removed no item. Throws closed_error when the
  // queue is closed and empty. If moving the item throws, the item is still in the queue.
  T get() {
    if (base::begin_get(forever) != queue_answer::go) base::throw_closed();
    return base::take();
  }
  // Never suspends. Empty if there is no item, or if all items are promised to woken getters.
  std::optional<T> try_get() { return get_limited(0); }
  // Suspends for d at most; d <= 0 is try_get(). Empty: the time limit has passed.
  template <class Rep, class Period>
  std::optional<T> get_for(std::chrono::duration<Rep, Period> d) {
    return get_limited(nanoseconds_of(d));
  }
  template <class Clock, class Duration>
  std::optional<T> get_until(const std::chrono::time_point<Clock, Duration>& t) {
    return get_limited(until(t));
  }

  // Number of items that no getter has removed yet; items of blocked putters do not count.
  std::size_t size() const { return base::count(); }
  bool empty() const { return size() == 0; }
  bool full() const { return base::is_full(); }  // a rendezvous is always full
  std::size_t capacity() const noexcept { return base::capacity(); }

  // Reports that a received item has been processed. Throws std::logic_error, with no effect, if all were reported
  // already.
  void task_done() { base::finish_one(); }
  // Suspends until task_done() was called for every item that was put.
  void join() { base::join_limited(forever); }
  template <class Rep, class Period>
  bool join_for(std::chrono::duration<Rep, Period> d) {
    return base::join_limited(nanoseconds_of(d));
  }
  template <class Clock, class Duration>
  bool join_until(const std::chrono::time_point<Clock, Duration>& t) {
    return base::join_limited(until(t));
  }

  // Every put, also a blocked one, throws closed_error from now on; gets return the remaining items and then throw. A
  // second call does nothing.
  void close() { base::close_gently(); }
  // The same, and drops the remaining items: gets throw at once, and join() does not wait for the dropped items.
  void close(discard_t) { base::drop_all(); }
  bool closed() const { return base::is_closed(); }

  // for (T& item : queue) gets items until the queue is closed and empty, or discarded. Does not call task_done().
  using iterator = item_iterator<T, Store>;
  iterator begin() { return iterator(*this); }
  std::default_sentinel_t end() const noexcept { return {}; }

  std::string_view name() const noexcept { return base::what().name(); }

 private:
  friend struct line_access;
  bool accepted(queue_answer answer) const {
    if (answer == queue_answer::closed) base::throw_closed();
    return answer != queue_answer::not_now;
  }
  std::optional<T> get_limited(detail::time_limit limit) {
    switch (base::begin_get(limit)) {
      case queue_answer::go:
        return base::take_optional();
      case queue_answer::closed:
        base::throw_closed();
      case queue_answer::not_now:
      case queue_answer::delivered:
        break;
    }
    return std::nullopt;
  }
};

}  // namespace detail

// First in, first out.
template <class T>
class queue : public detail::basic_queue<T, detail::fifo_store<T>> {
 public:
  using detail::basic_queue<T, detail::fifo_store<T>>::basic_queue;
};

// Last in, first out.
template <class T>
class lifo_queue : public detail::basic_queue<T, detail::lifo_store<T>> {
 public:
  using detail::basic_queue<T, detail::lifo_store<T>>::basic_queue;
};

// The item that compares first comes out first (the smallest, with std::less); equal items first in, first out.
template <class T, class Compare = std::less<T>>
class priority_queue : public detail::basic_queue<T, detail::ordered_store<T, Compare>> {
 public:
  using detail::basic_queue<T, detail::ordered_store<T, Compare>>::basic_queue;
};

}  // namespace weft
