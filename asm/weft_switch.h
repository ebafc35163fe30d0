/* The context switch: its entry points, written in assembler once per instruction set and ABI (the .S files here).
 * They know nothing of coroutines, schedulers or sanitizers, allocate nothing and use no lock. A context is one word:
 * the stack pointer of a suspended stack whose lowest bytes are the frame described in context_layout.h. */
#ifndef WEFT_SWITCH_H
#define WEFT_SWITCH_H

#if defined(__ELF__)
/* Hidden: inside a shared object a switch through the PLT would cost another indirect jump. */
#define WEFT_SWITCH_API __attribute__((visibility("hidden")))
#else
#define WEFT_SWITCH_API
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* Suspends the caller and resumes the context whose stack pointer is `to`. Returns when a switch resumes the stack
 * pointer stored in *save. Preserves all callee-saved registers and the floating-point control words. May also return
 * by an exception, if it is resumed by weft_switch_call(). `to` must be suspended, and must be resumed only once. */
WEFT_SWITCH_API void weft_switch(void** save, void* to);

#if defined(__x86_64__)
/* The same for a caller that has read its floating-point control words already: MXCSR in the low 32 bits of `control`,
 * the x87 control word in the 16 above (read_control_words(), core/context.hpp). Reading MXCSR lasts 15 cycles on some
 * processors; other work can hide them if the read starts early. Nothing may change the words in between. */
WEFT_SWITCH_API void weft_switch_given(void** save, void* to, unsigned long long control);
#endif

#if defined(__x86_64__)
/* The same, but entered by a jump: rcx is the resume point, and rsp is the stack pointer that the resume point expects.
 * Not for C: see switch_inline(), core/context.hpp. */
WEFT_SWITCH_API void weft_switch_from(void** save, void* to, unsigned long long control);
#endif

/* The same as weft_switch(), but fn(arg) runs first, on to's stack, with to's registers, as if `to` itself had called
 * it at the point where it was suspended. When fn returns, `to` goes on; when fn throws, the exception unwinds into
 * to's frames. fn may free the stack that was left, and may itself switch away. On a context that never ran, fn must
 * not throw: there is no frame to catch it, and std::terminate() follows. */
WEFT_SWITCH_API void weft_switch_call(void** save, void* to, void (*fn)(void*), void* arg);

/* The first instruction of a new context; only make_context() (core/context.hpp) puts it into a frame. Calls
 * entry(arg), which must never return, and marks the end of every backtrace. */
WEFT_SWITCH_API void weft_context_entry(void);

#ifdef __cplusplus
}
#endif

#endif
