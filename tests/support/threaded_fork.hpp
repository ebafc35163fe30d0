// A fork of a process with several threads, whose child starts a thread. That is allowed, and tests of forks do it, but
// some tools do not support it.
#pragma once

#include "core/sanitizer.hpp"
#include "support/emulator.hpp"

namespace weft::support {

// Why such a test cannot run here; null: it can.
inline const char* no_threads_after_fork() noexcept {
#if defined(WEFT_TSAN)
  return "ThreadSanitizer does not follow a child of several threads that starts one";
#else
  return emulated() ? "in qemu-user a forked child of several threads cannot start one (an assertion in qemu fails)"
                    : nullptr;
#endif
}

}  // namespace weft::support
