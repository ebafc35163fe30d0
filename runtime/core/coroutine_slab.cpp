#include "core/coroutine_slab.hpp"

#include <memory>
#include <mutex>

namespace weft::core {

namespace {

// Ranges of slots not in use by any slab. Slot 0 means "nobody" in the diary.
struct slot_ranges {
  std::mutex lock;
  std::vector<std::uint32_t> free;  // first slots
  std::uint32_t next = 1;
};

slot_ranges& ranges() {
  // Leaked on purpose: schedulers of detached threads may end after static destructors.
  static slot_ranges* const all = new slot_ranges;
  return *all;
}

}  // namespace

coroutine_slab::~coroutine_slab() {
  slot_ranges& all = ranges();
  const std::lock_guard guard(all.lock);
  for (const block& b : blocks_) all.free.push_back(b.first_slot);
}

void coroutine_slab::hold_slots() noexcept { ranges().lock.lock(); }
void coroutine_slab::let_go_slots() noexcept { ranges().lock.unlock(); }

coroutine* coroutine_slab::take() {
  if (free_ == nullptr) grow();
  coroutine* c = free_;
  free_ = c->next;
  c->next = nullptr;
  return c;
}

void coroutine_slab::give(coroutine* c) noexcept {
  const std::uint32_t slot = c->slot;
  std::destroy_at(c);
  ::new (static_cast<void*>(c)) coroutine;  // construct_at() would write zeroes everywhere first
  c->slot = slot;
  c->next = free_;
  free_ = c;
}

coroutine* coroutine_slab::at(std::uint64_t slot) noexcept {
  const auto is_in = [slot](const block& b) { return slot >= b.first_slot && slot - b.first_slot < block_size; };
  // Usually one block follows the other.
  const std::size_t guess =
      blocks_.empty() || slot < blocks_[0].first_slot ? 0 : (slot - blocks_[0].first_slot) / block_size;
  if (guess < blocks_.size() && is_in(blocks_[guess]))
    return &blocks_[guess].coroutines[slot - blocks_[guess].first_slot];
  for (block& b : blocks_) {
    if (is_in(b)) return &b.coroutines[slot - b.first_slot];
  }
  return nullptr;
}

void coroutine_slab::grow() {
  blocks_.reserve(blocks_.size() + 1);
  auto coroutines = std::make_unique<coroutine[]>(block_size);
  std::uint32_t first_slot = 0;
  {
    slot_ranges& all = ranges();
    const std::lock_guard guard(all.lock);
    all.free.reserve(all.free.size() + blocks_.size() + 1);  // so that the destructor need not allocate
    if (all.free.empty()) {
      first_slot = all.next;
      all.next += block_size;
    } else {
      first_slot = all.free.back();
      all.free.pop_back();
    }
  }
  // The lowest slot is taken first.
  for (std::uint32_t i = block_size; i-- > 0;) {
    coroutines[i].slot = first_slot + i;
    coroutines[i].next = free_;
    free_ = &coroutines[i];
  }
  blocks_.push_back({first_slot, std::move(coroutines)});
}

}  // namespace weft::core
