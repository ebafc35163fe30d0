#include "core/fork.hpp"

#include <pthread.h>
#include <unistd.h>

#include <cstdio>

#include "core/coroutine_slab.hpp"
#include "core/fd_closing.hpp"
#include "core/inbox.hpp"
#include "core/scheduler.hpp"
#include "core/stack.hpp"

namespace weft::core {

namespace {

// All locks that other threads may hold while this one forks, so that the child finds them free and what they guard
// whole. The order is that of the code that takes two of them.
void before_fork() {
  scheduler_list::hold();
  hold_waits_of_threads();
  inbox::hold_all();
  hold_guard_registry();
  coroutine_slab::hold_slots();
}

void after_fork_in_parent() {
  coroutine_slab::let_go_slots();
  let_go_guard_registry();
  inbox::let_go_all();
  let_go_waits_of_threads();
  scheduler_list::let_go();
}

void after_fork_in_child() {
  coroutine_slab::let_go_slots();
  let_go_guard_registry();
  inbox::abandon_all();
  abandon_waits_of_threads();
  forget_outside_in_child();
  scheduler::abandon_current();
  scheduler_list::abandon();
}

}  // namespace

void look_after_forks() noexcept {
  static const int once = pthread_atfork(&before_fork, &after_fork_in_parent, &after_fork_in_child);
  static_cast<void>(once);
}

void end_forked_child() noexcept {
  std::fputs("weft: a forked child came to the end of its parent's coroutine; end it by _exit or exit\n", stderr);
  std::fflush(nullptr);
  _exit(1);
}

}  // namespace weft::core
