// A queue_base with its items; only moves them in and out. If a move throws, nothing has changed. Items are moved while
// the object's spinlock is locked: moving an item must not wait.
#pragma once

#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <type_traits>
#include <utility>

#include "weft/detail/sync/queue_base.hpp"

namespace weft::detail {

struct line_access;

// Stores the items. first(): the next item out; pop() destroys it.
template <class T>
class fifo_store {
 public:
  void push(T&& item) { items_.push_back(std::move(item)); }
  T& first() noexcept { return items_.front(); }
  void pop() noexcept { items_.pop_front(); }

 private:
  std::deque<T> items_;
};

template <class T>
class lifo_store {
 public:
  void push(T&& item) { items_.push_back(std::move(item)); }
  T& first() noexcept { return items_.back(); }
  void pop() noexcept { items_.pop_back(); }

 private:
  std::deque<T> items_;
};

// A multiset, not a heap in a vector: equal items stay in order of arrival, and removing one moves no other.
template <class T, class Compare>
class ordered_store {
 public:
  void push(T&& item) { items_.emplace(std::move(item)); }
  T& first() noexcept { return items_.begin()->item; }
  void pop() noexcept { items_.erase(items_.begin()); }

 private:
  struct node {
    explicit node(T&& i) : item(std::move(i)) {}
    mutable T item;  // moved from just before the node is erased
  };
  struct comes_first {
    bool operator()(const node& a, const node& b) const {
      return compare(std::as_const(a.item), std::as_const(b.item));
    }
    [[no_unique_address]] Compare compare;
  };
  std::multiset<node, comes_first> items_;
};

template <class T, class Store>
class item_line : public queue_base {
  static_assert(std::is_object_v<T> && std::is_move_constructible_v<T>, "items must be objects that can be moved");

 public:
  // Puts the item in, or returns not_now or closed and leaves it untouched. Otherwise returns go or delivered.
  queue_answer place(T& item, time_limit limit) {
    const queue_answer answer = begin_put(std::addressof(item), limit);
    if (answer != queue_answer::go) return answer;
    if (rendezvous()) {
      kept* k = nullptr;
      try {
        k = new kept(std::move(item));
      } catch (...) {
        end_keep(nullptr);
        throw;
      }
      end_keep(k);
    } else {
      put_now(item);
    }
    return answer;
  }
  // Call after begin_put() or redeem_place() returned go, with a capacity above 0.
  void put_now(T& item) {
    try {
      store_.push(std::move(item));
    } catch (...) {
      end_put(false);
      throw;
    }
    end_put(true);
  }

  // Call after begin_get() returned go. Constructs the result in place: an item is moved once on its way out.
  T take() {
    const taking end(*this);
    return T(std::move(next_item()));
  }
  std::optional<T> take_optional() {
    const taking end(*this);
    return std::optional<T>(std::in_place, std::move(next_item()));
  }

 protected:
  using queue_base::queue_base;

  void drop_all() noexcept(std::is_nothrow_default_constructible_v<Store>) {
    Store dropped;  // items are destroyed without the lock
    begin_discard();
    std::swap(store_, dropped);
    end_discard();
  }

 private:
  struct kept final : kept_item {
    explicit kept(T&& i) : item(std::move(i)) { handed = std::addressof(item); }
    T item;
  };

  // Ends the get once the result is constructed in the caller's place, or its move has thrown.
  class taking {
   public:
    explicit taking(item_line& line) : line_(line), exceptions_(std::uncaught_exceptions()) {}
    taking(const taking&) = delete;
    taking& operator=(const taking&) = delete;
    ~taking() {
      const bool taken = std::is_nothrow_move_constructible_v<T> || std::uncaught_exceptions() == exceptions_;
      if (taken && !line_.rendezvous()) line_.store_.pop();
      line_.end_get(taken);
    }

   private:
    item_line& line_;
    int exceptions_;
  };

  T& next_item() noexcept { return rendezvous() ? *static_cast<T*>(offered()) : store_.first(); }

  Store store_;
};

}  // namespace weft::detail
