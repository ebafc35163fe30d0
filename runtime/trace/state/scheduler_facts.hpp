// What the diary has said about all schedulers of a trace up to one event, and the steps that its readers share.
// scheduler_state applies events to it, checkpoint_reader compares it with checkpoints or sets it from them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "trace/state/coroutine_state.hpp"
#include "trace/state/object_table.hpp"
#include "trace/state/slot_queue.hpp"
#include "trace/state/slot_table.hpp"
#include "trace/words/diary_event.hpp"

namespace weft::diary {

struct thread_state {
  bool has_events = false;
  bool started = false, stopped = false;
  std::uint64_t tid = 0;
  std::string name;
  std::uint64_t pid = 0;           // of its process; 0: the file's process
  std::string program;             // name of that process, if pid is not 0
  std::uint64_t running_slot = 0;  // 0: none
  slot_queue ready;                // the front runs next
  bool polling = false;
  std::int64_t since_ns = 0;  // start of the present run, or of the time without a run
  // Sums since the thread's first event, up to since_ns; a stopped thread adds to neither
  std::int64_t run_ns = 0, idle_ns = 0;
  std::uint64_t last_run_id = 0;  // of the coroutine that runs or ran last, 0: none yet
  std::uint64_t switches = 0;     // how often another coroutine started to run than the last one
  std::uint64_t polls = 0;

  // Adds the time up to now to its sum.
  void close_sums(std::int64_t now_ns) {
    const std::int64_t spent_ns = std::max<std::int64_t>(0, now_ns - since_ns);
    since_ns += spent_ns;
    if (stopped) return;
    (running_slot != 0 ? run_ns : idle_ns) += spent_ns;
  }
};

// A broken rule: the event, and the expected and the actual state as text.
struct violation {
  std::uint64_t event = 0;
  std::string text;
};

struct scheduler_facts {
  std::vector<thread_state> threads;
  slot_table live;
  object_table objects;
  bool has_unseen_past = false;                // coroutines lived and acted before the first event
  std::vector<std::uint64_t> just_introduced;  // slots of coroutines that the last event, of a checkpoint, made known

  std::uint64_t id_in(std::uint64_t slot) const {
    const coroutine_state* c = slot != 0 ? live.find(slot) : nullptr;
    return c != nullptr ? c->id : 0;
  }
  std::string name_of(std::uint64_t slot) const {
    return "coroutine " + std::to_string(id_in(slot)) + " (slot " + std::to_string(slot) + ")";
  }

  void stop_waiting(coroutine_state& c) {
    if (c.object != 0) objects[c.object].waiters.remove(c.slot);
    c.object = 0;
    c.owner_slot = 0;
    c.fd = -1;
    c.deadline_ns.reset();
  }
  // Removes a coroutine from its queue or thread, whatever its status says, so that it can be placed elsewhere.
  void detach(coroutine_state& c) {
    thread_state& thread = threads[c.thread];
    if (c.status == coroutine_status::ready) thread.ready.remove(c.slot);
    if (c.status == coroutine_status::blocked) stop_waiting(c);
    if (thread.running_slot == c.slot) thread.running_slot = 0;
  }
};

// How much of a thread's past its reader has seen.
struct thread_knowledge {
  bool has_switched = false;  // the running coroutine is known from events
  bool knows_past = true;     // no events of this thread are missing since its start or the last checkpoint
};

// One event that is being applied.
struct event_step {
  const event& e;
  scheduler_facts& facts;
  thread_state& thread;
  thread_knowledge& known;  // of that thread
  std::int64_t now_ns;
  std::optional<violation> broken;

  // Keeps the first rule that the event breaks.
  void report(std::string text) {
    if (!broken) broken = violation{e.n, std::move(text)};
  }
};

}  // namespace weft::diary
