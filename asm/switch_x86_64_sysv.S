// Context switch for x86-64, System V ABI, ELF and Mach-O.
//
//   void weft_switch(void** save, void* to);
//   void weft_switch_given(void** save, void* to, unsigned long long control);
//   weft_switch_from          the same, entered by a jump
//   void weft_switch_call(void** save, void* to, void (*fn)(void*), void* arg);
//   void weft_context_entry(void);
//
// Saved: rbx rbp r12-r15, the return address, MXCSR and the x87 control word: what the ABI lets a caller expect
// back from a call. Not saved: the other registers (the caller of a function has given them up), the x87 stack and the
// direction flag (empty and clear at every call), the sticky flags of MXCSR (loaded only together with changed control
// bits), the signal mask (a system call), fs (contexts share their thread's TLS).
//
// The frame, growing down, WEFT_FRAME_SIZE bytes (context_layout.h):
//
//   to + 56  rip   <- rsp at the entry of weft_switch
//   to + 48  rbp
//   to + 40  rbx
//   to + 32  r15
//   to + 24  r14
//   to + 16  r13
//   to +  8  r12
//   to +  0  MXCSR (4 bytes), x87 control word (2), unused (2)   <- what *save points at, 16-aligned
//
// A switch leaves by an indirect jump and not by `ret`: the processor predicts a `ret` from the calls it has seen on
// this thread, which were made on the other stack, so each one would be mispredicted (7 ns). The jump is `notrack`
// because a return address does not start with endbr64. It also pops no shadow stack, which is why the property note
// at the end claims indirect branch tracking and does *not* claim SHSTK: with shadow stacks on, the return of the
// caller would fault. An object without the claim keeps them off for the whole process.

#if defined(__x86_64__) && !defined(__ILP32__)

#include "context_layout.h"

#if defined(__APPLE__)
#define SYMBOL(name) _##name
#else
#define SYMBOL(name) name
#endif

  .text

// On entry: rdi = save, rsi = to, [rsp] = return address.
  .p2align 5
  .globl SYMBOL(weft_switch)
#if defined(__ELF__)
  .hidden weft_switch
  .type weft_switch, @function
#else
  .private_extern SYMBOL(weft_switch)
#endif
SYMBOL(weft_switch):
  .cfi_startproc
  endbr64

  // Save. A register is described as saved only once all slots are written; until then it still has its value.
  leaq -WEFT_FRAME_PUSHED(%rsp), %rsp
  .cfi_adjust_cfa_offset WEFT_FRAME_PUSHED
  stmxcsr WEFT_FRAME_MXCSR(%rsp)
  fnstcw WEFT_FRAME_X87_CW(%rsp)
  movq %rbp, WEFT_FRAME_RBP(%rsp)
  movq %rbx, WEFT_FRAME_RBX(%rsp)
  movq %r15, WEFT_FRAME_R15(%rsp)
  movq %r14, WEFT_FRAME_R14(%rsp)
  movq %r13, WEFT_FRAME_R13(%rsp)
  movq %r12, WEFT_FRAME_R12(%rsp)
  .cfi_rel_offset %rbp, WEFT_FRAME_RBP
  .cfi_rel_offset %rbx, WEFT_FRAME_RBX
  .cfi_rel_offset %r15, WEFT_FRAME_R15
  .cfi_rel_offset %r14, WEFT_FRAME_R14
  .cfi_rel_offset %r13, WEFT_FRAME_R13
  .cfi_rel_offset %r12, WEFT_FRAME_R12
  movq %rsp, (%rdi)

  // Switch. Both frames have one layout, so every CFI rule stays true and now describes the other context.
  movq %rsp, %r8
  movq %rsi, %rsp

  // Restore. From here on the registers are the other context's, even while the rules still point at their slots.
  movq WEFT_FRAME_RIP(%rsp), %rcx
  movq WEFT_FRAME_RBP(%rsp), %rbp
  movq WEFT_FRAME_RBX(%rsp), %rbx
  movq WEFT_FRAME_R15(%rsp), %r15
  movq WEFT_FRAME_R14(%rsp), %r14
  movq WEFT_FRAME_R13(%rsp), %r13
  movq WEFT_FRAME_R12(%rsp), %r12
  .cfi_restore %rbp
  .cfi_restore %rbx
  .cfi_restore %r15
  .cfi_restore %r14
  .cfi_restore %r13
  .cfi_restore %r12

  // Do the control bits differ? Compared last, because loading the words soon after their store is slow on some
  // processors. Loaded in the width of their stores: an 8-byte load of both words would wait for the store buffer to
  // drain (4 ns).
  movzwl WEFT_FRAME_X87_CW(%r8), %eax
  cmpw WEFT_FRAME_X87_CW(%rsp), %ax
  jne 2f
  movl WEFT_FRAME_MXCSR(%r8), %eax
  xorl WEFT_FRAME_MXCSR(%rsp), %eax
  testl $~WEFT_MXCSR_STICKY_FLAGS, %eax
  jnz 2f
