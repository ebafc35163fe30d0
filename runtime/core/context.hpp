// The first frame of a new context. Turns a piece of stack into something weft_switch() (asm/weft_switch.h) can resume.
// Deliberately does not know where stacks come from, who runs on them, or what a coroutine is.
#pragma once

#include "weft_switch.h"

namespace weft::core {

// Writes a frame below stack_top and returns the `to` for weft_switch() or weft_switch_call(); the first switch to it
// calls entry(arg), with stack pointer and registers as at any call. entry must never return and must let no exception
// out. Floating-point control words (rounding, masks) are the calling thread's of this moment, sticky flags start
// clear. Before: the memory below stack_top is writable; stack_top need not be aligned. Does not suspend, cannot fail.
void* make_context(void* stack_top, void (*entry)(void*), void* arg) noexcept;

}  // namespace weft::core
