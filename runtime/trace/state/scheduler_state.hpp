// The scheduler's state as the diary describes it: the running coroutine, the ready queue in order, and all waits.
// Apply events in order; the state is exact after each of them. Validation, `weft state`, the viewer, and the tests
// that compare it with the scheduler itself use the same code. An impossible event is reported and applied as far as
// possible, and never aborts.
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
};

// A broken rule: the event, and the expected and the actual state as text.
struct violation {
  std::uint64_t event = 0;
  std::string text;
};

class scheduler_state {
 public:
  // `shuffled`: the scheduler chose coroutines at random (header_flag_shuffled), so the one that enters need not be in
  // front.
  explicit scheduler_state(bool shuffled = false) : shuffled_(shuffled) {}

  // Applies the next event. Events of unknown types change nothing. Returns the first rule that the event breaks.
  std::optional<violation> apply(const event& e);

  // Applies an event of a base checkpoint (seek.hpp). The thread continues, with the next event passed to apply(), at a
  // checkpoint of the changes since that base. Ignores the base's data about objects.
  std::optional<violation> apply_base(const event& e);

  const std::vector<thread_state>& threads() const { return threads_; }
  // Live coroutines by slot; null if the slot is free.
  const coroutine_state* by_slot(std::uint64_t slot) const { return live_.find(slot); }
  const coroutine_state* by_id(std::uint64_t id) const;  // O(live coroutines)
  // Live coroutines in spawn order (by id).
  std::vector<const coroutine_state*> coroutines() const;
  const object_table& objects() const { return objects_; }
  // The coroutine that must act before the wait of a blocked coroutine can end: the owner of the object it waits for,
  // or the task whose end it waits for. Returns only certain answers, so a cycle of them is real: null if there is no
  // owner, if several coroutines may own the object at once, or if the owner at the start of the wait has ended since.
  const coroutine_state* owner_of_wait(const coroutine_state& c) const;
  std::int64_t now_ns() const { return now_ns_; }     // the latest time so far
  std::uint64_t applied() const { return applied_; }  // number of the next event expected
  std::size_t live_count() const { return live_.size(); }
  std::size_t memory_bytes() const;  // approximate size of a copy

  // True while a checkpoint that sets the state of its thread is only partly applied: the state is incomplete.
  bool is_inside_checkpoint() const;

  // Slots of the coroutines that the last applied event mentioned first, if it was part of a checkpoint: a packed
  // checkpoint has no argument that names them.
  const std::vector<std::uint64_t>& just_introduced() const { return just_introduced_; }

  // The coroutine that ended with the last applied event, with its status and final sums; else null.
  const coroutine_state* just_ended() const { return just_ended_ ? &*just_ended_ : nullptr; }

 private:
  // The coroutines that started to run at a thread's ordinals, as far back as a wake from another thread may name one.
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
    bool compares = false;  // compares with the known state; else sets the state
    std::uint64_t begin_event = 0, begin_ordinal = 0;
    std::uint64_t expected = 0, seen = 0, ready = 0;
    std::uint64_t last_slot = 0, running_slot = 0;
    std::vector<known_wait> waits;
    // Of a packed checkpoint
    bool has_base = false;
    std::vector<checkpoint_unpacker> code;  // one while it is read, else none: it is large, and states are copied
    std::vector<known_coroutine> base;      // in the base's order
    std::size_t base_next = 0;
    std::vector<std::pair<std::uint64_t, std::uint64_t>> ready_slots;  // and the start of that state, in ns
  };

  // Data about a thread that apply() needs and the state does not show.
  struct thread_memory {
    bool has_switched = false;  // the running coroutine is known from events
    bool knows_past = true;     // no events of this thread are missing since its start or the last checkpoint
    std::uint64_t next_ordinal = 0;
    std::int64_t last_ns = 0;
    std::optional<std::int64_t> limit_ns;  // from time_limit to its wait
    std::vector<recent_run> runs;          // a ring, filled from the front
    std::size_t next_run = 0;
    checkpoint_reading checkpoint;
    std::optional<std::uint64_t> base_ordinal;  // of the checkpoint that apply_base() has just applied
    bool skips_parts = false;                   // of a checkpoint whose base is unknown
  };

  // The arguments of one apply().
  struct step {
    const event& e;
    thread_state& thread;
    thread_memory& memory;
    std::int64_t now_ns;
    std::optional<violation> broken;
  };

  void single_event(step& s);
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
  bool has_unseen_past_ = false;  // coroutines lived and acted before the first event
  std::vector<thread_state> threads_;
  std::vector<thread_memory> memories_;  // by thread
  slot_table live_;
  object_table objects_;
  std::set<std::uint64_t> shared_objects_;  // of kinds that several coroutines may own at once
  std::optional<coroutine_state> just_ended_;
  std::vector<std::uint64_t> just_introduced_;
  std::int64_t now_ns_ = 0;
  std::uint64_t applied_ = 0;
};

}  // namespace weft::diary
