#include "core/fork.hpp"

#include <pthread.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdio>
#include <mutex>

#include "core/coroutine_slab.hpp"
#include "core/fd_closing.hpp"
#include "core/inbox.hpp"
#include "core/outside.hpp"
#include "core/scheduler.hpp"
#include "core/stack.hpp"
#include "trace/words/check.hpp"

namespace weft::core {

namespace {

std::atomic<bool> forked_child{false};
constinit thread_local scheduler* put_aside = nullptr;
// One of record and one of attach. Written before it is counted, so that a fork meanwhile sees it whole or not at all.
std::array<void (*)() noexcept, 2> told_in_child{};
std::atomic<std::size_t> told_count{0};

// All locks that other threads may hold while this one forks, so that the child finds them free and what they guard
// whole. The order is that of the code that takes two of them.
void before_fork() {
  // Before the fork and not after it: other handlers may run first in the child, and find no scheduler already.
  put_aside = scheduler::put_aside_current();
  scheduler_list::hold();
  hold_waits_of_threads();
  inbox::hold_all();
  hold_guard_registry();
  coroutine_slab::hold_slots();
}

void after_fork_in_parent() {
  scheduler::take_up_again(put_aside);
  coroutine_slab::let_go_slots();
  let_go_guard_registry();
  inbox::let_go_all();
  let_go_waits_of_threads();
  scheduler_list::let_go();
}

void after_fork_in_child() {
  forked_child.store(true, std::memory_order_relaxed);
  coroutine_slab::let_go_slots();
  let_go_guard_registry();
  inbox::abandon_all();
  abandon_waits_of_threads();
  forget_outside_in_child();
  scheduler::abandon_current();
  scheduler_list::abandon();
  for (std::size_t i = 0; i < told_count.load(std::memory_order_acquire); ++i) told_in_child[i]();
}

}  // namespace

void tell_in_child(void (*f)() noexcept) noexcept {
  static std::mutex lock;
  const std::lock_guard guard(lock);
  const std::size_t count = told_count.load(std::memory_order_relaxed);
  WEFT_CHECK(count < told_in_child.size(), {"count", count});
  told_in_child[count] = f;
  told_count.store(count + 1, std::memory_order_release);
}

bool in_forked_child() noexcept { return forked_child.load(std::memory_order_relaxed); }

void look_after_forks() noexcept {
  static const int once = pthread_atfork(&before_fork, &after_fork_in_parent, &after_fork_in_child);
  static_cast<void>(once);
}

namespace {
// With the program's start, so that our handlers are the last before the fork and the first after it. A function of its
// own: GCC forgets the priority of one that was declared without it.
#if defined(__APPLE__)
[[gnu::constructor]]
#else
[[gnu::constructor(101)]]
#endif
void look_after_forks_first() noexcept {
  look_after_forks();
}
}  // namespace

void end_forked_child() noexcept {
  std::fputs("weft: a forked child came to the end of its parent's coroutine; end it by _exit or exit\n", stderr);
  std::fflush(nullptr);
  _exit(1);
}

}  // namespace weft::core
