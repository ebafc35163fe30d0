// Says who has overflowed its stack. A fault inside the guard of one of weft's stacks prints one message, on an
// alternate signal stack, ends the diary with it, and then happens again as if nobody had been there: the process dies
// by SIGSEGV (core dump), or whoever handled the signal before gets it. Every other fault goes straight to whoever
// handled it before.
#pragma once

namespace weft::core {

// For as long as one exists, the thread that made it has an alternate signal stack of at least 64 KiB, which overflows
// are reported on. Nests. The first of the process installs the signal handler, which stays: others may have chained
// themselves before it. Without memory for the stack nothing is reported.
class overflow_watch {
 public:
  overflow_watch() noexcept;
  ~overflow_watch();  // on the same thread
  overflow_watch(const overflow_watch&) = delete;
  overflow_watch& operator=(const overflow_watch&) = delete;
};

}  // namespace weft::core
