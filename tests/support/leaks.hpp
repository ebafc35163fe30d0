// What a program has left behind: open file descriptors and, in a build with LeakSanitizer, unreachable memory.
#pragma once

#include <fcntl.h>

#include <cstddef>

#include "core/sanitizer.hpp"

#if defined(WEFT_ASAN)
#include <sanitizer/lsan_interface.h>
#endif

namespace weft::support {

// Counts the first thousand numbers: a test needs no more.
inline std::size_t open_descriptors() {
  std::size_t count = 0;
  for (int fd = 0; fd < 1000; ++fd) count += ::fcntl(fd, F_GETFD) != -1;
  return count;
}

#if defined(WEFT_ASAN)
inline constexpr bool sees_leaks = true;
// Prints what is lost and where it was allocated. Reports the same loss again at each call.
inline bool memory_is_lost() { return __lsan_do_recoverable_leak_check() != 0; }
#else
inline constexpr bool sees_leaks = false;
inline bool memory_is_lost() { return false; }
#endif

}  // namespace weft::support
