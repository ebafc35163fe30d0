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
  (before == nullptr ? first_ : before->next) = chosen->next;
  if (last_ == chosen) last_ = before;
  --size_;
  return chosen;
}

}  // namespace weft::core
