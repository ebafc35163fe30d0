// The iterator of a range-for over a channel or a queue. Not for programs.
#pragma once

#include <cstddef>
#include <iterator>
#include <optional>
#include <utility>

#include "weft/detail/sync/item_line.hpp"

namespace weft::detail {

// Receives the next item at construction and at each step; suspends while there is none. At the end when the queue or
// channel is closed and empty. Throws the wait's interruption; no item is lost then.
template <class T, class Store>
class item_iterator {
 public:
  using iterator_concept = std::input_iterator_tag;
  using value_type = T;
  using difference_type = std::ptrdiff_t;

  item_iterator() = default;
  explicit item_iterator(item_line<T, Store>& from) : from_(&from) { take_next(); }
  T& operator*() const noexcept { return *item_; }
  T* operator->() const noexcept { return &*item_; }
  item_iterator& operator++() {
    take_next();
    return *this;
  }
  void operator++(int) { take_next(); }
  friend bool operator==(const item_iterator& i, std::default_sentinel_t) noexcept { return !i.item_.has_value(); }

 private:
  void take_next() {
    item_.reset();
    // Emplace, because T need not be assignable.
    if (from_->begin_get(forever) == queue_answer::go) item_.emplace(from_->take());
  }

  item_line<T, Store>* from_ = nullptr;
  mutable std::optional<T> item_;
};

}  // namespace weft::detail
