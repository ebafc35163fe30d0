// Random programs of the whole vocabulary; the same seed makes the same program. Coroutines spawn others, yield, sleep,
// wait for events, semaphores, locks, queues, fds and each other with and without time limits, cancel, kill and throw
// into each other, fail, swallow cancellations, end. Handles, time points, select and fork are in other files.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "property/random_context.hpp"
#include "property/random_deadlines.hpp"
#include "property/random_endpoints.hpp"
#include "property/random_forks.hpp"
#include "property/random_selects.hpp"
#include "property/random_streams.hpp"
#include "support/fake_poller.hpp"
#include "support/virtual_time_poller.hpp"
#include "weft/barrier.hpp"
#include "weft/channel.hpp"
#include "weft/condition_variable.hpp"
#include "weft/detail/core/fd_wait.hpp"
#include "weft/event.hpp"
#include "weft/io.hpp"
#include "weft/latch.hpp"
#include "weft/mutex.hpp"
#include "weft/queue.hpp"
#include "weft/recursive_mutex.hpp"
#include "weft/run.hpp"
#include "weft/semaphore.hpp"
#include "weft/shared_mutex.hpp"
#include "weft/this_coroutine.hpp"
#include "weft/timeout.hpp"

namespace weft::tests {

class random_program {
 public:
  random_program(std::uint64_t seed, support::fake_poller& numbers, random_ingredients ingredients = {})
      : c_(seed, numbers, ingredients) {
    c_.ingredients.forks = ingredients.forks && seed % 4 == 1;  // a fork takes as long as a program
  }
  // Sets the clock; without this call the machine's clock counts.
  void use(support::fake_clock& clock) {
    c_.virtual_clock = &clock;
    clock.stand_for_steady_clock();  // its numbers make the points
  }
  // Call if the program is recorded.
  void recorded_at(const std::string& path) { forks_.trace_path = path; }

  // The body of main. Afterwards the run cancels what is left.
  void main() {
    const unsigned workers = 1 + below(6);
    for (unsigned i = 0; i < workers; ++i) spawn_one();
    const unsigned ops = 10 + below(60);
    for (unsigned i = 0; i < ops; ++i) {
      try {
        attempt();
      } catch (const cancelled&) {
        if (chance(10)) throw;
      }
    }
  }

  // Call after a run in which every coroutine has ended: no lock may be owned any more. Returns the broken promises.
  const std::map<std::string, unsigned>& broken_promises(bool ended_properly) {
    if (ended_properly) {
      for (mutex& m : locks_) expect_free(m);
      expect_free(nested_);
      expect_free(shared_);
      for (event& e : go_) e.set();
      changed_.notify_all();
    }
    return c_.broken;
  }

 private:
  // Limits the length of a program: beyond it, coroutines only end.
  static constexpr unsigned op_limit = 1500;
  static constexpr unsigned spawn_limit = 60;

  unsigned below(unsigned n) { return c_.d.below(n); }
  bool chance(unsigned percent) { return c_.d.chance(percent); }
  std::chrono::nanoseconds some_time() { return c_.d.some_time(); }

  template <class Lock>
  void expect_free(Lock& lock) {
    const bool free = lock.try_lock();
    c_.expect(free, "a lock is held after the end of all coroutines");
    if (free) lock.unlock();
  }

  void body() {
    const unsigned ops = below(24);
    for (unsigned i = 0; i < ops; ++i) {
      if (chance(20)) {
        // Swallows even its own cancellation.
        try {
          op(0);
        } catch (...) {
          if (chance(50)) yield_quietly();
        }
      } else if (chance(30)) {
        attempt();
      } else {
        op(0);
      }
    }
    if (chance(10)) throw boom();
  }

  void yield_quietly() {
    try {
      yield();
    } catch (...) {
    }
  }

  void attempt() {
    try {
      op(0);
    } catch (const std::exception&) {
    }
  }

  void spawn_one() {
    if (spawned_ >= spawn_limit) return;
    const std::string name = "c" + std::to_string(++spawned_);
    switch (below(4)) {
      case 0:
        tasks_.push_back(spawn_after(some_time(), name, [this] { body(); }));
        break;
      case 1:
        tasks_.push_back(spawn(spawn_options{.name = name, .stack_size = 128 * 1024}, [this] { body(); }));
        break;
      default:
        tasks_.push_back(spawn(name, [this] { body(); }));
    }
    if (chance(20)) {
      tasks_.back().on_done([this] {
        if (chance(30)) throw boom();
        go_[below(2)].set();
      });
    }
  }

  task<> some_task() { return tasks_.empty() ? this_coroutine::self() : c_.d.one_of(tasks_); }

