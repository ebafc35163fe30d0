// The coroutines of one scheduler that have begun to live and have not ended, in spawn order, which is also the order
// of their ids. Linked through the control blocks; owns none of them.
#pragma once

#include <cstddef>
#include <cstdint>

#include "core/coroutine.hpp"

namespace weft::core {

class live_list {
 public:
  // `c` is younger than all others.
  void add(coroutine& c) noexcept {
    c.older = youngest_;
    c.younger = nullptr;
    (youngest_ != nullptr ? youngest_->younger : oldest_) = &c;
    youngest_ = &c;
    ++size_;
  }
  // Keeps c's own links: whoever walks the list stands on c, perhaps.
  void remove(coroutine& c) noexcept {
    (c.older != nullptr ? c.older->younger : oldest_) = c.younger;
    (c.younger != nullptr ? c.younger->older : youngest_) = c.older;
    --size_;
  }

  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }
  // The others follow by coroutine::younger. Null: nobody lives.
  coroutine* oldest() const noexcept { return oldest_; }
  // The one with this id, or null. For reports: O(n).
  coroutine* find(std::uint64_t id) const noexcept {
    for (coroutine* c = oldest_; c != nullptr; c = c->younger) {
      if (c->id == id) return c;
    }
    return nullptr;
  }

 private:
  coroutine* oldest_ = nullptr;
  coroutine* youngest_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace weft::core
