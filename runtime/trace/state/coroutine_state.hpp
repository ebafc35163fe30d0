// The known facts about one coroutine at one moment.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>

#include "trace/words/states.hpp"

namespace weft::diary {

// One live coroutine. Ended coroutines leave the state; history keeps their ends. Conservation law: run_ns + ready_ns +
// blocked_ns + (now - since_ns) is the time since the spawn.
struct coroutine_state {
  std::uint64_t slot = 0;
  std::uint64_t id = 0;
  std::uint64_t parent = 0;  // id of its spawner, 0: none
  std::uint64_t name = 0;    // string id
  std::uint64_t site = 0;    // site id, 0: none
  std::uint32_t thread = 0;
  coroutine_status status = coroutine_status::none;
  wait_reason reason = wait_reason::none;     // while blocked; kept while ready: the reason of the ended wait
  std::uint64_t object = 0;                   // while blocked
  std::uint64_t owner_slot = 0;               // of the object when the wait started
  int fd = -1;                                // while blocked on an fd
  std::optional<std::int64_t> deadline_ns;    // end of the sleep or of the wait's time limit
  std::int64_t since_ns = 0;                  // start of the present state
  std::uint64_t since_event = 0;              // the event that started it
  wake_cause woken_cause = wake_cause::none;  // while ready or running: the last wake's cause
  std::uint64_t woken_by = 0;                 // id of the coroutine that woke it last; 0: poller, timer or outside
  std::uint64_t woken_event = 0;              // the last wake's event, 0: none yet
  std::int64_t spawned_ns = 0;
  std::uint64_t spawned_event = 0;
  std::uint64_t seen_by = 0;     // event + 1 of the checkpoint that last listed it
  bool from_checkpoint = false;  // alive before the first event read: spawned_* show its first mention
  bool has_left = false;         // has given up the thread or ended since its spawn; also true if unknown
  bool never_began = false;      // cancelled before its body started: entered only to receive the cancellation
  // Sums since the spawn, up to the start of the present state.
  // `runs`: how often a switch came to it; going on after only the scheduler ran is the same run. 0 for an ended
  // coroutine whose body never started.
  std::uint64_t runs = 0;
  std::uint64_t spawns = 0;
  std::int64_t run_ns = 0, ready_ns = 0, blocked_ns = 0;
};

// From where a reader that begins at a checkpoint has a field.
enum class told_by : std::uint8_t {
  checkpoint,
  events,  // only those before the checkpoint tell it: a sum, or the number of an event
};

struct coroutine_field {
  const char* name;
  told_by by;
};

// Every member, in their order. Tests take each through all that a state goes through.
inline constexpr coroutine_field coroutine_fields[] = {
    {"slot", told_by::checkpoint},       {"id", told_by::checkpoint},      {"parent", told_by::checkpoint},
    {"name", told_by::checkpoint},       {"site", told_by::checkpoint},    {"thread", told_by::checkpoint},
    {"status", told_by::checkpoint},     {"reason", told_by::checkpoint},  {"object", told_by::checkpoint},
    {"owner_slot", told_by::checkpoint}, {"fd", told_by::checkpoint},      {"deadline_ns", told_by::checkpoint},
    {"since_ns", told_by::checkpoint},   {"since_event", told_by::events}, {"woken_cause", told_by::events},
    {"woken_by", told_by::events},       {"woken_event", told_by::events}, {"spawned_ns", told_by::events},
    {"spawned_event", told_by::events},  {"seen_by", told_by::events},     {"from_checkpoint", told_by::events},
    {"has_left", told_by::events},       {"never_began", told_by::events}, {"runs", told_by::events},
    {"spawns", told_by::events},         {"run_ns", told_by::events},      {"ready_ns", told_by::events},
    {"blocked_ns", told_by::events},
};
inline constexpr std::size_t coroutine_field_count = std::size(coroutine_fields);

// Calls f(each member...). A member that is missing in the lists, which are in the same order, does not compile.
template <class State, class F>
constexpr auto with_fields(State& c, F&& f) {
  auto& [slot, id, parent, name, site, thread, status, reason, object, owner_slot, fd, deadline_ns, since_ns,
         since_event, woken_cause, woken_by, woken_event, spawned_ns, spawned_event, seen_by, from_checkpoint, has_left,
         never_began, runs, spawns, run_ns, ready_ns, blocked_ns] = c;
  return f(slot, id, parent, name, site, thread, status, reason, object, owner_slot, fd, deadline_ns, since_ns,
           since_event, woken_cause, woken_by, woken_event, spawned_ns, spawned_event, seen_by, from_checkpoint,
           has_left, never_began, runs, spawns, run_ns, ready_ns, blocked_ns);
}

static_assert(
    [] {
      coroutine_state c;
      return with_fields(c, [](auto&... field) { return sizeof...(field); });
    }() == coroutine_field_count,
    "coroutine_fields has a row for each member");

}  // namespace weft::diary
