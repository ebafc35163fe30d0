// What AddressSanitizer and ThreadSanitizer have to be told about a switch; nothing at all in other builds.
//
// Contract for whoever switches. One fiber_annotation per context, kept beside its saved stack pointer:
//   - a thread that starts to switch:     annotation.adopt_thread()
//   - a new context, before its first run: annotation.create(stack.base, stack.size)
//   - around each switch, in one function, with nothing between:
//         before_switch(from, to);  weft_switch(&from_sp, to_sp);  after_switch(from);
//   - at the beginning of a new context's entry, and of a function run by weft_switch_call():  after_switch(to)
//     (calling it again when that function has returned is harmless: only the first one after a switch counts)
//   - the last switch away from a context: before_switch(from, to, last_switch::yes), and annotation.destroy() later,
//     from another context.
// The calls are inlined by force: TSan counts function entries and exits on the fiber, so a call that begins on one
// and returns on the other would break its shadow stack.
#pragma once

#include <cstddef>

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define WEFT_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define WEFT_TSAN 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) && !defined(WEFT_ASAN)
#define WEFT_ASAN 1
#endif
#if defined(__SANITIZE_THREAD__) && !defined(WEFT_TSAN)
#define WEFT_TSAN 1
#endif

#if defined(WEFT_ASAN)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif
#if defined(WEFT_TSAN)
#include <sanitizer/tsan_interface.h>
#endif

#define WEFT_ANNOTATION [[gnu::always_inline]] inline

namespace weft::core {

enum class last_switch : bool { no, yes };

struct fiber_annotation {
#if defined(WEFT_ASAN)
  const void* stack_base = nullptr;  // null: a thread's own stack, filled in by the first switch away from it
  std::size_t stack_size = 0;
  void* fake_stack = nullptr;             // ASan's heap copy of the frames, while suspended
  fiber_annotation* came_from = nullptr;  // whom the switch under way leaves; null if that one has ended
  bool switch_under_way = false;
#endif
#if defined(WEFT_TSAN)
  void* fiber = nullptr;
#endif

  WEFT_ANNOTATION void adopt_thread() noexcept {
#if defined(WEFT_TSAN)
    fiber = __tsan_get_current_fiber();
#endif
  }

  WEFT_ANNOTATION void create([[maybe_unused]] const void* base, [[maybe_unused]] std::size_t size) noexcept {
#if defined(WEFT_ASAN)
    stack_base = base;
    stack_size = size;
    fake_stack = nullptr;
#endif
#if defined(WEFT_TSAN)
    fiber = __tsan_create_fiber(0);
#endif
  }

  // Only for a context made by create(), never for a thread's.
  WEFT_ANNOTATION void destroy() noexcept {
#if defined(WEFT_TSAN)
    if (fiber != nullptr) __tsan_destroy_fiber(fiber);
    fiber = nullptr;
#endif
  }
};

WEFT_ANNOTATION void before_switch([[maybe_unused]] fiber_annotation& from, [[maybe_unused]] fiber_annotation& to,
                                   [[maybe_unused]] last_switch last = last_switch::no) noexcept {
#if defined(WEFT_ASAN)
  to.came_from = last == last_switch::yes ? nullptr : &from;
  to.switch_under_way = true;
  __sanitizer_start_switch_fiber(last == last_switch::yes ? nullptr : &from.fake_stack, to.stack_base, to.stack_size);
#endif
#if defined(WEFT_TSAN)
  __tsan_switch_to_fiber(to.fiber, 0);
#endif
}

WEFT_ANNOTATION void after_switch([[maybe_unused]] fiber_annotation& self) noexcept {
#if defined(WEFT_ASAN)
  if (!self.switch_under_way) return;
  self.switch_under_way = false;
  const void* left_base = nullptr;
  std::size_t left_size = 0;
  __sanitizer_finish_switch_fiber(self.fake_stack, &left_base, &left_size);
  if (self.came_from != nullptr && self.came_from->stack_base == nullptr) {
    self.came_from->stack_base = left_base;
    self.came_from->stack_size = left_size;
  }
#endif
}

// A coroutine that left its stack for good without returning has left redzones in ASan's shadow; the next user of the
// memory must not trip over them.
WEFT_ANNOTATION void forget_stack_poison([[maybe_unused]] const void* base,
                                         [[maybe_unused]] std::size_t size) noexcept {
#if defined(WEFT_ASAN)
  __asan_unpoison_memory_region(base, size);
#endif
}

// Where a variable of the running context would lie on its stack. With detect_stack_use_after_return ASan keeps the
// variables of a frame on the heap, and whoever asks "is this on that stack?" has to ask about the frame.
WEFT_ANNOTATION const void* address_on_stack(const void* address) noexcept {
#if defined(WEFT_ASAN)
  void* const fake_stack = __asan_get_current_fake_stack();
  void* begin = nullptr;
  void* end = nullptr;
  if (fake_stack == nullptr) return address;
  // The address is only compared.
  const void* const frame = __asan_addr_is_in_fake_stack(fake_stack, const_cast<void*>(address), &begin, &end);
  if (frame != nullptr) return frame;
#endif
  return address;
}

}  // namespace weft::core

#undef WEFT_ANNOTATION