  void op(unsigned depth) {
    random_forks::expect_parent();
    if (++ops_ > op_limit) return;
    switch (below(66)) {
      case 0:
      case 1:
      case 2:
      case 3:
        spawn_one();
        break;
      case 4:
      case 5:
      case 6:
        yield();
        break;
      case 7:
      case 8:
        sleep_for(some_time());
        break;
      case 9:
        go_[below(2)].set();
        break;
      case 10:
        go_[below(2)].clear();
        break;
      case 11:
        go_[below(2)].wait_for(some_time());
        break;
      case 12:
        if (chance(40)) go_[below(2)].wait();
        break;
      case 13:
        permits_.release();
        break;
      case 14:
        permits_.acquire();
        break;
      case 15:
        static_cast<void>(permits_.try_acquire_for(some_time()));
        break;
      case 16:
      case 17:
      case 18: {
        const std::lock_guard guard(locks_[below(2)]);
        inside(depth);
        break;
      }
      case 19:
        if (mutex& m = locks_[below(2)]; m.try_lock_for(some_time())) {
          const std::lock_guard guard(m, std::adopt_lock);
          inside(depth);
        }
        break;
      case 20: {
        const std::lock_guard guard(nested_);
        const std::lock_guard again(nested_);
        inside(depth);
        break;
      }
      case 21: {
        shared_.lock_shared();
        struct unlocker {
          shared_mutex& m;
          ~unlocker() { m.unlock_shared(); }
        } const guard{shared_};
        inside(depth);
        break;
      }
      case 22: {
        const std::lock_guard guard(shared_);
        inside(depth);
        break;
      }
      case 23:
      case 24:
        queues_[below(3)].put_for(static_cast<int>(ops_), some_time());
        break;
      case 25:
        queues_[below(3)].put(static_cast<int>(ops_));
        break;
      case 26:
      case 27:
        static_cast<void>(queues_[below(3)].get_for(some_time()));
        break;
      case 28:
        static_cast<void>(queues_[below(3)].get());
        break;
      case 29:
        some_task().cancel();
        break;
      case 30:
        some_task().throw_in(std::make_exception_ptr(boom()));
        break;
      case 31:
        if (chance(50)) {
          some_task().kill();
        } else {
          static_cast<void>(some_task().kill_for(some_time()));
        }
        break;
      case 32:
        some_task().join();
        break;
      case 33:
        some_task().get();
        break;
      case 34:
        static_cast<void>(some_task().join_for(some_time()));
        break;
      case 35:
        if (chance(30)) throw boom();
        this_coroutine::set_name("renamed " + std::to_string(ops_));
        break;
      case 36: {
        if (chance(50)) {
          const random_selects::shield shield(selects_);
          inside(depth);
        } else {
          timeout_scope limit(some_time());
          inside(depth);
          if (chance(20)) limit.reset(some_time());
          inside(depth);
        }
        break;
      }
      case 37:
        fds(below(4));
        break;
      case 38: {
        std::unique_lock guard(locks_[0]);
        if (chance(50)) {
          changed_.wait_for(guard, some_time());
        } else {
          changed_.wait(guard);
        }
        break;
      }
      case 39:
        rarely(below(8));
        break;
      case 40:
      case 41:
      case 42:
        if (c_.ingredients.points) deadlines_.sleep();
        break;
      case 43:
        if (c_.ingredients.points)
          deadlines_.wait(go_[below(2)], permits_, locks_[below(2)], queues_[below(3)], some_task());
        break;
      case 44:
        c_.work(some_time() / 4);
        break;
      case 45:
      case 46:
        if (c_.ingredients.selects) selects_.op();
        break;
      case 47:
        if (chance(20)) forks_.op(go_[0], locks_[0], queues_[0], some_task());
        break;
      default:
        if (!c_.ingredients.handles) break;
        below(3) > 0 ? streams_.op() : endpoints_.op();
    }
  }

  void inside(unsigned depth) {
    if (depth >= 3) return;
    const unsigned ops = below(3);
    for (unsigned i = 0; i < ops; ++i) op(depth + 1);
  }

  void fds(unsigned what) {
    const int fd = support::virtual_time_poller::first_number + static_cast<int>(below(3));
    switch (what) {
      case 0:
        static_cast<void>(wait_readable_for(fd, std::chrono::microseconds(10 + below(30))));
        break;
      case 1:
        static_cast<void>(wait_writable_for(fd, std::chrono::microseconds(10 + below(30))));
        break;
      case 2:
        chance(20)   ? c_.numbers.make_failed(fd)
        : chance(50) ? c_.numbers.make_readable(fd)
                     : c_.numbers.make_writable(fd);
        if (chance(50)) c_.numbers.drain(fd);
        break;
      default:
        detail::forget_fd(fd);
    }
  }

  void rarely(unsigned what) {
    switch (what) {
      case 0:
        changed_.notify_one();
        break;
      case 1:
        changed_.notify_all();
        break;
      case 2:
        static_cast<void>(pair_.arrive_and_wait_for(some_time()));
        break;
      case 3:
        if (!start_.try_wait()) start_.count_down();
        break;
      case 4:
        static_cast<void>(start_.wait_for(some_time()));
        break;
      case 5:
        static_cast<void>(line_.send_for(1, some_time()));
        break;
      case 6:
        static_cast<void>(line_.receive_for(some_time()));
        break;
      default:
        if (chance(10)) queues_[below(3)].close();
        if (chance(10)) line_.close();
        if (chance(10)) selects_.close();
    }
  }

  random_context c_;
  random_streams streams_{c_};
  random_endpoints endpoints_{c_, streams_};
  random_selects selects_{c_};
  random_deadlines deadlines_{c_};
  random_forks forks_{c_};
  unsigned ops_ = 0;
  unsigned spawned_ = 0;
  std::vector<task<>> tasks_;
  event go_[2];
  semaphore permits_{1, "permits"};
  mutex locks_[2];
  recursive_mutex nested_;
  shared_mutex shared_;
  condition_variable changed_;
  queue<int> queues_[3]{queue<int>(0), queue<int>(1), queue<int>(3)};
  channel<int> line_{1};
  barrier pair_{2};
  latch start_{2};
};

}  // namespace weft::tests
