// The only writers of a coroutine's status. Each asserts the one table (trace/words/states.hpp) that `weft validate`
// checks files with and that the viewer replays with. Who calls one tells the diary's pen of it, in the same function.
#pragma once

#include <cassert>

#include "core/coroutine.hpp"

namespace weft::core {

class transitions {
 public:
  // none -> ready, or, for one that begins later, -> blocked.
  static void be_born_ready(coroutine& c) noexcept { set(c, diary::coroutine_status::ready); }
  static void be_born_waiting(coroutine& c) noexcept {
    set(c, diary::coroutine_status::blocked);
    c.reason = diary::wait_reason::start_timer;
  }
  // ready -> running. The root, which has no id, only lends its stack to the same switch: it has no states.
  static void run(coroutine& c) noexcept {
    assert(c.id == 0 || legal_transition(c.status, diary::coroutine_status::running));
    c.status.value_ = diary::coroutine_status::running;
  }
  // running -> ready
  static void yield(coroutine& c) noexcept {
    set(c, diary::coroutine_status::ready);
    c.in_yield = true;
  }
  // running -> blocked. `switches`: the scheduler's count of them.
  static void block(coroutine& c, diary::wait_reason reason, std::uint64_t switches) noexcept {
    c.blocked_at = switches;
    c.reason = reason;
    set(c, diary::coroutine_status::blocked);
    c.in_yield = false;
    c.outcome = detail::wait_outcome::granted;
  }
  // blocked -> ready
  static void wake(coroutine& c) noexcept {
    set(c, diary::coroutine_status::ready);
    c.in_yield = false;
  }
  // running -> done, failed or cancelled
  static void end(coroutine& c, diary::coroutine_status status) noexcept { set(c, status); }

 private:
  static void set(coroutine& c, diary::coroutine_status to) noexcept {
    assert(legal_transition(c.status, to));
    c.status.value_ = to;
  }
};

}  // namespace weft::core
