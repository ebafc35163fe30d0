// Random programs that fork. The child never runs a coroutine of its parent, whatever an atfork handler or the child
// itself does with the parent's objects. A run in the child works, and the parent notices nothing.
#pragma once

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <functional>
#include <string>

#include "core/sanitizer.hpp"
#include "property/random_context.hpp"
#include "support/emulator.hpp"
#include "weft/event.hpp"
#include "weft/mutex.hpp"
#include "weft/queue.hpp"
#include "weft/run.hpp"
#include "weft/task.hpp"
#include "weft/this_coroutine.hpp"

namespace weft::tests {

class random_forks {
 public:
  // The exit statuses of a child.
  enum child_status : int { good = 0, stranger = 66, wrong_result = 67 };

  // Neither ThreadSanitizer nor qemu-user supports a child that starts a thread, as a recorded child does.
#if defined(WEFT_TSAN)
  static bool possible() { return false; }
#else
  static bool possible() { return !support::emulated(); }
#endif

  // Call before the process has its first scheduler: the handler is then registered before the runtime's own handler,
  // and runs before it in the child.
  static void look_after_children() {
    static const int once = ::pthread_atfork(nullptr, nullptr, [] {
      in_child_ = true;
      if (at_fork_in_child_) (*at_fork_in_child_)();
    });
    static_cast<void>(once);
  }

  // Called first in every step of a coroutine.
  static void expect_parent() {
    if (in_child_) ::_exit(stranger);
  }

  // The process in which the program starts is the parent, even if it is a child of another one.
  explicit random_forks(random_context& c) : c_(c) { in_child_ = false; }

  // The trace of the parent; a child records next to it.
  std::string trace_path;

  // Forks. The child uses the parent's objects as a plain thread would, in an atfork handler and in its own body, and
  // wakes no coroutine.
  void op(event& e, mutex& m, queue<int>& q, const task<>& other) {
    const unsigned before = c_.d.below(5);
    const unsigned then = c_.d.below(6);
    const auto limit = c_.d.some_time();
    const auto quietly = [](auto&& f) {
      try {
        f();
      } catch (...) {
      }
    };
    const auto in_handler = [&] {
      quietly([&] {
        if (before == 1) yield();
        if (before == 2) sleep_for(limit);
        if (before == 3 && m.try_lock_for(limit)) m.unlock();
        if (before == 4) e.set();
      });
    };
    fork_one(in_handler, [&] {
      quietly([&] {
        if (then == 1) e.set();
        if (then == 1) static_cast<void>(q.try_put(1));
        if (then == 2) other.cancel();
        if (then == 2) static_cast<void>(other.kill_for(limit));
        if (then == 3) static_cast<void>(other.join_for(limit));
        if (then == 4) sleep_for(limit);
        if (then == 5) yield();
      });
    });
  }

 private:
  struct wrong {};

  // In the child `handler` runs before the runtime knows of the fork, `body` afterwards.
  void fork_one(const std::function<void()>& handler, const std::function<void()>& body) {
    if (!c_.ingredients.forks || !possible() || children_ >= 2) return;
    ++children_;
    at_fork_in_child_ = handler ? &handler : nullptr;
    const pid_t child = ::fork();
    if (child == 0) {
      ::alarm(20);
      int status = wrong_result;
      try {
        body();
        if (c_.d.chance(70)) run_of_its_own();
        status = good;
      } catch (const wrong&) {
      }
      ::_exit(status);
    }
    at_fork_in_child_ = nullptr;
    if (child < 0) return;
    int status = -1;
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (!trace_path.empty()) ::unlink((trace_path + "." + std::to_string(child)).c_str());
    c_.expect(!WIFSIGNALED(status), "a forked child hung or crashed");
    if (!WIFEXITED(status)) return;
    c_.expect(WEXITSTATUS(status) != stranger, "a coroutine of the parent ran in a forked child");
    c_.expect(WEXITSTATUS(status) == good || WEXITSTATUS(status) == stranger, "a forked child's own work went wrong");
  }

  static void run_of_its_own() {
    int sum = 0;
    try {
      sum = weft::run([] {
        const task<int> slow = spawn("child's", [] {
          sleep_for(std::chrono::microseconds(20));
          return 40;
        });
        const task<int> quick = spawn([] {
          yield();
          return 2;
        });
        return slow.get() + quick.get();
      });
    } catch (...) {
    }
    if (sum != 42) throw wrong();
  }

  static inline bool in_child_ = false;
  static inline const std::function<void()>* at_fork_in_child_ = nullptr;

  random_context& c_;
  unsigned children_ = 0;
};

}  // namespace weft::tests
