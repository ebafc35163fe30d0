// All schedulers of the process: for debuggers (runtime/gdb), which cannot read thread_locals of a core file, and so
// that no scheduler begins or ends while a thread forks (fork.hpp).
#pragma once

namespace weft::core {

class scheduler;

// A scheduler's place in the list; a member of the scheduler.
struct scheduler_links {
  scheduler* next = nullptr;
  scheduler* previous = nullptr;
};

class scheduler_list {
 public:
  static void add(scheduler& s) noexcept;
  static void remove(scheduler& s) noexcept;

  // Around a fork: the list stays as it is.
  static void hold() noexcept;
  static void let_go() noexcept;
  // In the child, which holds the list: there are no schedulers any more, without a touch on those that were.
  static void abandon() noexcept;

 private:
  static constinit scheduler* first_;
};

}  // namespace weft::core
