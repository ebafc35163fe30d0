// Context switch for AArch64, AAPCS64, ELF and Mach-O.
//
//   void weft_switch(void** save, void* to);
//   void weft_switch_call(void** save, void* to, void (*fn)(void*), void* arg);
//   void weft_context_entry(void);
//
// Saved: x19-x28, the frame pointer x29, the link register x30, d8-d15 and FPCR: what the ABI lets a caller expect back
// from a call. d8-d15 are easily forgotten: without them a double that lives across a yield is lost.
// Not saved: the other registers and the upper halves of v8-v15 (the caller has given them up), FPSR (only sticky
// flags), x18 (the platform's, never touched), SVE and SME state (a caller in streaming mode leaves it before a call),
// the signal mask (a system call), tpidr (contexts share their thread's TLS).
//
// The frame, growing down, WEFT_FRAME_SIZE bytes (context_layout.h):
//
//   to + 176       <- sp at the entry of weft_switch
//   to + 168  unused
//   to + 160  FPCR
//   to + 152  x30  where the context goes on
//   to + 144  x29
//   to + 128  x27 x28
//   to + 112  x25 x26
//   to +  96  x23 x24
//   to +  80  x21 x22
//   to +  64  x19 x20
//   to +  48  d14 d15
//   to +  32  d12 d13
//   to +  16  d10 d11
//   to +   0  d8  d9   <- what *save points at, 16-aligned
//
// A switch leaves by `ret`, unlike on x86-64: the instruction behind a call is no landing pad, so with branch target
// identification a `br` to it would fault, and every register a `ret` may name gives the same prediction hint. x30 is
// named, so that the register and its CFI rule are those of every function's end. `hint #34` is `bti c` for
// assemblers that were not asked for ARMv8.5; older processors execute it as a nop. Return addresses are not signed
// (PAC): the property note at the end claims BTI alone.

#if defined(__aarch64__)

#include "context_layout.h"

#if defined(__APPLE__)
#define SYMBOL(name) _##name
#else
#define SYMBOL(name) name
#endif

  .text

// On entry: x0 = save, x1 = to, x30 = return address.
  .p2align 5
  .globl SYMBOL(weft_switch)
#if defined(__ELF__)
  .hidden weft_switch
  .type weft_switch, %function
#else
  .private_extern SYMBOL(weft_switch)
