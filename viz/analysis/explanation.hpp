// Why a coroutine does not run: from its wait to who holds what it waits for, to what that one waits for, and so on.
// Only what the diary says. Where it does not say who will end a wait, all who ever ended such a wait are named; the
// chain goes on over a guess only where that is one coroutine, and what it comes to over a guess is never called a
// cycle.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/givers.hpp"
#include "trace/state/history.hpp"

namespace weft::viz {

// How one link of the chain came to be the next.
enum class because : std::uint8_t {
  asked,       // it is the coroutine asked about
  owner,       // it holds what the one before waits for, or is the task whose end it waits for
  runs,        // it has the thread that the one before needs
  last_waker,  // a guess: nobody else ever ended a wait for the same thing
};

// What the chain ends in.
enum class chain_end : std::uint8_t {
  runs,     // it, or who it waits for, runs
  next,     // ready, and nobody runs: its turn comes with the next switch
  timer,    // a time that has not come yet
  outside,  // a file descriptor, a process, another thread
  cycle,    // they wait for each other
  unknown,  // the diary does not say who could end the wait
  ended,    // it does not run because it has ended
  unborn,   // or is not spawned yet
};

struct why_link {
  std::uint64_t coroutine = 0;  // id
  because how = because::asked;
  diary::coroutine_status status = diary::coroutine_status::none;
  diary::wait_reason reason = diary::wait_reason::none;
  std::uint64_t object = 0;
  std::uint64_t owner = 0;  // id of who holds the object
  int fd = -1;
  std::int64_t since_ns = 0;
  std::optional<std::int64_t> deadline_ns;
  std::uint64_t since_event = 0;
  std::uint64_t woken_by = 0, woken_event = 0;  // of a ready or running one: its last wake, 0: none
  diary::wake_cause woken_cause = diary::wake_cause::none;
  std::size_t place = 0, queue_length = 0;  // of a ready one: from 1, in its thread's ready queue
  std::vector<std::uint64_t> before;        // who stands in front of it there, ids in order
  // Of a blocked one that waits for what nobody owns: all who ever ended such a wait, and what ended this one.
  wait_givers givers;
  std::string text;  // all of this as a sentence
};

struct explanation {
  std::vector<why_link> links;  // at least one
  chain_end end = chain_end::unknown;
  std::string end_text;
};

const char* to_text(because how);
const char* to_text(chain_end end);

// After the first `count` events, at t_ns, which is not before the last of them. `id` is one of trace.coroutines().
explanation explain(const diary::history& trace, std::uint64_t count, std::int64_t t_ns, std::uint64_t id);

}  // namespace weft::viz
