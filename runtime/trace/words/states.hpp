// The states of a coroutine, the wait reasons, the wake causes, and the one table of legal transitions. The scheduler
// asserts the table, the validator checks files with it and the viewer replays with it. Values are part of the file
// format: append, never renumber.
#pragma once

#include <cstdint>
#include <string_view>

namespace weft::diary {

// The state of a coroutine. For each state: where the coroutine is, and which states may follow.
enum class coroutine_status : std::uint8_t {
  none = 0,       // does not exist (before its spawn); next: ready, or blocked for spawn_after
  ready = 1,      // in its scheduler's ready queue; next: running, when it reaches the front
  running = 2,    // on the OS thread; next: ready (yield), blocked (wait), done, failed or cancelled
  blocked = 3,    // in the waiter list of an object; next: ready, by exactly one wake
  done = 4,       // ended by returning
  failed = 5,     // ended by an exception
  cancelled = 6,  // ended by cancellation
};

// Why a coroutine is blocked. One reason for each place in the code that waits.
enum class wait_reason : std::uint8_t {
  none = 0,
  start_timer = 1,  // spawn_after: not started yet
  sleep = 2,
  fd_readable = 3,
  fd_writable = 4,
  join = 5,  // another task's end
  join_all = 6,
  gather = 7,
  wait_tasks = 8,
  as_completed = 9,
  task_group = 10,
  pool_slot = 11,
  pool_join = 12,
  future = 13,
  select = 14,
  mutex = 15,
  recursive_mutex = 16,
  shared_mutex_exclusive = 17,
  shared_mutex_shared = 18,
  condition_variable = 19,
  semaphore = 20,
  event = 21,
  latch = 22,
  barrier = 23,
  queue_get = 24,
  queue_put = 25,
  queue_join = 26,
  channel_receive = 27,
  channel_send = 28,
  offload = 29,
  process = 30,
  signal = 31,
  thread = 32,
  awaitable = 33,
  server_drain = 34,
  resolve = 35,
  main_end = 36,          // the scheduler waits for coroutines that main left running
  connection_limit = 37,  // a server that has as many connections as it may have
  accept_backoff = 38,    // a server that got no fd or memory for the next connection
  task_group_place = 39,  // a task group that has as many children as it may have
};
inline constexpr std::uint8_t wait_reason_count = 40;

// What made a blocked coroutine ready.
enum class wake_cause : std::uint8_t {
  none = 0,
  granted = 1,    // the coroutine got what it waited for: lock, permit, item, event, end of the task
  cancelled = 2,  // cancel, throw_in or kill
  timed_out = 3,  // the wait's own time limit
  closed = 4,     // the object or fd was closed during the wait
  deadlock = 5,   // no wake was possible any more: deadlock_error
  started = 6,    // a spawn_after whose time has come
  expired = 7,    // a timeout_scope around the wait
};
inline constexpr std::uint8_t wake_cause_count = 8;

// The kinds of objects that coroutines wait for.
enum class object_kind : std::uint8_t {
  none = 0,
  task = 1,
  mutex = 2,
  recursive_mutex = 3,
  shared_mutex = 4,
  condition_variable = 5,
  semaphore = 6,
  event = 7,
  latch = 8,
  barrier = 9,
  queue = 10,
  channel = 11,
  future = 12,
  pool = 13,
  task_group = 14,
  server = 15,
  process = 16,
  thread = 17,
  other = 18,
  tasks = 19,  // several tasks in one wait
};
inline constexpr std::uint8_t object_kind_count = 20;

// Readiness of a file descriptor, as bits.
inline constexpr std::uint64_t fd_readable_bit = 1;
inline constexpr std::uint64_t fd_writable_bit = 2;
inline constexpr std::uint64_t fd_error_bit = 4;  // error or hang-up: both directions go on

// True if a coroutine may change from one state to the other in one step.
constexpr bool legal_transition(coroutine_status from, coroutine_status to) {
  using s = coroutine_status;
  switch (from) {
    case s::none:
      return to == s::ready || to == s::blocked;
    case s::ready:
      return to == s::running;
    case s::running:
      return to == s::ready || to == s::blocked || to == s::done || to == s::failed || to == s::cancelled;
    case s::blocked:
      return to == s::ready;
    case s::done:
    case s::failed:
    case s::cancelled:
      return false;
  }
  return false;
}

constexpr bool ended(coroutine_status s) { return s >= coroutine_status::done; }

// The words in all output for people: dump, state, --json, window. "?" for values this build does not know.
std::string_view to_text(coroutine_status s);
std::string_view to_text(wait_reason r);
std::string_view to_text(wake_cause c);
std::string_view to_text(object_kind k);
// The inverses; none for unknown words.
coroutine_status status_from_text(std::string_view word);
wait_reason wait_reason_from_text(std::string_view word);
wake_cause wake_cause_from_text(std::string_view word);
object_kind object_kind_from_text(std::string_view word);

}  // namespace weft::diary