1:

  // Leave. Once the frame is popped the return address is in rcx only.
  .cfi_remember_state
  .cfi_register %rip, %rcx
  leaq WEFT_FRAME_SIZE(%rsp), %rsp
  .cfi_def_cfa_offset 0
  notrack jmp *%rcx

  // Out of line: tens of nanoseconds on some processors, only for contexts that compute in different modes.
2:
  .cfi_restore_state
  ldmxcsr WEFT_FRAME_MXCSR(%rsp)
  fldcw WEFT_FRAME_X87_CW(%rsp)
  jmp 1b
  .cfi_endproc
#if defined(__ELF__)
  .size weft_switch, . - weft_switch
#endif

// On entry: rdi = save, rsi = to, rdx = the control words as in the frame, [rsp] = return address.
  .p2align 5
  .globl SYMBOL(weft_switch_given)
#if defined(__ELF__)
  .hidden weft_switch_given
  .type weft_switch_given, @function
#else
  .private_extern SYMBOL(weft_switch_given)
#endif
SYMBOL(weft_switch_given):
  .cfi_startproc
  endbr64

  // Save, as above.
  leaq -WEFT_FRAME_PUSHED(%rsp), %rsp
  .cfi_adjust_cfa_offset WEFT_FRAME_PUSHED
  movq %rbp, WEFT_FRAME_RBP(%rsp)
  movq %rbx, WEFT_FRAME_RBX(%rsp)
  movq %r15, WEFT_FRAME_R15(%rsp)
  movq %r14, WEFT_FRAME_R14(%rsp)
  movq %r13, WEFT_FRAME_R13(%rsp)
  movq %r12, WEFT_FRAME_R12(%rsp)
  movq %rdx, WEFT_FRAME_MXCSR(%rsp)
  .cfi_rel_offset %rbp, WEFT_FRAME_RBP
  .cfi_rel_offset %rbx, WEFT_FRAME_RBX
  .cfi_rel_offset %r15, WEFT_FRAME_R15
  .cfi_rel_offset %r14, WEFT_FRAME_R14
  .cfi_rel_offset %r13, WEFT_FRAME_R13
  .cfi_rel_offset %r12, WEFT_FRAME_R12
  movq %rsp, (%rdi)

  // Switch.
  movq %rsi, %rsp

  // Restore.
  movq WEFT_FRAME_RIP(%rsp), %rcx
  movq WEFT_FRAME_RBP(%rsp), %rbp
  movq WEFT_FRAME_RBX(%rsp), %rbx
  movq WEFT_FRAME_R15(%rsp), %r15
  movq WEFT_FRAME_R14(%rsp), %r14
  movq WEFT_FRAME_R13(%rsp), %r13
  movq WEFT_FRAME_R12(%rsp), %r12
  .cfi_restore %rbp
  .cfi_restore %rbx
  .cfi_restore %r15
  .cfi_restore %r14
  .cfi_restore %r13
  .cfi_restore %r12

  // Do the control bits differ? Ignores the two unused bytes at the top and the sticky flags at the bottom.
  xorq WEFT_FRAME_MXCSR(%rsp), %rdx
  shlq $16, %rdx
  shrq $(16 + WEFT_MXCSR_STICKY_BITS), %rdx
  jnz 2f
1:

  // Leave.
  .cfi_remember_state
  .cfi_register %rip, %rcx
  leaq WEFT_FRAME_SIZE(%rsp), %rsp
  .cfi_def_cfa_offset 0
  notrack jmp *%rcx

2:
  .cfi_restore_state
  ldmxcsr WEFT_FRAME_MXCSR(%rsp)
  fldcw WEFT_FRAME_X87_CW(%rsp)
  jmp 1b
  .cfi_endproc
#if defined(__ELF__)
  .size weft_switch_given, . - weft_switch_given
