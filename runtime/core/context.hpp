// The first frame of a new context. Turns a piece of stack into something weft_switch() (asm/weft_switch.h) can resume.
// Deliberately does not know where stacks come from, who runs on them, or what a coroutine is.
#pragma once

#include <cstdint>

#include "core/sanitizer.hpp"
#include "weft_switch.h"

#if defined(__APPLE__)
#define WEFT_ASSEMBLER_NAME(name) "_" name
#else
#define WEFT_ASSEMBLER_NAME(name) name
#endif

namespace weft::core {

// The floating-point control words of the running context, for switch_given(). Read them as early as possible, before
// the work that finds out whom to switch to: on AMD's Zen reading MXCSR takes 15 cycles that begin only when everything
// before has retired, but what stands behind runs meanwhile. On other processors than x86 the switch reads its own.
struct control_words {
#if defined(__x86_64__)
  std::uint64_t bits;
#endif
};

[[gnu::always_inline]] inline control_words read_control_words() noexcept {
#if defined(__x86_64__)
  std::uint32_t mxcsr;
  std::uint16_t x87;
  __asm__ volatile("stmxcsr %0" : "=m"(mxcsr));
  __asm__ volatile("fnstcw %0" : "=m"(x87));
  return {mxcsr | std::uint64_t{x87} << 32};
#else
  return {};
#endif
}

// How the running context rounds, traps and flushes: the control bits, without the sticky flags. Kept to be another
// context's.
struct float_control {
  std::uint64_t bits = 0;
  friend bool operator==(const float_control&, const float_control&) = default;
};

inline float_control read_float_control() noexcept {
#if defined(__x86_64__)
  constexpr std::uint64_t sticky_flags = 0x3f;
  return {read_control_words().bits & ~sticky_flags};
#else
  float_control now;
  __asm__ volatile("mrs %0, fpcr" : "=r"(now.bits));
  return now;
#endif
}

// The sticky flags stay as they are.
inline void load_float_control(const float_control& c) noexcept {
#if defined(__x86_64__)
  constexpr std::uint32_t sticky_flags = 0x3f;
  const std::uint32_t mxcsr =
      static_cast<std::uint32_t>(c.bits) | (static_cast<std::uint32_t>(read_control_words().bits) & sticky_flags);
  const auto x87 = static_cast<std::uint16_t>(c.bits >> 32);
  __asm__ volatile("ldmxcsr %0" : : "m"(mxcsr));
  __asm__ volatile("fldcw %0" : : "m"(x87));
#else
  __asm__ volatile("msr fpcr, %0" : : "r"(c.bits));
#endif
}

// Writes a frame below stack_top and returns the `to` for weft_switch() or weft_switch_call(); the first switch to it
// calls entry(arg), with stack pointer and registers as at any call. entry must never return and must let no exception
// out. Floating-point control (rounding, masks) is `control`, sticky flags start clear. Before: the memory below
// stack_top is writable; stack_top need not be aligned. Does not suspend, cannot fail.
void* make_context(void* stack_top, void (*entry)(void*), void* arg,
                   float_control control = read_float_control()) noexcept;

// weft_switch() with control words that are known. As a tail call it leaves no `ret` behind. Under ASan they are not
// touched: a coroutine that ends has given up its fake stack by now, and its local variables with it.
[[gnu::always_inline]] inline void switch_given(void** save, void* to,
                                                [[maybe_unused]] const control_words& now) noexcept(false) {
#if defined(__x86_64__) && !defined(WEFT_ASAN)
  weft_switch_given(save, to, now.bits);
#else
  weft_switch(save, to);
#endif
}

// The same in the middle of a function: nothing is called, so the processor, which predicts every `ret` by the last
// call, still expects the returns that stand before this one. Both contexts usually came here by the same calls, and
// then they are the right ones (4 ns each). No exception comes out of it: never resume it by a weft_switch_call() that
// throws.
[[gnu::always_inline]] inline void switch_inline(void** save, void* to,
                                                 [[maybe_unused]] const control_words& now) noexcept {
#if defined(__x86_64__) && !defined(WEFT_ASAN)
  std::uint64_t bits = now.bits;
  __asm__ volatile(
      "leaq 1f(%%rip), %%rcx\n\t"
      "jmp " WEFT_ASSEMBLER_NAME("weft_switch_from") "\n"
      "1:"
      : "+D"(save), "+S"(to), "+d"(bits)
      :
      : "rax", "rcx", "r8", "r9", "r10", "r11", "cc", "memory", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6",
        "xmm7", "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15", "mm0", "mm1", "mm2", "mm3", "mm4",
        "mm5", "mm6", "mm7", "st", "st(1)", "st(2)", "st(3)", "st(4)", "st(5)", "st(6)", "st(7)"
#if defined(__AVX512F__)
        ,
        "xmm16", "xmm17", "xmm18", "xmm19", "xmm20", "xmm21", "xmm22", "xmm23", "xmm24", "xmm25", "xmm26", "xmm27",
        "xmm28", "xmm29", "xmm30", "xmm31", "k1", "k2", "k3", "k4", "k5", "k6", "k7"
#endif
  );
#else
  weft_switch(save, to);
#endif
}

}  // namespace weft::core

#undef WEFT_ASSEMBLER_NAME
