// Memory for control blocks: dense blocks of 64, recycled last in, first out. The place in the slab is the coroutine's
// slot in the diary, unique among all schedulers of the process at any moment and small, so that it takes one or two
// bytes there.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "core/coroutine.hpp"

namespace weft::core {

class coroutine_slab {
 public:
  coroutine_slab() = default;
  coroutine_slab(const coroutine_slab&) = delete;
  coroutine_slab& operator=(const coroutine_slab&) = delete;
  ~coroutine_slab();

  coroutine* take();  // a fresh control block with its slot set; throws std::bad_alloc
  void give(coroutine* c) noexcept;
  // The block with this slot, in use or free; null: it is another slab's.
  coroutine* at(std::uint64_t slot) noexcept;

  // Around a fork: nobody changes meanwhile which slots are whose.
  static void hold_slots() noexcept;
  static void let_go_slots() noexcept;

 private:
  static constexpr std::uint32_t block_size = 64;
  struct block {
    std::uint32_t first_slot;
    std::unique_ptr<coroutine[]> coroutines;
  };
  void grow();

  std::vector<block> blocks_;
  coroutine* free_ = nullptr;
};

}  // namespace weft::core
