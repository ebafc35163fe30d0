// The scheduler's state as the diary tells it: what runs, the ready queue in order, who waits for what. Apply events in
// order and it is exact after each of them. The same code serves validation, `weft state`, the viewer, and the tests
// that compare it with the scheduler itself. An impossible event is reported and applied as far as it makes sense,
// never an abort.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "trace/file/packed_checkpoint.hpp"
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
  std::uint64_t pid = 0;           // of its process, 0: that of the file
  std::string program;             // what that process is called, if pid is told
  std::uint64_t running_slot = 0;  // 0: nobody
  slot_queue ready;                // front runs next
  bool polling = false;
  std::int64_t since_ns = 0;  // when running_slot began to run, or nobody did
  // Sums since the thread's first event, up to since_ns; none while it is stopped
  std::int64_t run_ns = 0, idle_ns = 0;
  std::uint64_t last_run_id = 0;  // of the coroutine that runs or ran last, 0: none yet
  std::uint64_t switches = 0;     // another coroutine than the one that ran last began to run
  std::uint64_t polls = 0;
};

// A broken rule: which event, what was expected, what stands there.
struct violation {
  std::uint64_t event = 0;
  std::string text;
};

class scheduler_state {
 public:
  // `shuffled`: the scheduler chose whom to run at random (header_flag_shuffled), so who enters need not be in front.
  explicit scheduler_state(bool shuffled = false) : shuffled_(shuffled) {}

  // Takes the next event. Events of types it does not know change nothing. Returns the first rule the event breaks.
  std::optional<violation> apply(const event& e);

  // The same for an event of a checkpoint whose thread goes on, with the next event that is applied, with a checkpoint
  // that tells what has changed since (seek.hpp). What it says of objects is left out.
  std::optional<violation> apply_base(const event& e);

  const std::vector<thread_state>& threads() const { return threads_; }
  // Live coroutines by slot; null if the slot is free.
  const coroutine_state* by_slot(std::uint64_t slot) const { return live_.find(slot); }
  const coroutine_state* by_id(std::uint64_t id) const;  // O(live coroutines)
  // Live coroutines in spawn order (by id).
  std::vector<const coroutine_state*> coroutines() const;
  const object_table& objects() const { return objects_; }
  // Who must act before the wait of a blocked coroutine can end: who holds what it waits for, or the task whose end it
  // waits for. Only what is known for certain, so that a cycle of these is one: null where nobody is, where several may
  // hold the object at once, and where whoever held it when the wait began has ended since.
  const coroutine_state* owner_of_wait(const coroutine_state& c) const;
  std::int64_t now_ns() const { return now_ns_; }     // the latest time so far
  std::uint64_t applied() const { return applied_; }  // number of the next event expected
  std::size_t live_count() const { return live_.size(); }
  std::size_t memory_bytes() const;  // what a copy takes, roughly

  // True between the beginning and the end of some thread's checkpoint that sets the state: it is not whole yet.
  bool is_inside_checkpoint() const;

  // Slots of the coroutines of which the event applied last was the first to tell, where that was part of a checkpoint:
  // no argument of a packed one names them.
  const std::vector<std::uint64_t>& just_introduced() const { return just_introduced_; }

  // The coroutine that ended with the event applied last, with its status and final sums; null otherwise.
  const coroutine_state* just_ended() const { return just_ended_ ? &*just_ended_ : nullptr; }

 private:
  // Who began to run at which of a thread's ordinals, as far back as a wake from another thread may name it.
  struct recent_run {
    std::uint64_t ordinal = 0;
    std::uint64_t id = 0;
  };
  static constexpr std::size_t recent_run_count = 64;

  // A checkpoint that is being read.
  struct known_wait {
    std::uint64_t object = 0, changes_ago = 0, slot = 0;
  };
  struct known_coroutine {
    std::uint64_t id = 0, slot = 0;
  };
  struct checkpoint_reading {
    bool is_open = false;
    bool compares = false;  // with what is known; else it sets the state
    std::uint64_t begin_event = 0, begin_ordinal = 0;
    std::uint64_t expected = 0, seen = 0, ready = 0;
    std::uint64_t last_slot = 0, running_slot = 0;
    std::vector<known_wait> waits;
    // A packed one
    bool has_base = false;
    std::vector<checkpoint_unpacker> code;  // one, while it is read: it is large, and states are copied
    std::vector<known_coroutine> base;      // in its order
    std::size_t base_next = 0;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> ready_slots;  // and since when, in ns
  };

  // What a thread's events need beyond what its state shows.
  struct thread_memory {
    bool has_switched = false;  // so that who runs is known from events
    bool knows_past = true;     // no events of this thread are missing since its beginning or the last checkpoint
    std::uint64_t next_ordinal = 0;
    std::int64_t last_ns = 0;
    std::optional<std::int64_t> limit_ns;  // from time_limit to the wait it belongs to
    std::vector<recent_run> runs;          // a ring, filled from the front
    std::size_t next_run = 0;
    checkpoint_reading checkpoint;
    std::optional<std::uint64_t> base_ordinal;  // of the checkpoint that apply_base has just taken
    bool skips_parts = false;                   // of a checkpoint whose base is not known
  };

  // Everything one apply() needs at hand.
  struct step {
    const event& e;
    thread_state& thread;
    thread_memory& memory;
    std::int64_t now_ns;
    std::optional<violation> broken;
  };

  void switch_event(step& s);
  static void close_thread_sums(step& s);
  void leave(step& s, coroutine_state& leaver);
  void enter(step& s, std::uint64_t slot);
  void spawn_event(step& s);
  void wake_event(step& s);
  void take_over_event(step& s);
  void lock_event(step& s);
  void checkpoint_event(step& s);
  void begin_checkpoint(step& s, bool has_base = false);
  void clear_thread(step& s, bool keeps_waiters);
  void compare_coroutine(step& s);
  void set_coroutine(step& s);
  void checkpoint_wait(step& s);
  void checkpoint_ready(step& s);
  void checkpoint_owner(step& s);
  void end_checkpoint(step& s);
  struct part_teller;
  void checkpoint_part(step& s);  // scheduler_packed.cpp
  void begin_packed(step& s);
  void end_packed(step& s);
  static std::uint64_t ticks_to_ns(const step& s, std::uint64_t ticks);
  static void put_back(step& s, coroutine_state& c, std::uint64_t for_ns);
  void remember_run(step& s);

  void change(step& s, coroutine_state& c, coroutine_status to);
  void make_ready(step& s, coroutine_state& c);
  void detach(coroutine_state& c);
  void stop_waiting(coroutine_state& c);
  std::uint64_t id_in(std::uint64_t slot) const;
  std::uint64_t who_ran(std::uint64_t thread, std::uint64_t ordinal) const;
  static bool has_just_entered(const step& s);
  bool has_many_owners(std::uint64_t object) const;
  std::string name_of(std::uint64_t slot) const;
  static void report(step& s, std::string text);

  bool shuffled_;
  bool takes_base_ = false;       // inside apply_base
  bool has_unseen_past_ = false;  // coroutines lived, and did things, before the first event
  std::vector<thread_state> threads_;
  std::vector<thread_memory> memories_;  // by thread
  slot_table live_;
  object_table objects_;
  std::set<std::uint64_t> shared_objects_;  // defined with a kind that several may hold at once
  std::optional<coroutine_state> just_ended_;
  std::vector<std::uint64_t> just_introduced_;
  std::int64_t now_ns_ = 0;
  std::uint64_t applied_ = 0;
};

}  // namespace weft::diary
