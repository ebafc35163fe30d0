// Waiting for the ends of several tasks at once: what join_all, gather, wait and as_completed are made of. Not for
// programs.
//
// A listener stands in line at each task; each end counts itself here, under this object's lock, and wakes whoever
// waits once his goal is reached. Lock order: a task's, then this one's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "weft/detail/async/completion.hpp"
#include "weft/detail/async/task_state.hpp"
#include "weft/detail/core/suspension.hpp"

namespace weft::detail {

// Who waits, for the diary: each has a wait reason of its own.
enum class several_for : std::uint8_t { join_all, gather, wait, as_completed, pool_map };

class several {
 public:
  // Borrows the states, which must outlive it. Throws std::logic_error if one is null, deadlock_error if one is the
  // running coroutine's own.
  several(const std::vector<task_state*>& states, several_for whom);
  ~several();  // whoever has not ended is no longer listened to
  several(const several&) = delete;
  several& operator=(const several&) = delete;

  // Suspends until the goal is reached or no end is left to come; limit 0 never suspends. False: not in time. Throws
  // what interrupts the wait.
  bool wait_for_all(time_limit limit) { return wait({goal::ends, members_}, limit); }
  bool wait_for_ends(std::size_t count, time_limit limit) { return wait({goal::ends, count}, limit); }
  bool wait_for_failure(time_limit limit) { return wait({goal::failure, 1}, limit); }
  // Until all have a value or one has ended without. The tasks are owned: interrupted, it cancels those that have not
  // ended and waits for them before it throws. gather.
  void own_until_valueless();
  void own_until_all();

  std::size_t size() const noexcept { return members_; }
  // The places of those that have ended, in the order of their ends.
  std::vector<std::size_t> ended() const;
  // Of the nth that ended; that many have.
  std::size_t ended(std::size_t nth) const;
  // After own_until_valueless(): throws the first failure in time, if there is one; then no failure is unread.
  void rethrow_first();

 private:
  struct member;
  struct goal {
    enum kind : std::uint8_t { ends, failure, valueless } what;
    std::size_t count;
  };

  bool reached(const goal& g) const noexcept;
  wait_outcome wait_uninterrupted(const goal& g, time_limit limit);  // what interrupts it is not thrown yet
  bool wait(const goal& g, time_limit limit);
  void own(const goal& g);
  void end(member& m) noexcept;
  void name_owner() noexcept;  // before: object_.lock is held, not all have ended

  object object_;
  wait_list waiters_;  // one at a time; waiter::handed is his goal
  const diary::wait_reason reason_;
  const std::size_t members_;
  std::unique_ptr<member[]> all_;
  // Guarded by object_.lock.
  std::vector<std::size_t> ended_;  // places in all_; never grows beyond what was reserved
  std::size_t first_unended_ = 0;   // place
  std::size_t failed_ = 0;          // of the ended
  std::size_t without_value_ = 0;   // failed or cancelled
};

// Cancels all of them, the running coroutine last if it is one, and then waits until the others have ended, whatever
// interrupts it; that is thrown afterwards. Throws std::logic_error, and nothing is cancelled, if one is null.
void kill_all_of(const std::vector<task_state*>& states);

}  // namespace weft::detail
