// The events of the diary: their numbers, names and arguments. Each file's header contains this table, so an older
// reader can skip events it does not know. Values are part of the file format: append, never renumber.
//
// An event's actor is implied: the coroutine that runs on the event's thread, or the scheduler itself while none runs.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace weft::diary {

enum class event_type : std::uint8_t {
  none = 0,
  // The thread and its time
  thread_start = 1,  // tid; text: name. First event of each thread
  thread_stop = 2,   // the thread's scheduler ended
  loss = 3,          // count of events that are missing here
  // Definitions, each before its first use in the file
  string = 4,  // string id; text
  site = 5,    // site id, file string, line, function string
  object = 6,  // object id, kind; text: name, may be empty
  // The start of a ring's stretch that can be read by itself: names used afterwards are defined again
  generation = 7,  // number, tid; text: name of the thread
  // How the thread's scheduler chooses the next coroutine, and select() among ready cases; without the event: FIFO, and
  // seed 0
  shuffle_seed = 8,  // seed
  // In a trace merged from several: the process of the thread; soon after the thread's first event
  process = 9,  // pid; text: name of the program
  // Life
  spawn = 10,  // slot, coroutine id, parent slot (0: none), name string, site. Goes to the back of the ready queue
  spawn_after = 11,  // the same and delay_ns. Starts blocked with wait reason start_timer
  rename = 12,       // slot, name string
  error = 13,        // text: type and what() of the error the running coroutine is about to fail with
  // Switches. `to` is the slot that runs next, 0: none, the scheduler polls
  enter = 20,       // to. From the root
  yield = 21,       // to. The leaver goes to the back of the ready queue; to may be the leaver itself
  sleep = 22,       // to, delay_ns
  block = 23,       // to, wait reason, object id (0: none), owner slot (0: none)
  block_fd = 24,    // to, wait reason, fd
  finish = 25,      // to, status (done, failed, cancelled). The leaver's slot is free afterwards
  time_limit = 26,  // delay_ns: the running coroutine's next block ends after this at the latest
  // Wakes. The woken coroutine goes to the back of its scheduler's ready queue
  wake = 30,         // slot, cause, object id (0: none)
  wake_fd = 31,      // slot, fd, ready bits
  wake_timer = 32,   // slot, cause, lateness_ns
  wake_remote = 33,  // slot, cause, object id, waker's thread index + 1 (0: a plain thread), waker's ordinal there
  // The poller
  poll_begin = 40,  // timeout_ns + 1; 0: without end
  poll_end = 41,    // count of ready fds
  fd_ready = 42,    // fd, ready bits: readiness that no coroutine waited for
  // Objects
  lock_acquired = 50,   // object: the running coroutine owns it now, without a wait
  lock_released = 51,   // object: no coroutine owns it now
  lock_handed = 52,     // object, slot of the new owner
  queue_put = 53,       // object, depth afterwards
  queue_get = 54,       // object, depth afterwards
  event_set = 55,       // object; also if it was set already
  event_clear = 56,     // object; also if it was clear already
  notify_unheard = 57,  // object: a condition was notified while no coroutine waited for it
  counted = 58,         // object, free permits of a semaphore or remaining count of a latch afterwards
  // Cancellation
  cancel = 60,            // slot of the target
  cancel_delivered = 61,  // the running coroutine's wait throws now
  scope_expired =
      62,  // slot, number of open scopes inside of the expired one. Absent where a wake_timer says it: expired, 0
  // The running coroutine's select() now throws an interruption that was not delivered before, without having checked
  // its cases. The argument counts the thread's checks for interruptions
  select_interrupted = 63,
  // The running coroutine wanted to wait until a point in time that had come already. The argument counts the thread's
  // checks of such points
  point_passed = 64,
  // Sockets
  socket_listening = 70,  // fd; text: endpoint
  socket_accepted = 71,   // fd; text: peer endpoint
  socket_connected = 72,  // fd; text: peer endpoint
  socket_closed = 73,     // fd
  accept_backoff = 74,    // fd, errno, delay_ns
  input_at_once = 75,     // fd: the running coroutine has read, received or accepted without a wait
  // Other work
  offload_begin = 80,  // job id
  offload_end = 81,    // job id
  take_over = 82,      // slot, from thread index: an unstarted coroutine goes to this event's thread
  libc_call = 83,      // fd + 1 (0: none), result (zigzag), errno; text: name
  stack_mark = 84,     // slot, bytes used at most so far, bytes reserved
  // The program's own events
  zone_begin = 90,  // name string
  zone_end = 91,
  mark = 92,     // text
  counter = 93,  // name string, value (bits of a double)
  // Checkpoint: the scheduler's state at this event, so that a reader can start in the middle
  checkpoint_begin = 100,      // number of coroutines that follow, slot that runs (0: none)
  checkpoint_coroutine = 101,  // slot, id, parent slot, name string, site, status | wait reason << 4
  checkpoint_wait = 102,   // of the coroutine before: object id, owner slot, fd + 1, remaining ns + 1, how long it has
                           // waited, changes of state since its wait started (waiters of one object: in this order)
  checkpoint_ready = 103,  // slot, how long it has been ready; in ready queue order
  checkpoint_owner = 104,  // object id, owner slot
  checkpoint_end = 105,
  checkpoint_object = 106,  // object id, depth of a queue, is an event set
  // The same, packed (packed_checkpoint.hpp), for readers that have read all earlier events and do not need it: flags,
  // number of coroutines, slot that runs, ticks since the described moment, distance in ordinals from this event back
  // to the start of its base (0: no base), number of events in the base; text: the code. Parts after the first have
  // only the flags and the ticks
  checkpoint_part = 107,
};

