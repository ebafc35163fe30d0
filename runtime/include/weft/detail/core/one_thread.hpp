// Cheaper counts and locks while the process has one thread. An atomic read-modify-write costs five times what a load
// and a store cost, and most interaction of coroutines is on one thread. Not for programs.
#pragma once

#include <atomic>
#include <cstdint>

#if __has_include(<sys/single_threaded.h>) && !defined(__SANITIZE_THREAD__)
#include <sys/single_threaded.h>  // glibc
#define WEFT_KNOWS_ONE_THREAD 1
#endif
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#undef WEFT_KNOWS_ONE_THREAD
#endif
#endif

namespace weft::detail {

// True: no other thread exists, and only the caller could start one. False proves nothing. The caller may own a lock or
// a reference when it starts a thread: the new thread sees all earlier writes.
inline bool one_thread() noexcept {
#if defined(WEFT_KNOWS_ONE_THREAD)
  return __libc_single_threaded != 0;
#else
  return false;
#endif
}

// Adds one reference.
inline void count_up(std::atomic<std::uint32_t>& references) noexcept {
  if (one_thread()) {
    references.store(references.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  } else {
    references.fetch_add(1, std::memory_order_relaxed);
  }
}
// Removes one reference; returns true if it was the last.
inline bool count_down(std::atomic<std::uint32_t>& references) noexcept {
  if (one_thread()) {
    const std::uint32_t left = references.load(std::memory_order_relaxed) - 1;
    references.store(left, std::memory_order_relaxed);
    return left == 0;
  }
  return references.fetch_sub(1, std::memory_order_acq_rel) == 1;
}
// Returns the next number of a sequence.
inline std::uint64_t count_next(std::atomic<std::uint64_t>& next) noexcept {
  if (!one_thread()) return next.fetch_add(1, std::memory_order_relaxed);
  const std::uint64_t mine = next.load(std::memory_order_relaxed);
  next.store(mine + 1, std::memory_order_relaxed);
  return mine;
}

}  // namespace weft::detail

#undef WEFT_KNOWS_ONE_THREAD