#endif

// Entered by a jump. On entry: rdi = save, rsi = to, rdx = the control words as in the frame, rcx = the resume point,
// rsp = the stack pointer that the resume point expects.
  .p2align 5
  .globl SYMBOL(weft_switch_from)
#if defined(__ELF__)
  .hidden weft_switch_from
  .type weft_switch_from, @function
#else
  .private_extern SYMBOL(weft_switch_from)
#endif
SYMBOL(weft_switch_from):
  .cfi_startproc
  .cfi_def_cfa_offset 0
  .cfi_register %rip, %rcx

  // Save. No call has pushed the return address, so it is stored too.
  leaq -WEFT_FRAME_SIZE(%rsp), %rsp
  .cfi_adjust_cfa_offset WEFT_FRAME_SIZE
  movq %rcx, WEFT_FRAME_RIP(%rsp)
  movq %rbp, WEFT_FRAME_RBP(%rsp)
  movq %rbx, WEFT_FRAME_RBX(%rsp)
  movq %r15, WEFT_FRAME_R15(%rsp)
  movq %r14, WEFT_FRAME_R14(%rsp)
  movq %r13, WEFT_FRAME_R13(%rsp)
  movq %r12, WEFT_FRAME_R12(%rsp)
  movq %rdx, WEFT_FRAME_MXCSR(%rsp)
  .cfi_rel_offset %rip, WEFT_FRAME_RIP
  .cfi_rel_offset %rbp, WEFT_FRAME_RBP
  .cfi_rel_offset %rbx, WEFT_FRAME_RBX
  .cfi_rel_offset %r15, WEFT_FRAME_R15
  .cfi_rel_offset %r14, WEFT_FRAME_R14
  .cfi_rel_offset %r13, WEFT_FRAME_R13
  .cfi_rel_offset %r12, WEFT_FRAME_R12
  movq %rsp, (%rdi)

  // Switch.
  movq %rsi, %rsp

  // Restore.
  movq WEFT_FRAME_RIP(%rsp), %rcx
  movq WEFT_FRAME_RBP(%rsp), %rbp
  movq WEFT_FRAME_RBX(%rsp), %rbx
  movq WEFT_FRAME_R15(%rsp), %r15
  movq WEFT_FRAME_R14(%rsp), %r14
  movq WEFT_FRAME_R13(%rsp), %r13
  movq WEFT_FRAME_R12(%rsp), %r12
  .cfi_restore %rbp
  .cfi_restore %rbx
  .cfi_restore %r15
  .cfi_restore %r14
  .cfi_restore %r13
  .cfi_restore %r12

  // Do the control bits differ? Ignores the two unused bytes at the top and the sticky flags at the bottom.
  xorq WEFT_FRAME_MXCSR(%rsp), %rdx
  shlq $16, %rdx
  shrq $(16 + WEFT_MXCSR_STICKY_BITS), %rdx
  jnz 2f
1:

  // Leave.
  .cfi_remember_state
  .cfi_register %rip, %rcx
  leaq WEFT_FRAME_SIZE(%rsp), %rsp
  .cfi_def_cfa_offset 0
  notrack jmp *%rcx

2:
  .cfi_restore_state
  ldmxcsr WEFT_FRAME_MXCSR(%rsp)
  fldcw WEFT_FRAME_X87_CW(%rsp)
  jmp 1b
  .cfi_endproc
#if defined(__ELF__)
  .size weft_switch_from, . - weft_switch_from
#endif

// On entry: rdi = save, rsi = to, rdx = fn, rcx = arg, [rsp] = return address.
  .p2align 5
  .globl SYMBOL(weft_switch_call)
#if defined(__ELF__)
  .hidden weft_switch_call
  .type weft_switch_call, @function
#else
  .private_extern SYMBOL(weft_switch_call)
