// See register_probe.hpp. System V ABI.
#if defined(__x86_64__)

#if defined(__APPLE__)
#define SYMBOL(name) _##name
#else
#define SYMBOL(name) name
#endif

  .text

// On entry: rdi = save, rsi = to, rdx = values, rcx = found.
  .globl SYMBOL(probe_switch)
SYMBOL(probe_switch):
  .cfi_startproc
  leaq SYMBOL(weft_switch)(%rip), %rax
  jmp 1f
  .cfi_endproc

// On entry: rdi = save, rsi = to, rdx = values, rcx = found, r8 = control.
  .globl SYMBOL(probe_switch_given)
SYMBOL(probe_switch_given):
  .cfi_startproc
  leaq SYMBOL(weft_switch_given)(%rip), %rax
  jmp 1f
  .cfi_endproc

// weft_switch_from as a function: uses its return address as the resume point, and leaves the stack as that expects it.
call_switch_from:
  .cfi_startproc
  popq %rcx
  .cfi_adjust_cfa_offset -8
  .cfi_register %rip, %rcx
  jmp SYMBOL(weft_switch_from)
  .cfi_endproc

// On entry: rdi = save, rsi = to, rdx = values, rcx = found, r8 = control.
  .globl SYMBOL(probe_switch_from)
SYMBOL(probe_switch_from):
  .cfi_startproc
  leaq call_switch_from(%rip), %rax
  jmp 1f
  .cfi_endproc

// On entry: rdi = save, rsi = to, rdx = values, rcx = found, r8 = fn.
  .globl SYMBOL(probe_switch_call)
SYMBOL(probe_switch_call):
  .cfi_startproc
  leaq SYMBOL(weft_switch_call)(%rip), %rax

1:
  pushq %rbx
  .cfi_adjust_cfa_offset 8
  pushq %rbp
  .cfi_adjust_cfa_offset 8
  pushq %r12
  .cfi_adjust_cfa_offset 8
  pushq %r13
  .cfi_adjust_cfa_offset 8
  pushq %r14
  .cfi_adjust_cfa_offset 8
  pushq %r15
  .cfi_adjust_cfa_offset 8
  pushq %rcx
  .cfi_adjust_cfa_offset 8

  movq 0(%rdx), %rbx
  movq 8(%rdx), %rbp
  movq 16(%rdx), %r12
  movq 24(%rdx), %r13
  movq 32(%rdx), %r14
  movq 40(%rdx), %r15
  movq %r8, %rdx
  callq *%rax

  popq %rcx
  .cfi_adjust_cfa_offset -8
  movq %rbx, 0(%rcx)
  movq %rbp, 8(%rcx)
  movq %r12, 16(%rcx)
  movq %r13, 24(%rcx)
  movq %r14, 32(%rcx)
  movq %r15, 40(%rcx)

  popq %r15
  .cfi_adjust_cfa_offset -8
  popq %r14
  .cfi_adjust_cfa_offset -8
  popq %r13
  .cfi_adjust_cfa_offset -8
  popq %r12
  .cfi_adjust_cfa_offset -8
  popq %rbp
  .cfi_adjust_cfa_offset -8
  popq %rbx
  .cfi_adjust_cfa_offset -8
  ret
  .cfi_endproc

#endif

#if defined(__ELF__)
  .section .note.GNU-stack, "", %progbits
#endif
