#include "core/ready_queue.hpp"

namespace weft::core {

coroutine* ready_queue::pop_random() noexcept {
  if (first_ == nullptr) return nullptr;
  std::size_t skip = static_cast<std::size_t>(choices_->next() % size_);
  coroutine* before = nullptr;
  coroutine* chosen = first_;
  while (skip-- > 0) {
    before = chosen;
    chosen = chosen->next;
  }
  unlink(chosen, before);
  return chosen;
}

coroutine* ready_queue::take(std::uint64_t slot) noexcept {
  coroutine* before = nullptr;
  coroutine* c = first_;
  while (c != nullptr && c->slot != slot) {
    before = c;
    c = c->next;
  }
  if (c != nullptr) unlink(c, before);
  return c;
}

void ready_queue::unlink(coroutine* c, coroutine* before) noexcept {
  (before == nullptr ? first_ : before->next) = c->next;
  if (last_ == c) last_ = before;
  if (ahead_ != nullptr) ahead_ = nullptr;  // it counts from the front
  --size_;
}

}  // namespace weft::core
