/* ucontext: a switch that saves the signal mask by a system call. */
#include <ucontext.h>

#include "measure.h"

static ucontext_t here;
static ucontext_t there;
static char stack[65536];

static void answer(void) {
  for (;;) swapcontext(&there, &here);
}

int main(int argc, char** argv) {
  const long n = number_argument(argc, argv, 2, 200000);
  getcontext(&there);
  there.uc_stack.ss_sp = stack;
  there.uc_stack.ss_size = sizeof stack;
  makecontext(&there, answer, 0);
  for (int k = 0; k < 5; ++k) {
    const double start = cpu_ns();
    for (long i = 0; i < n; i += 2) swapcontext(&here, &there);
    result("switch_ns", (cpu_ns() - start) / (double)n);
  }
  return 0;
}
