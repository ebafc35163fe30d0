// Could anything outside of this scheduler still wake somebody? Threads that weft did not start could, and work that is
// under way for somebody.
#pragma once

#include <cstddef>

namespace weft::core {

// How many OS threads of this process weft did not start itself and the caller is not; they could wake anybody.
std::size_t outside_threads() noexcept;
// A thread that weft starts is not "outside": for the life of one of these on it.
class own_thread_mark {
 public:
  own_thread_mark() noexcept;
  ~own_thread_mark();
};
// Something outside is under way that will wake somebody: an offloaded job, a child process that is joined, a
// signal_set.
class outside_work {
 public:
  outside_work() noexcept;
  ~outside_work();
  outside_work(const outside_work&) = delete;
  outside_work& operator=(const outside_work&) = delete;
};
bool outside_work_under_way() noexcept;
// In a forked child: none of the parent's threads, nor their work, is here.
void forget_outside_in_child() noexcept;

}  // namespace weft::core
