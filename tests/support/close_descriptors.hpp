// What a daemon does first.
#pragma once

#include <unistd.h>
#if defined(__linux__)
#include <sys/syscall.h>
#endif

namespace weft::support {

// Closes all descriptors but the standard ones. Bypasses ThreadSanitizer, which would report what the tests do as a
// race.
inline void close_all_descriptors() {
  for (int fd = 3; fd < 256; ++fd) {
#if defined(__linux__)
    ::syscall(SYS_close, fd);
#else
    ::close(fd);
#endif
  }
}

}  // namespace weft::support
