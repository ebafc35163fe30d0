// Boost.Context's raw switch between the thread's stack and another one.
#include <boost/context/detail/fcontext.hpp>
#include <vector>

#include "measure.h"

namespace context = boost::context::detail;

static void answer(context::transfer_t from) {
  for (;;) from = context::jump_fcontext(from.fctx, nullptr);
}

// The same, with one more sticky floating-point flag than on the other side.
static void answer_with_flag(context::transfer_t from) {
#if defined(__x86_64__)
  __builtin_ia32_ldmxcsr(__builtin_ia32_stmxcsr() ^ 0x20u);
#endif
  for (;;) from = context::jump_fcontext(from.fctx, nullptr);
}

static double switches(long n, void (*other)(context::transfer_t)) {
  std::vector<char> stack(65536);
  context::fcontext_t c = context::make_fcontext(stack.data() + stack.size(), stack.size(), other);
  c = context::jump_fcontext(c, nullptr).fctx;
  const double start = cpu_ns();
  for (long i = 0; i < n; i += 2) c = context::jump_fcontext(c, nullptr).fctx;
  return (cpu_ns() - start) / (double)n;
}

int main(int argc, char** argv) {
  const long n = number_argument(argc, argv, 2, 2'000'000);
  for (int i = 0; i < 9; ++i) {
    result("switch_ns", switches(n, &answer));
    result("switch_flags_ns", switches(n, &answer_with_flag));
  }
}
