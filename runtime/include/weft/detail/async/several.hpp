// Waits for the ends of several tasks at once: the base of join_all, gather, wait and as_completed. Not for programs.
//
// Each task has a listener of this object. Each end is counted here, under this object's lock, and wakes the waiter
// once its goal is reached. Lock order: a task's lock, then this object's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "weft/detail/async/completion.hpp"
#include "weft/detail/async/task_state.hpp"
#include "weft/detail/core/suspension.hpp"

namespace weft::detail {

// The waiting function, for the diary: each has its own wait reason.
enum class several_for : std::uint8_t { join_all, gather, wait, as_completed, pool_map };

class several {
 public:
  // Borrows the states, which must outlive it. Throws std::logic_error if a state is null, deadlock_error if one is the
  // running coroutine's own.
  several(const std::vector<task_state*>& states, several_for whom);
  ~several();  // withdraws the listeners
  several(const several&) = delete;
  several& operator=(const several&) = delete;

  // Suspends until the goal is reached or all tasks have ended; limit 0 never suspends. Returns false if the time ran
  // out. Throws the interruption that ended the wait.
  bool wait_for_all(time_limit limit) { return wait({goal::ends, members_}, limit); }
  bool wait_for_ends(std::size_t count, time_limit limit) { return wait({goal::ends, count}, limit); }
  bool wait_for_failure(time_limit limit) { return wait({goal::failure, 1}, limit); }
  // Waits until all tasks have a value, or one has ended without a value (gather). The tasks are owned: if the wait is
  // interrupted, it cancels the tasks that have not ended and waits for them before it throws.
  void own_until_valueless();
  void own_until_all();

  std::size_t size() const noexcept { return members_; }
  // The places of the tasks that have ended, in the order of their ends.
  std::vector<std::size_t> ended() const;
  // The place of the nth task that ended; at least that many have ended.
  std::size_t ended(std::size_t nth) const;
  // After own_until_valueless(): throws the earliest failure, if there is one; then no failure counts as unread.
  void rethrow_first();

 private:
  struct member;
  struct goal {
    enum kind : std::uint8_t { ends, failure, valueless } what;
    std::size_t count;
  };

  bool reached(const goal& g) const noexcept;
  wait_outcome wait_uninterrupted(const goal& g, time_limit limit);  // returns an interruption, does not throw it
  bool wait(const goal& g, time_limit limit);
  void own(const goal& g);
  void end(member& m) noexcept;
  void name_owner() noexcept;  // before: object_.lock is held, some task has not ended

  object object_;
  wait_list waiters_;  // at most one waiter; waiter::handed points to its goal
  const diary::wait_reason reason_;
  const std::size_t members_;
  std::unique_ptr<member[]> all_;
  // Guarded by object_.lock.
  std::vector<std::size_t> ended_;  // places in all_; never grows beyond its reserved capacity
  std::size_t first_unended_ = 0;   // a place
  std::size_t failed_ = 0;          // how many have failed
  std::size_t without_value_ = 0;   // how many have failed or were cancelled
};

// Cancels all tasks, the running coroutine last if it is one of them, and then waits until the others have ended. An
// interruption does not end the wait; it is thrown afterwards. Throws std::logic_error and cancels nothing if a state
// is null.
void kill_all_of(const std::vector<task_state*>& states);

}  // namespace weft::detail