#endif
SYMBOL(weft_switch_call):
  .cfi_startproc
  endbr64

  // Save, as above.
  leaq -WEFT_FRAME_PUSHED(%rsp), %rsp
  .cfi_adjust_cfa_offset WEFT_FRAME_PUSHED
  stmxcsr WEFT_FRAME_MXCSR(%rsp)
  fnstcw WEFT_FRAME_X87_CW(%rsp)
  movq %rbp, WEFT_FRAME_RBP(%rsp)
  movq %rbx, WEFT_FRAME_RBX(%rsp)
  movq %r15, WEFT_FRAME_R15(%rsp)
  movq %r14, WEFT_FRAME_R14(%rsp)
  movq %r13, WEFT_FRAME_R13(%rsp)
  movq %r12, WEFT_FRAME_R12(%rsp)
  .cfi_rel_offset %rbp, WEFT_FRAME_RBP
  .cfi_rel_offset %rbx, WEFT_FRAME_RBX
  .cfi_rel_offset %r15, WEFT_FRAME_R15
  .cfi_rel_offset %r14, WEFT_FRAME_R14
  .cfi_rel_offset %r13, WEFT_FRAME_R13
  .cfi_rel_offset %r12, WEFT_FRAME_R12
  movq %rsp, (%rdi)

  // Switch.
  movq %rsp, %r8
  movq %rsi, %rsp

  // Restore, but leave the return address where it is: it becomes fn's.
  movq WEFT_FRAME_RBP(%rsp), %rbp
  movq WEFT_FRAME_RBX(%rsp), %rbx
  movq WEFT_FRAME_R15(%rsp), %r15
  movq WEFT_FRAME_R14(%rsp), %r14
  movq WEFT_FRAME_R13(%rsp), %r13
  movq WEFT_FRAME_R12(%rsp), %r12
  .cfi_restore %rbp
  .cfi_restore %rbx
  .cfi_restore %r15
  .cfi_restore %r14
  .cfi_restore %r13
  .cfi_restore %r12

  // Do the control bits differ?
  movzwl WEFT_FRAME_X87_CW(%r8), %eax
  cmpw WEFT_FRAME_X87_CW(%rsp), %ax
  jne 2f
  movl WEFT_FRAME_MXCSR(%r8), %eax
  xorl WEFT_FRAME_MXCSR(%rsp), %eax
  testl $~WEFT_MXCSR_STICKY_FLAGS, %eax
  jnz 2f
1:

  // Enter fn as a call from to's resume point would: rsp + 8 is a multiple of 16 here.
  .cfi_remember_state
  leaq WEFT_FRAME_RIP(%rsp), %rsp
  .cfi_def_cfa_offset 8
  movq %rcx, %rdi
  jmp *%rdx

2:
  .cfi_restore_state
  ldmxcsr WEFT_FRAME_MXCSR(%rsp)
  fldcw WEFT_FRAME_X87_CW(%rsp)
  jmp 1b
  .cfi_endproc
#if defined(__ELF__)
  .size weft_switch_call, . - weft_switch_call
#endif

// On entry: r12 = entry, r13 = arg, rbp = 0 (so make_context() filled the frame), rsp a multiple of 16.
// The return address of a function run by weft_switch_call on a new context points at the label. An unwinder looks up
// the byte before a return address, so the CFI has to start before the label: hence the nop, under a name that makes
// sense in a debugger.
  .p2align 4
  .cfi_startproc
  .cfi_undefined %rip
  .cfi_def_cfa_offset 0
#if defined(__ELF__)
  .type weft_context_not_started, @function
#endif
SYMBOL(weft_context_not_started):
  nop
#if defined(__ELF__)
  .size weft_context_not_started, . - weft_context_not_started
#endif
  .globl SYMBOL(weft_context_entry)
#if defined(__ELF__)
  .hidden weft_context_entry
  .type weft_context_entry, @function
#else
  .private_extern SYMBOL(weft_context_entry)
#endif
SYMBOL(weft_context_entry):
  endbr64
  movq %r13, %rdi
  // A call by hand: `call` would enter a return into the processor's prediction that never happens.
  leaq 1f(%rip), %rax
  pushq %rax
  .cfi_adjust_cfa_offset 8
  notrack jmp *%r12

  // entry returned, which it must not: there is no caller.
1:
  .cfi_adjust_cfa_offset -8
  ud2
  .cfi_endproc
#if defined(__ELF__)
  .size weft_context_entry, . - weft_context_entry

  .section .note.gnu.property, "a", @note
  .p2align 3
  .long 4           // size of the name
  .long 16          // size of the description
  .long 5           // NT_GNU_PROPERTY_TYPE_0
  .asciz "GNU"
  .long 0xc0000002  // GNU_PROPERTY_X86_FEATURE_1_AND
  .long 4
  .long 1           // IBT; bit 1 would be SHSTK
  .long 0           // padding to a multiple of 8
#endif

#endif

#if defined(__ELF__)
  .section .note.GNU-stack, "", %progbits
#endif
