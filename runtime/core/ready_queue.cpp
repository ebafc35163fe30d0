#include "core/ready_queue.hpp"

namespace weft::core {

coroutine* ready_queue::pop_random() noexcept {
  if (first_ == nullptr) return nullptr;
  // splitmix64 (Steele, Lea, Flood 2014): full period, and every seed is a good one.
  *seed_ += 0x9e3779b97f4a7c15u;
  std::uint64_t z = *seed_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  z ^= z >> 31;
  std::size_t skip = static_cast<std::size_t>(z % size_);
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
