// Keeps the stacks of coroutines that ended for the next ones. One pool per scheduler thread: a pool takes no lock and
// may be used by one thread at a time, but a stack may be given to another pool than the one it came from. Does not
// know coroutines: who takes a stack gives it back after the last frame on it is gone.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

#include "core/prefetch.hpp"
#include "core/stack.hpp"
#include "core/stack_arena.hpp"

namespace weft::core {

struct stack_pool_counts {
  std::int64_t in_use = 0;       // taken here less given here; negative if others' stacks were given here
  std::size_t idle = 0;          // in the pool
  std::size_t idle_trimmed = 0;  // of those, how many hold no memory
  std::size_t created = 0;       // stacks cut from fresh memory so far
  std::size_t unguarded = 0;     // of those, how many got no guard because the budget was used up
};

class stack_pool {
 public:
  // Of each size, this many idle stacks keep their pages without anybody asking: taking one costs no page fault. Fewer
  // for large stacks, so that it is at most 64 MiB.
  static constexpr std::size_t hot_stacks = 256;
  // Above this many idle stacks with pages (512 MiB at most), give() hands back the pages of the oldest 64 itself. In
  // between, trim() does, when the scheduler has nothing better to do.
  static constexpr std::size_t idle_bound = 2048;

  // default_size is rounded by round_stack_size(). Reserves nothing yet. guards: tests ask for the slower kind.
  explicit stack_pool(std::size_t default_size = default_stack_size, guard_kind guards = guard_kind::best_available);
  // Idle stacks go back to the system. Stacks in use stay valid and may be given to another pool.
  ~stack_pool();
  stack_pool(const stack_pool&) = delete;
  stack_pool& operator=(const stack_pool&) = delete;

  // A stack of at least `size` usable bytes; 0: of the default size. The one given back last comes first. Contents are
  // unspecified. The handle stays in place while the stack is in use. Throws std::bad_alloc when the memory cannot be
  // had; the pool stays usable. Where the kernel has no cheap guards, stacks beyond the budget (a quarter of
  // vm.max_map_count) come without one: see stack::guarded.
  const stack& take() {
    if (stack_slot* const slot = take_warm(default_class_)) [[likely]] {
      if (const stack_slot* const next = default_class_.warm.youngest) prefetch_lines<-6, 0>(next->handle.top);
      return slot->handle;
    }
    return take_cold(default_class_, default_size_);
  }
  const stack& take(std::size_t size);

  // Takes back a stack of any pool; nothing may run on it any more, or ever again. Allocates nothing for the pool's own
  // sizes and never fails: what cannot be kept is released.
  void give(const stack& unused) noexcept;

  // Hands the pages of up to at_most idle stacks above the hot ones back to the system, oldest first, and returns how
  // many stacks that were; 0: nothing left to do. For a scheduler that is about to sleep.
  std::size_t trim(std::size_t at_most = 64) noexcept;

  // For an owner who calls age() regularly: give() trims nothing itself any more, and stacks stay warm for a second or
  // two whatever their number, so that a burst like the last one finds them.
  void will_be_aged() noexcept { aged_ = true; }
  // Is there anything that age() could do, now or later?
  bool may_age() const noexcept { return default_class_.warm.count > default_class_.hot_limit || others_may_age(); }
  // Hands back the pages of at most at_most stacks above the hot ones that nobody needed during the last whole second.
  // Returns in how many nanoseconds to call again: 0 if more could be done at once, negative if may_age() is false.
  std::int64_t age(std::int64_t now_ns, std::size_t at_most) noexcept;

  std::size_t default_size() const noexcept { return default_size_; }
  stack_pool_counts counts() const noexcept;

 private:
  // Idle stacks, linked through their slots: youngest taken first, oldest trimmed first.
  struct idle_list {
    stack_slot* youngest = nullptr;
    stack_slot* oldest = nullptr;
    std::size_t count = 0;
    void push(stack_slot& slot) noexcept {
      slot.older = youngest;
      slot.younger = nullptr;
      (youngest != nullptr ? youngest->younger : oldest) = &slot;
      youngest = &slot;
      ++count;
    }
    stack_slot* pop_youngest() noexcept {
      stack_slot* const slot = youngest;
      if (slot == nullptr) return nullptr;
      youngest = slot->older;
      (youngest != nullptr ? youngest->younger : oldest) = nullptr;
      --count;
      return slot;
    }
    stack_slot* pop_oldest() noexcept;
  };
  struct size_class {
    idle_list warm;                // have pages
    idle_list cold;                // have none
    stack_arena* cuts = nullptr;   // new stacks come from here; null: nothing reserved yet
    std::size_t next_reserve = 0;  // stacks in the next arena
    std::size_t hot_limit = 0;
    std::size_t idle_limit = 0;
    std::size_t least_warm = 0;  // since the period began
    std::size_t excess = 0;      // were idle through the whole period before: to be trimmed
  };

  static size_class make_class(std::size_t size) noexcept;
  stack_slot* take_warm(size_class& from) noexcept {
    stack_slot* const slot = from.warm.pop_youngest();
    if (slot == nullptr) return nullptr;
    if (from.warm.count < from.least_warm) from.least_warm = from.warm.count;
    ++in_use_;
    return slot;
  }
  const stack& take_cold(size_class& from, std::size_t size);
  stack_slot& cut(size_class& from, std::size_t size);
  static void trim_oldest(size_class& from, std::size_t count) noexcept;  // count <= from.warm.count
  bool others_may_age() const noexcept;
  static void release_all(size_class& from) noexcept;

  std::size_t default_size_;  // a key of others_ never
  guard_kind guards_;
  size_class default_class_;
  std::map<std::size_t, size_class> others_;  // by usable size
  bool aged_ = false;
  std::int64_t period_end_ns_ = 0;
  std::int64_t in_use_ = 0;
  std::size_t created_ = 0;
  std::size_t unguarded_ = 0;
};

}  // namespace weft::core
