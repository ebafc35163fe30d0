// Internal to stack.cpp and stack_pool.cpp: one mapping that is cut into stacks of one size. Neighbouring stacks lie in
// one mapping so that a million of them stay few entries in the kernel's list of mappings (vm.max_map_count, 65530).
// Does not decide when a stack is reused or trimmed: that is the pool.
//
//   | guard | usable | guard | usable | guard | usable | ... not cut yet ... |
//   slot 0           slot 1           slot 2
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "core/stack.hpp"

namespace weft::core {

class stack_arena;
struct guard_registry_entry;

// How overflows are caught. guard_regions: MADV_GUARD_INSTALL (Linux 6.13), which splits no mapping. page_protection:
// mprotect, two more mappings for each stack, hence a budget.
enum class guard_kind : std::uint8_t { best_available, page_protection };

// What stays known of a stack while it is idle; in an array of the arena's, so that a trimmed stack holds no page and
// giving one back allocates nothing. One cache line.
struct alignas(64) stack_slot {
  stack handle;
  stack_arena* arena = nullptr;
  stack_slot* older = nullptr;  // in the pool's list while idle
  stack_slot* younger = nullptr;
  unsigned valgrind_id = 0;
  // For the diary: coroutines that ended on it while a recording was on (the low bits of their number), and the deepest
  // use that was recorded, in pages (the largest number stands for all above it).
  std::uint16_t recorded_ends = 0;
  std::uint16_t recorded_pages = 0;
};
static_assert(sizeof(stack_slot) == 64 || sizeof(void*) != 8);

// Invariant: holders = slots cut and not released + 1 while a pool still cuts. The last one to let go deletes the
// arena.
class stack_arena {
 public:
  // Reserves room for `slots` stacks of `usable` bytes (whole pages), for fewer if the system refuses so much. Throws
  // std::bad_alloc if it refuses even one. The caller holds the right to cut.
  static stack_arena* reserve(std::size_t usable, std::size_t slots, guard_kind guards);

  // The next fresh stack, guarded if possible; null when all are cut. Only for the one pool that cuts.
  stack_slot* cut() noexcept;

  // The slot, or the right to cut, is not needed any more. May delete the arena. From any thread.
  void let_go(stack_slot& released) noexcept;
  void stop_cutting() noexcept { drop_holder(); }

  std::size_t usable() const noexcept { return usable_; }
  std::size_t slot_count() const noexcept { return slot_count_; }

  stack_arena(const stack_arena&) = delete;
  stack_arena& operator=(const stack_arena&) = delete;

 private:
  stack_arena(char* begin, std::size_t usable, std::size_t guard, std::size_t slots, guard_kind guards);
  ~stack_arena();
  void drop_holder() noexcept;
  char* slot_at(std::size_t index) const noexcept { return begin_ + index * (usable_ + guard_); }
  bool install_guard(std::size_t index) noexcept;
  void install_guards_ahead(std::size_t index) noexcept;

  char* begin_;
  std::size_t usable_;
  std::size_t guard_;  // bytes
  std::size_t slot_count_;
  [[maybe_unused]] guard_kind guards_;        // read only where there is a choice
  std::size_t next_ = 0;                      // the first slot not cut
  [[maybe_unused]] std::size_t guarded_ = 0;  // slots before it have a guard region, or were cut with what there was
  [[maybe_unused]] bool takes_lists_ = true;  // the kernel, of guards; false once it has refused one
  std::size_t protected_guards_ = 0;          // what to give back to the budget
  std::size_t first_colour_;
  std::unique_ptr<stack_slot[]> slots_;
  guard_registry_entry* registered_;
  std::atomic<std::size_t> holders_{1};
};

// Gives the pages of a run of neighbouring idle stacks back to the system, guards excepted: their contents are lost.
// One call for a run costs a fraction of one for each. Both of one arena, lowest not above highest.
void discard_pages(const stack_slot& lowest, const stack_slot& highest) noexcept;

}  // namespace weft::core
