// Explains why a coroutine does not run: follows its wait to the owner of the object, that coroutine's wait to the next
// owner, and so on. Uses only what the diary says. If the diary does not say who will end a wait, the text names all
// coroutines that ever ended such a wait. The chain follows a guess only if there is one such coroutine, and never
// reports a cycle that contains a guess.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/givers.hpp"
#include "trace/state/history.hpp"

namespace weft::viz {

// Why a link follows the one before.
enum class because : std::uint8_t {
  asked,       // the question was about this coroutine
  owner,       // it owns the object that the one before waits for, or is the task whose end the one before waits for
  runs,        // it runs on the thread that the one before needs
  last_waker,  // a guess: no other coroutine ever ended a wait for the same object
};

// How the chain ends.
enum class chain_end : std::uint8_t {
  runs,     // the last coroutine runs
  next,     // it is ready and no coroutine runs: it runs after the next switch
  timer,    // it waits for a time that has not come yet
  outside,  // it waits for a file descriptor, a process or another thread
  cycle,    // the coroutines wait for each other
  unknown,  // the diary does not say who could end the wait
  ended,    // it has ended
  unborn,   // it is not spawned yet
};

struct why_link {
  std::uint64_t coroutine = 0;  // id
  because how = because::asked;
  diary::coroutine_status status = diary::coroutine_status::none;
  diary::wait_reason reason = diary::wait_reason::none;
  std::uint64_t object = 0;
  std::uint64_t owner = 0;  // id of the owner of the object
  int fd = -1;
  std::int64_t since_ns = 0;
  std::optional<std::int64_t> deadline_ns;
  std::uint64_t since_event = 0;
  std::uint64_t woken_by = 0, woken_event = 0;  // if ready or running: the last wake; 0: none
  diary::wake_cause woken_cause = diary::wake_cause::none;
  std::size_t place = 0, queue_length = 0;  // if ready: its place in its thread's ready queue, from 1
  std::vector<std::uint64_t> before;        // ids of the coroutines in front of it there, in order
  // If blocked on an object without an owner: all that ever ended such a wait, and what ended this wait.
  wait_givers givers;
  std::string text;  // all of the above as a sentence
};

struct explanation {
  std::vector<why_link> links;  // at least one
  chain_end end = chain_end::unknown;
  std::string end_text;
};

const char* to_text(because how);
const char* to_text(chain_end end);

// Formats the chain as text: one indented line per link and a line for its end. The last line has no line end.
std::string text_of(const explanation& why);

// Explains the state after the first `count` events, at t_ns, which must not be before the last of them. `id` must be
// one of trace.coroutines().
explanation explain(const diary::history& trace, std::uint64_t count, std::int64_t t_ns, std::uint64_t id);

}  // namespace weft::viz
