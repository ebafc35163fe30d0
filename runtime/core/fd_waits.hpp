// The waits of one scheduler's coroutines for file descriptors: who stands where, who is woken by what the poller
// reports, and by a closing on this or another thread. Used on the scheduler's thread only.
#pragma once

#include <cstdint>
#include <vector>

#include "core/coroutine.hpp"
#include "core/fd_table.hpp"
#include "core/inbox.hpp"
#include "core/pen.hpp"
#include "core/ready_queue.hpp"
#include "core/transitions.hpp"
#include "weft/detail/core/fd_wait.hpp"

namespace weft::core {

class fd_waits {
 public:
  using entry = fd_table::entry;

  // Those who are woken go to the back of `ready`. `closings` tells which fds other threads close.
  fd_waits(poller& p, inbox& closings, ready_queue& ready, pen& diary) noexcept
      : table_(p), inbox_(closings), ready_(ready), pen_(diary) {}

  // Somebody waits. While nobody does, the poller need not be asked.
  bool any() const noexcept { return waiting_ > 0; }

  // -- of the coroutine that runs
  // The fd is watched from now on. `level`: the kernel shall report again what is ready now. Throws std::system_error.
  entry& watch(int fd, bool level) {
    if (inbox_.has_closed_fds()) [[unlikely]]
      take_closed();
    return table_.watch(fd, level);
  }
  // `me` stands in line, with w, for fd, whose entry is e.
  void stand_in_line(coroutine& me, entry& e, int fd, detail::direction d, detail::waiter& w) noexcept {
    w.tag = e.generation;
    (d == detail::direction::readable ? e.readers : e.writers).push_back(w);
    ++waiting_;
    me.waiting = &w;
    me.fd = fd;
  }
  // The wait of `me` is over, or cut off. False: it has been woken already.
  bool leave_line(detail::waiter& w) noexcept {
    if (w.list == nullptr) return false;
    w.list->remove(w);
    --waiting_;
    return true;
  }
  // A wait is one for a registration, not for a number: closed while it stood, or after it was woken and before it ran,
  // the number is nobody's or somebody else's by now.
  bool waits_for_former_fd(const coroutine& me) noexcept { return table_.find(me.fd)->generation != me.waiting->tag; }

  // -- what comes from outside
  // The poller reports an fd.
  void dispatch(int fd, std::uint32_t generation, std::uint32_t ready) noexcept;
  // Another thread has closed an fd, and the inbox has not been asked which.
  bool told_of_closing() const noexcept { return inbox_.has_closed_fds(); }
  void take_closed();
  // Closed on this thread.
  void close(int fd) noexcept { wake_waiters_of_closed(fd, nullptr); }

  // -- with a script, which says when a report has its time
  // The entry of an fd that was watched; null if it never was.
  entry* find(int fd) noexcept { return table_.find(fd); }
  // The kernel shall report again what is ready now.
  void ask_again(int fd, const entry& e) noexcept { table_.rearm(fd, e); }
  // A report came before its time.
  void hold(int fd, std::uint32_t generation, std::uint32_t ready) noexcept;
  // The script is over: all that was held back is reported now.
  void report_held() noexcept;

 private:
  void make_ready(coroutine& c) noexcept {
    transitions::wake(c);
    ready_.push_back(&c);
  }
  void wake_all(detail::wait_list& list, int fd, std::uint32_t ready) noexcept;
  void wake_waiters_of_closed(int fd, const closed_fd* told) noexcept;  // null: closed on this thread

  fd_table table_;
  std::size_t waiting_ = 0;
  inbox& inbox_;
  ready_queue& ready_;
  pen& pen_;
  std::vector<closed_fd> closed_;  // scratch of take_closed
};

}  // namespace weft::core