#endif
SYMBOL(weft_switch):
  .cfi_startproc
  hint #34

  // Save. A register is described as saved only once all slots are written; until then it still has its value.
  sub sp, sp, #WEFT_FRAME_SIZE
  .cfi_adjust_cfa_offset WEFT_FRAME_SIZE
  stp x29, x30, [sp, #WEFT_FRAME_X29]
  stp x27, x28, [sp, #WEFT_FRAME_X27]
  stp x25, x26, [sp, #WEFT_FRAME_X25]
  stp x23, x24, [sp, #WEFT_FRAME_X23]
  stp x21, x22, [sp, #WEFT_FRAME_X21]
  stp x19, x20, [sp, #WEFT_FRAME_X19]
  stp d14, d15, [sp, #WEFT_FRAME_D14]
  stp d12, d13, [sp, #WEFT_FRAME_D12]
  stp d10, d11, [sp, #WEFT_FRAME_D10]
  stp d8, d9, [sp, #WEFT_FRAME_D8]
  mrs x9, fpcr
  str x9, [sp, #WEFT_FRAME_FPCR]
  .cfi_rel_offset x29, WEFT_FRAME_X29
  .cfi_rel_offset x30, WEFT_FRAME_X30
  .cfi_rel_offset x27, WEFT_FRAME_X27
  .cfi_rel_offset x28, WEFT_FRAME_X27 + 8
  .cfi_rel_offset x25, WEFT_FRAME_X25
  .cfi_rel_offset x26, WEFT_FRAME_X25 + 8
  .cfi_rel_offset x23, WEFT_FRAME_X23
  .cfi_rel_offset x24, WEFT_FRAME_X23 + 8
  .cfi_rel_offset x21, WEFT_FRAME_X21
  .cfi_rel_offset x22, WEFT_FRAME_X21 + 8
  .cfi_rel_offset x19, WEFT_FRAME_X19
  .cfi_rel_offset x20, WEFT_FRAME_X19 + 8
  .cfi_rel_offset d14, WEFT_FRAME_D14
  .cfi_rel_offset d15, WEFT_FRAME_D14 + 8
  .cfi_rel_offset d12, WEFT_FRAME_D12
  .cfi_rel_offset d13, WEFT_FRAME_D12 + 8
  .cfi_rel_offset d10, WEFT_FRAME_D10
  .cfi_rel_offset d11, WEFT_FRAME_D10 + 8
  .cfi_rel_offset d8, WEFT_FRAME_D8
  .cfi_rel_offset d9, WEFT_FRAME_D8 + 8
  mov x10, sp
  str x10, [x0]

  // Do the control words differ? Writing FPCR is slow on many cores.
  ldr x11, [x1, #WEFT_FRAME_FPCR]
  cmp x9, x11
  b.ne 2f
1:

  // Switch. Both frames have one layout, so every CFI rule stays true and now describes the other context.
  mov sp, x1

  // Restore.
  ldp d8, d9, [sp, #WEFT_FRAME_D8]
  ldp d10, d11, [sp, #WEFT_FRAME_D10]
  ldp d12, d13, [sp, #WEFT_FRAME_D12]
  ldp d14, d15, [sp, #WEFT_FRAME_D14]
  ldp x19, x20, [sp, #WEFT_FRAME_X19]
  ldp x21, x22, [sp, #WEFT_FRAME_X21]
  ldp x23, x24, [sp, #WEFT_FRAME_X23]
  ldp x25, x26, [sp, #WEFT_FRAME_X25]
  ldp x27, x28, [sp, #WEFT_FRAME_X27]
  ldp x29, x30, [sp, #WEFT_FRAME_X29]
  .cfi_remember_state
  .cfi_restore d8
  .cfi_restore d9
  .cfi_restore d10
  .cfi_restore d11
  .cfi_restore d12
  .cfi_restore d13
  .cfi_restore d14
  .cfi_restore d15
  .cfi_restore x19
  .cfi_restore x20
  .cfi_restore x21
  .cfi_restore x22
  .cfi_restore x23
  .cfi_restore x24
  .cfi_restore x25
  .cfi_restore x26
  .cfi_restore x27
  .cfi_restore x28
  .cfi_restore x29
  .cfi_restore x30
  add sp, sp, #WEFT_FRAME_SIZE
  .cfi_def_cfa_offset 0
  ret

  // Out of line: only for contexts that compute in different modes.
2:
  .cfi_restore_state
  msr fpcr, x11
  b 1b
  .cfi_endproc
#if defined(__ELF__)
  .size weft_switch, . - weft_switch
#endif

// On entry: x0 = save, x1 = to, x2 = fn, x3 = arg, x30 = return address.
  .p2align 5
  .globl SYMBOL(weft_switch_call)
#if defined(__ELF__)
  .hidden weft_switch_call
  .type weft_switch_call, %function
#else
  .private_extern SYMBOL(weft_switch_call)
#endif
SYMBOL(weft_switch_call):
  .cfi_startproc
  hint #34

  // Save, as above.
  sub sp, sp, #WEFT_FRAME_SIZE
  .cfi_adjust_cfa_offset WEFT_FRAME_SIZE
  stp x29, x30, [sp, #WEFT_FRAME_X29]
  stp x27, x28, [sp, #WEFT_FRAME_X27]
  stp x25, x26, [sp, #WEFT_FRAME_X25]
  stp x23, x24, [sp, #WEFT_FRAME_X23]
  stp x21, x22, [sp, #WEFT_FRAME_X21]
  stp x19, x20, [sp, #WEFT_FRAME_X19]
  stp d14, d15, [sp, #WEFT_FRAME_D14]
  stp d12, d13, [sp, #WEFT_FRAME_D12]
  stp d10, d11, [sp, #WEFT_FRAME_D10]
  stp d8, d9, [sp, #WEFT_FRAME_D8]
  mrs x9, fpcr
  str x9, [sp, #WEFT_FRAME_FPCR]
  .cfi_rel_offset x29, WEFT_FRAME_X29
  .cfi_rel_offset x30, WEFT_FRAME_X30
  .cfi_rel_offset x27, WEFT_FRAME_X27
  .cfi_rel_offset x28, WEFT_FRAME_X27 + 8
  .cfi_rel_offset x25, WEFT_FRAME_X25
  .cfi_rel_offset x26, WEFT_FRAME_X25 + 8
  .cfi_rel_offset x23, WEFT_FRAME_X23
  .cfi_rel_offset x24, WEFT_FRAME_X23 + 8
  .cfi_rel_offset x21, WEFT_FRAME_X21
  .cfi_rel_offset x22, WEFT_FRAME_X21 + 8
  .cfi_rel_offset x19, WEFT_FRAME_X19
  .cfi_rel_offset x20, WEFT_FRAME_X19 + 8
  .cfi_rel_offset d14, WEFT_FRAME_D14
  .cfi_rel_offset d15, WEFT_FRAME_D14 + 8
  .cfi_rel_offset d12, WEFT_FRAME_D12
  .cfi_rel_offset d13, WEFT_FRAME_D12 + 8
  .cfi_rel_offset d10, WEFT_FRAME_D10
  .cfi_rel_offset d11, WEFT_FRAME_D10 + 8
  .cfi_rel_offset d8, WEFT_FRAME_D8
  .cfi_rel_offset d9, WEFT_FRAME_D8 + 8
  mov x10, sp
  str x10, [x0]

  // Do the control words differ?
  ldr x11, [x1, #WEFT_FRAME_FPCR]
  cmp x9, x11
  b.ne 2f
1:

  // Switch.
  mov sp, x1

  // Restore; x30, the resume point, becomes fn's return address.
  ldp d8, d9, [sp, #WEFT_FRAME_D8]
  ldp d10, d11, [sp, #WEFT_FRAME_D10]
  ldp d12, d13, [sp, #WEFT_FRAME_D12]
  ldp d14, d15, [sp, #WEFT_FRAME_D14]
  ldp x19, x20, [sp, #WEFT_FRAME_X19]
  ldp x21, x22, [sp, #WEFT_FRAME_X21]
  ldp x23, x24, [sp, #WEFT_FRAME_X23]
  ldp x25, x26, [sp, #WEFT_FRAME_X25]
  ldp x27, x28, [sp, #WEFT_FRAME_X27]
  ldp x29, x30, [sp, #WEFT_FRAME_X29]
  .cfi_remember_state
  .cfi_restore d8
  .cfi_restore d9
  .cfi_restore d10
  .cfi_restore d11
  .cfi_restore d12
  .cfi_restore d13
  .cfi_restore d14
  .cfi_restore d15
  .cfi_restore x19
  .cfi_restore x20
  .cfi_restore x21
  .cfi_restore x22
  .cfi_restore x23
  .cfi_restore x24
  .cfi_restore x25
  .cfi_restore x26
  .cfi_restore x27
  .cfi_restore x28
  .cfi_restore x29
  .cfi_restore x30
  add sp, sp, #WEFT_FRAME_SIZE
  .cfi_def_cfa_offset 0

  // Enter fn as a call from to's resume point would. Through x16: `bti c` accepts a `br` from x16 or x17 only.
  mov x16, x2
  mov x0, x3
  br x16

2:
  .cfi_restore_state
  msr fpcr, x11
  b 1b
  .cfi_endproc
#if defined(__ELF__)
  .size weft_switch_call, . - weft_switch_call
#endif

// On entry: x19 = entry, x20 = arg, x29 = 0 (so make_context() filled the frame).
// The return address of a function run by weft_switch_call on a new context points at the label. An unwinder looks up
// the byte before a return address, so the CFI has to start before the label: hence the nop, under a name that makes
// sense in a debugger.
  .p2align 4
  .cfi_startproc
  .cfi_undefined x30
#if defined(__ELF__)
  .type weft_context_not_started, %function
#endif
SYMBOL(weft_context_not_started):
  nop
#if defined(__ELF__)
  .size weft_context_not_started, . - weft_context_not_started
#endif
  .globl SYMBOL(weft_context_entry)
#if defined(__ELF__)
  .hidden weft_context_entry
  .type weft_context_entry, %function
#else
  .private_extern SYMBOL(weft_context_entry)
#endif
SYMBOL(weft_context_entry):
  hint #34
  mov x0, x20
  blr x19

  // entry returned, which it must not: there is no caller.
  brk #1
  .cfi_endproc
#if defined(__ELF__)
  .size weft_context_entry, . - weft_context_entry

  .section .note.gnu.property, "a", %note
  .p2align 3
  .long 4           // size of the name
  .long 16          // size of the description
  .long 5           // NT_GNU_PROPERTY_TYPE_0
  .asciz "GNU"
  .long 0xc0000000  // GNU_PROPERTY_AARCH64_FEATURE_1_AND
  .long 4
  .long 1           // BTI; bit 1 would be PAC
  .long 0           // padding to a multiple of 8
#endif

#endif

#if defined(__ELF__)
  .section .note.GNU-stack, "", %progbits
#endif
