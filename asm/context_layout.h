/* The frame that a suspended context leaves on its own stack, by name. Used by the .S files, by make_context() and by
 * tests; the pictures are in README.md. The stack pointer that weft_switch() stores points at offset 0 and is a
 * multiple of 16. Numbers only: the assembler, C and C++ all read this file. */
#ifndef WEFT_CONTEXT_LAYOUT_H
#define WEFT_CONTEXT_LAYOUT_H

#if defined(__x86_64__)

#define WEFT_FRAME_MXCSR 0  /* 4 bytes: SSE control and status */
#define WEFT_FRAME_X87_CW 4 /* 2 bytes: x87 control word; 2 bytes unused behind it */
#define WEFT_FRAME_R12 8
#define WEFT_FRAME_R13 16
#define WEFT_FRAME_R14 24
#define WEFT_FRAME_R15 32
#define WEFT_FRAME_RBX 40
#define WEFT_FRAME_RBP 48
#define WEFT_FRAME_RIP 56 /* the resume point: the return address that the call itself pushed */
#define WEFT_FRAME_SIZE 64
#define WEFT_FRAME_PUSHED 56 /* bytes that weft_switch() adds below the return address */

/* The MXCSR bits 0-5 are sticky "this happened" flags. They do not influence results, yet they differ between contexts
 * as soon as one has rounded: only the other bits decide whether the register has to be loaded. */
#define WEFT_MXCSR_STICKY_FLAGS 0x3f
#define WEFT_MXCSR_STICKY_BITS 6

/* The slots of a new context's first frame that weft_context_entry reads. */
#define WEFT_FRAME_ENTRY WEFT_FRAME_R12
#define WEFT_FRAME_ARGUMENT WEFT_FRAME_R13
#define WEFT_FRAME_RESUME WEFT_FRAME_RIP

#elif defined(__aarch64__)

#define WEFT_FRAME_D8 0
#define WEFT_FRAME_D10 16
#define WEFT_FRAME_D12 32
#define WEFT_FRAME_D14 48
#define WEFT_FRAME_X19 64
#define WEFT_FRAME_X21 80
#define WEFT_FRAME_X23 96
#define WEFT_FRAME_X25 112
#define WEFT_FRAME_X27 128
#define WEFT_FRAME_X29 144
#define WEFT_FRAME_X30 152  /* the resume point */
#define WEFT_FRAME_FPCR 160 /* 8 bytes; the sticky flags are in FPSR, which is not kept */
#define WEFT_FRAME_SIZE 176 /* 8 bytes unused at the end keep the stack pointer a multiple of 16 */
#define WEFT_FRAME_PUSHED 176

#define WEFT_FRAME_ENTRY WEFT_FRAME_X19
#define WEFT_FRAME_ARGUMENT (WEFT_FRAME_X19 + 8)
#define WEFT_FRAME_RESUME WEFT_FRAME_X30

#else
#error "weft has no context switch for this architecture: see asm/README.md for how to add one"
#endif

#endif
