// Plays a script to a scheduler. While there is one, the root does what it says comes next, instead of looking at the
// timers, the poller and the inbox. What comes from outside before its time is held back, and what is late is waited
// for.
#pragma once

#include <cstdint>
#include <vector>

#include "core/inbox.hpp"
#include "core/script.hpp"
#include "weft/detail/core/fd_wait.hpp"

namespace weft::core {

struct coroutine;
class scheduler;

class script_player {
 public:
  explicit script_player(scheduler& s) noexcept : scheduler_(s) {}

  // From now on, until it is over, `s` decides.
  void follow(script& s) noexcept { script_ = &s; }
  bool plays() const noexcept { return script_ != nullptr; }

  // -- questions of the coroutine that runs. Some decisions leave no step in the diary, so they are numbered in every
  // run, with a script or without: the diary says of which number something was.
  // Whether a point in time has come: `by_clock`, or what the script says.
  bool point_has_come(bool by_clock) noexcept {
    ++checks_of_points_;
    return script_ != nullptr ? script_->point_has_come(checks_of_points_) : by_clock;
  }
  std::uint64_t checks_of_points() const noexcept { return checks_of_points_; }
  // A select looks for an interruption, where one is possible.
  std::uint64_t count_look_of_select() noexcept { return ++looks_of_selects_; }
  // The rest is asked only while it plays.
  bool interrupts_select() noexcept { return script_->interrupts_select(looks_of_selects_); }
  bool scope_expires(std::uint64_t slot, std::uint64_t depth) noexcept { return script_->scope_expires(slot, depth); }
  bool waits_for_input() const noexcept { return script_->waits_for_input(); }
  // In the recording it did not have to wait for fd, which is watched: what came from outside was quicker then.
  bool fd_was_ready(int fd, detail::direction d);
  void cannot(const char* why) { script_->cannot(why); }

  // -- switching
  // Whom the running coroutine leaves to, with a stack; null: to the root.
  coroutine* next();

  // -- the root. main: the run's
  // Does what happens on the root until somebody enters; null: the script is over.
  coroutine* play(coroutine& main);
  // Then: goes on without it. main: null if it has ended.
  void leave(coroutine* main);

 private:
  bool do_step(const script_step& step, coroutine& main);  // false, and the script is told why: it cannot be done
  bool fire(const script_step& step, coroutine& c);
  bool report(const script_step& step, int fd);
  bool deliver(const script_step& step, coroutine& c);
  bool work(const script_step& step);
  template <class Condition>
  bool wait_outside(std::int64_t patience_ns, Condition&& is_there);
  void hold_events(std::int64_t timeout_ns);
  void hold_messages();

  scheduler& scheduler_;
  script* script_ = nullptr;
  std::uint64_t checks_of_points_ = 0;
  std::uint64_t looks_of_selects_ = 0;
  std::vector<inbox_message> held_;     // came before their time
  std::vector<inbox_message> arrived_;  // scratch of hold_messages
};

}  // namespace weft::core
