// Coroutine stacks as memory: one reserved range with a guard below it, committed page by page as it is used. This file
// is what everybody needs to know of a stack; where stacks come from is stack_pool.hpp. Not here: what runs on them.
#pragma once

#include <cstddef>
#include <optional>

#include "core/sanitizer.hpp"

namespace weft::core {

struct stack_slot;

// Reserved for a coroutine that asks for no size. Only touched pages cost memory.
inline constexpr std::size_t default_stack_size = 256 * 1024;

// Smaller requests are rounded up to this: room for a signal handler's frame, an exception's unwinding and lazy binding
// at once, less the up to 2304 bytes that colouring takes. Sanitizers' frames are several times larger.
#if defined(WEFT_ASAN) || defined(WEFT_TSAN)
inline constexpr std::size_t minimum_stack_size = 64 * 1024;
#else
inline constexpr std::size_t minimum_stack_size = 16 * 1024;
#endif

// One stack. A plain handle: copying it copies no ownership, whoever took it from a pool gives it back exactly once.
//
//   base                                   top         base + size
//   v                                       v            v
//   [guard][ ...... grows down ............ ][  colour   ]
struct stack {
  void* base = nullptr;  // lowest usable byte; null: no stack
  void* top = nullptr;   // where the first frame goes, 16-aligned. Shifted by a number of cache lines that differs from
                         // stack to stack: equally aligned tops would all compete for the same cache sets
  stack_slot* slot = nullptr;  // the pool's own
  std::size_t size : 63 = 0;   // usable bytes from base on, whole pages
  bool guarded : 1 = false;    // false: the budget of guards was used up, an overflow goes unnoticed
};

// n rounded up to whole pages and to minimum_stack_size. A size too large to be rounded gives the largest whole number
// of pages, which no take() can satisfy.
std::size_t round_stack_size(std::size_t n) noexcept;

// Bytes of an operating system page.
std::size_t page_size() noexcept;

// The deepest use of the stack, in bytes below base + size, to the page: never less than the truth. Pages touched by an
// earlier coroutine on the same pooled stack count too, until the pool has given them back; pages that were swapped out
// do not. Costs a system call per MiB. Returns 0 if nothing was touched.
std::size_t stack_used(const stack& of) noexcept;

struct guard_hit {
  const void* stack_base;  // of the stack that overflowed: compare with stack::base
  std::size_t stack_size;  // its usable bytes
};

// Does the address lie in the guard of a live stack, and of which? For a SIGSEGV handler: reads atomics only, takes no
// lock, allocates nothing. Answers for any pool of the process.
std::optional<guard_hit> find_guard(const void* address) noexcept;
inline bool is_guard_address(const void* address) noexcept { return find_guard(address).has_value(); }

// Around a fork: nobody changes what find_guard() reads meanwhile.
void hold_guard_registry() noexcept;
void let_go_guard_registry() noexcept;

}  // namespace weft::core
