// The ready queue: an intrusive FIFO. With a shuffle seed the next coroutine is a seeded random choice among the ready
// instead, which finds programs that rely on an order nobody promised them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "core/coroutine.hpp"
#include "core/prefetch.hpp"
#include "core/random_sequence.hpp"

namespace weft::core {

class ready_queue {
 public:
  bool empty() const noexcept { return first_ == nullptr; }
  std::size_t size() const noexcept { return size_; }
  coroutine* front() const noexcept { return first_; }

  void push_back(coroutine* c) noexcept {
    c->next = nullptr;
    if (first_ == nullptr) {
      first_ = c;
    } else {
      last_->next = c;
    }
    last_ = c;
    ++size_;
  }
  // The one that runs next; null if nobody is ready.
  coroutine* pop() noexcept {
    if (choices_) [[unlikely]]
      return pop_random();
    coroutine* c = first_;
    if (c != nullptr) {
      first_ = c->next;
      --size_;
      look_ahead();
    }
    return c;
  }
  // The same as push_back() and pop(). Before: first in, first out, and somebody is ready.
  void rotate(coroutine* c) noexcept {
    c->next = nullptr;
    last_->next = c;
    last_ = c;
    first_ = first_->next;
    look_ahead();
  }
  bool is_fifo() const noexcept { return !choices_; }
  // Takes the one with this slot out, wherever it stands; null: it is not here. O(1) if it is the front.
  coroutine* take(std::uint64_t slot) noexcept;
  template <class F>
  void for_each(F&& f) const {
    for (coroutine* c = first_; c != nullptr; c = c->next) f(*c);
  }
  void shuffle(std::uint64_t seed) noexcept { choices_ = random_sequence(seed); }

 private:
  // O(n): a mode for tests, where n is small.
  coroutine* pop_random() noexcept;
  void unlink(coroutine* c, coroutine* before) noexcept;

  // With many ready, each one's block and stack are cache and TLB misses: they begin some coroutines ahead.
  void look_ahead() noexcept {
    if (size_ <= ahead) [[likely]] {
      ahead_ = nullptr;
      return;
    }
    if (ahead_ != nullptr) {
      ahead_ = ahead_->next;
    } else {
      ahead_ = first_;
      for (std::size_t i = 0; i < ahead; ++i) ahead_ = ahead_->next;
    }
    __builtin_prefetch(ahead_->next);
    if (ahead_->in_yield) {
      prefetch_lines<0, 2>(ahead_->sp);
      return;
    }
    // Woken: it will look at all of its block, at the frames of its wait and, if it ends, at what it executes.
    if (ahead_->sp != nullptr) prefetch_lines<0, 6>(ahead_->sp);
    prefetch_lines<1, sizeof(coroutine) / 64>(ahead_);
    prefetch_lines<0, 3>(first_->work);
  }

  static constexpr std::size_t ahead = 4;

  coroutine* first_ = nullptr;
  std::size_t size_ = 0;        // between the two, or GCC stores them as one vector, put together at length
  coroutine* last_ = nullptr;   // valid while first_ is not null
  coroutine* ahead_ = nullptr;  // `ahead` behind first_, or null if so many are not there
  std::optional<random_sequence> choices_;
};

}  // namespace weft::core
