// See register_probe.hpp. AAPCS64.
#if defined(__aarch64__)

#if defined(__APPLE__)
#define SYMBOL(name) _##name
#else
#define SYMBOL(name) name
#endif

  .text

// On entry: x0 = save, x1 = to, x2 = values, x3 = found.
  .globl SYMBOL(probe_switch)
SYMBOL(probe_switch):
  .cfi_startproc
  mov x9, #0
  b 1f
  .cfi_endproc

// On entry: x0 = save, x1 = to, x2 = values, x3 = found, x4 = fn.
  .globl SYMBOL(probe_switch_call)
SYMBOL(probe_switch_call):
  .cfi_startproc
  mov x9, #1

1:
  sub sp, sp, #176
  .cfi_adjust_cfa_offset 176
  stp x29, x30, [sp, #0]
  .cfi_rel_offset x29, 0
  .cfi_rel_offset x30, 8
  stp x19, x20, [sp, #16]
  stp x21, x22, [sp, #32]
  stp x23, x24, [sp, #48]
  stp x25, x26, [sp, #64]
  stp x27, x28, [sp, #80]
  stp d8, d9, [sp, #96]
  stp d10, d11, [sp, #112]
  stp d12, d13, [sp, #128]
  stp d14, d15, [sp, #144]
  str x3, [sp, #160]

  ldp x19, x20, [x2, #0]
  ldp x21, x22, [x2, #16]
  ldp x23, x24, [x2, #32]
  ldp x25, x26, [x2, #48]
  ldp x27, x28, [x2, #64]
  ldr x29, [x2, #80]
  ldp d8, d9, [x2, #88]
  ldp d10, d11, [x2, #104]
  ldp d12, d13, [x2, #120]
  ldp d14, d15, [x2, #136]
  mov x2, x4
  cbnz x9, 2f
  bl SYMBOL(weft_switch)
  b 3f
2:
  bl SYMBOL(weft_switch_call)
3:

  ldr x9, [sp, #160]
  stp x19, x20, [x9, #0]
  stp x21, x22, [x9, #16]
  stp x23, x24, [x9, #32]
  stp x25, x26, [x9, #48]
  stp x27, x28, [x9, #64]
  str x29, [x9, #80]
  stp d8, d9, [x9, #88]
  stp d10, d11, [x9, #104]
  stp d12, d13, [x9, #120]
  stp d14, d15, [x9, #136]

  ldp d14, d15, [sp, #144]
  ldp d12, d13, [sp, #128]
  ldp d10, d11, [sp, #112]
  ldp d8, d9, [sp, #96]
  ldp x27, x28, [sp, #80]
  ldp x25, x26, [sp, #64]
  ldp x23, x24, [sp, #48]
  ldp x21, x22, [sp, #32]
  ldp x19, x20, [sp, #16]
  ldp x29, x30, [sp, #0]
  add sp, sp, #176
  .cfi_adjust_cfa_offset -176
  .cfi_restore x29
  .cfi_restore x30
  ret
  .cfi_endproc

#endif

#if defined(__ELF__)
  .section .note.GNU-stack, "", %progbits
#endif
