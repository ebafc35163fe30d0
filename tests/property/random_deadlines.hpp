// Random programs that wait until time points, several of them until the same one. No wait ends before its point, and
// waits until the same point end in the order in which they began.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>

#include "property/random_context.hpp"
#include "weft/condition_variable.hpp"
#include "weft/event.hpp"
#include "weft/mutex.hpp"
#include "weft/queue.hpp"
#include "weft/semaphore.hpp"
#include "weft/task.hpp"
#include "weft/this_coroutine.hpp"

namespace weft::tests {

class random_deadlines {
 public:
  explicit random_deadlines(random_context& c) : c_(c) {}

  void sleep() {
    const auto t = c_.some_point();
    if (c_.has_come(t)) {
      sleep_until(t);
      return;
    }
    sleepers& line = lines_[t.time_since_epoch().count()];
    const unsigned mine = ++line.begun;
    sleep_until(t);
    expect_come(t);
    if (!c_.ingredients.in_order || !c_.ingredients.timely) return;
    c_.expect(mine > line.woken, "of two that sleep until the same point, the one that came later woke first");
    line.woken = mine;
  }

  // A wait that may end before its time limit.
  void wait(event& e, semaphore& s, mutex& m, queue<int>& q, const task<>& other) {
    const auto t = c_.d.chance(3) ? std::chrono::steady_clock::time_point::max() : c_.some_point();
    bool in_time = true;
    switch (c_.d.below(6)) {
      case 0:
        in_time = e.wait_until(t);
        break;
      case 1:
        in_time = s.try_acquire_until(t);
        break;
      case 2:
        in_time = m.try_lock_until(t);
        if (in_time) m.unlock();
        break;
      case 3:
        in_time = q.get_until(t).has_value();
        break;
      case 4:
        in_time = q.put_until(7, t);
        break;
      default:
        in_time = other.join_until(t);
    }
    if (!in_time) expect_come(t);
  }

 private:
  struct sleepers {
    unsigned begun = 0;
    unsigned woken = 0;  // the last one
  };
  void expect_come(std::chrono::steady_clock::time_point t) {
    if (c_.ingredients.timely) c_.expect(c_.has_come(t), "a wait until a point in time ended before it");
  }

  random_context& c_;
  std::map<std::int64_t, sleepers> lines_;
};

}  // namespace weft::tests
