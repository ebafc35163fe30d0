// For a test in which weft gives up a coroutine: nothing on that stack is destroyed, as run() documents, so what it
// owned is never freed. While an object of this class lives, LeakSanitizer ignores what this thread allocates.
#pragma once

#include "core/sanitizer.hpp"

#if defined(WEFT_ASAN)
#include <sanitizer/lsan_interface.h>
#endif

namespace weft::support {

class expected_leaks {
 public:
  expected_leaks() {
#if defined(WEFT_ASAN)
    __lsan_disable();
#endif
  }
  expected_leaks(const expected_leaks&) = delete;
  expected_leaks& operator=(const expected_leaks&) = delete;
  ~expected_leaks() {
#if defined(WEFT_ASAN)
    __lsan_enable();
#endif
  }
};

}  // namespace weft::support