// How an argument is printed and parsed. All arguments are stored as varints.
enum class arg_kind : std::uint8_t {
  none = 0,
  count = 1,      // a plain number
  slot = 2,       // a coroutine, by its slot
  coroutine = 3,  // a coroutine, by its id
  string = 4,     // an interned string
  site = 5,
  object = 6,
  fd = 7,
  nanoseconds = 8,
  status = 9,
  wait_reason = 10,
  wake_cause = 11,
  object_kind = 12,
  ready_bits = 13,
  real = 14,          // the bits of a double
  signed_count = 15,  // zigzag
};

inline constexpr std::size_t max_args = 6;

// What kind of event it is. Code that treats a whole family alike asks for the family and lists no events, so it is
// right for an event that joins the family later.
enum class event_family : std::uint8_t {
  unknown,       // this build does not know the event
  thread,        // a thread's beginning, end, gaps and general facts
  definition,    // of a number that later events use
  spawn,         // a coroutine begins to live
  coroutine,     // a fact about one coroutine that changes no status
  switching,     // the running coroutine, or the root, gives up the thread to the slot in argument 0
  wake,          // the blocked coroutine in the slot of argument 0 becomes ready
  poll,          // the poller
  object,        // the running coroutine changes an object
  interruption,  // cancellations and times that have come
  socket,
  work,        // in the system or on another thread
  own,         // the program's own: zones, marks, counters
  checkpoint,  // a part of one
};

// Which coroutine an event is about.
enum class event_subject : std::uint8_t {
  running,   // the one that runs on the event's thread; the scheduler itself while none runs
  slot,      // the one in the slot of argument 0
  newcomer,  // one that the reader may not know yet. Arguments 0 to 4: its slot, id, parent slot, name and site
};

struct event_schema {
  event_type type = event_type::none;
  event_family family = event_family::unknown;
  event_subject subject = event_subject::running;
  std::uint8_t arg_count = 0;
  bool has_text = false;
  std::string_view name;  // at most 23 bytes, as it appears in dump and --json
  std::array<arg_kind, max_args> kinds{};
  std::array<std::string_view, max_args> arg_names{};  // as in dump and --json; not stored in files
};

// Every event this build knows, ordered by number.
std::span<const event_schema> all_event_schemas();
// The schema of one event, or null if this build does not know it.
const event_schema* find_schema(event_type type);
const event_schema* find_schema(std::string_view name);

// The part of the schema that readers of millions of events ask for, by number.
struct event_facts {
  event_family family = event_family::unknown;
  event_subject subject = event_subject::running;
};
extern const std::array<event_facts, 256> facts_of_events;

inline event_family family_of(event_type type) { return facts_of_events[static_cast<std::size_t>(type)].family; }
inline event_subject subject_of(event_type type) { return facts_of_events[static_cast<std::size_t>(type)].subject; }
inline bool is_switch(event_type type) { return family_of(type) == event_family::switching; }
inline bool is_wake(event_type type) { return family_of(type) == event_family::wake; }
inline bool is_spawn(event_type type) { return family_of(type) == event_family::spawn; }
inline bool is_of_newcomer(event_type type) { return subject_of(type) == event_subject::newcomer; }

}  // namespace weft::diary
