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

#include "trace/state/checkpoint_reader.hpp"
#include "trace/state/coroutine_state.hpp"
#include "trace/state/scheduler_facts.hpp"
#include "trace/words/diary_event.hpp"

namespace weft::diary {

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

  const std::vector<thread_state>& threads() const { return facts_.threads; }
  // Live coroutines by slot; null if the slot is free.
  const coroutine_state* by_slot(std::uint64_t slot) const { return facts_.live.find(slot); }
  const coroutine_state* by_id(std::uint64_t id) const;  // O(live coroutines)
  // Live coroutines in spawn order (by id).
  std::vector<const coroutine_state*> coroutines() const;
  const object_table& objects() const { return facts_.objects; }
  // The coroutine that must act before the wait of a blocked coroutine can end: the owner of the object it waits for,
  // or the task whose end it waits for. Returns only certain answers, so a cycle of them is real: null if there is no
  // owner, if several coroutines may own the object at once, or if the owner at the start of the wait has ended since.
  const coroutine_state* owner_of_wait(const coroutine_state& c) const;
  std::int64_t now_ns() const { return now_ns_; }     // the latest time so far
  std::uint64_t applied() const { return applied_; }  // number of the next event expected
  std::size_t live_count() const { return facts_.live.size(); }
  std::size_t memory_bytes() const;  // approximate size of a copy

  // True while a checkpoint that sets the state of its thread is only partly applied: the state is incomplete.
  bool is_inside_checkpoint() const;

  // Slots of the coroutines that the last applied event mentioned first, if it was part of a checkpoint: a packed
  // checkpoint has no argument that names them.
  const std::vector<std::uint64_t>& just_introduced() const { return facts_.just_introduced; }

  // The coroutine that ended with the last applied event, with its status and final sums; else null.
  const coroutine_state* just_ended() const { return just_ended_ ? &*just_ended_ : nullptr; }

 private:
  // The coroutines that started to run at a thread's ordinals, as far back as a wake from another thread may name one.
  struct recent_run {
    std::uint64_t ordinal = 0;
    std::uint64_t id = 0;
  };
  static constexpr std::size_t recent_run_count = 64;

  // Data about a thread that apply() needs and the state does not show.
  struct thread_memory {
    thread_knowledge known;
    std::uint64_t next_ordinal = 0;
    std::int64_t last_ns = 0;
    std::optional<std::int64_t> limit_ns;  // from time_limit to its wait
    std::vector<recent_run> runs;          // a ring, filled from the front
    std::size_t next_run = 0;
    checkpoint_reader checkpoint;
  };

  // The arguments of one apply().
  struct step : event_step {
    thread_memory& memory;
  };

  void single_event(step& s);
  void switch_event(step& s);
  void leave(step& s, coroutine_state& leaver);
  void enter(step& s, std::uint64_t slot);
  void spawn_event(step& s);
  void wake_event(step& s);
  void take_over_event(step& s);
  void lock_event(step& s);
  void remember_run(step& s);

  void change(step& s, coroutine_state& c, coroutine_status to);
  void make_ready(step& s, coroutine_state& c);
  std::uint64_t who_ran(std::uint64_t thread, std::uint64_t ordinal) const;
  static bool has_just_entered(const step& s);
  bool has_many_owners(std::uint64_t object) const;

  bool shuffled_;
  bool takes_base_ = false;  // inside apply_base
  scheduler_facts facts_;
  std::vector<thread_memory> memories_;     // by thread
  std::set<std::uint64_t> shared_objects_;  // of kinds that several coroutines may own at once
  std::optional<coroutine_state> just_ended_;
  std::int64_t now_ns_ = 0;
  std::uint64_t applied_ = 0;
};

}  // namespace weft::diary
