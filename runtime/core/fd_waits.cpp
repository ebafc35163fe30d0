#include "core/fd_waits.hpp"

#include <utility>

namespace weft::core {

using diary::wake_cause;

void fd_waits::dispatch(int fd, std::uint32_t generation, std::uint32_t ready) noexcept {
  entry* const e = table_.find(fd);
  if (e == nullptr || e->generation != generation) return;
  const bool failed = (ready & diary::fd_error_bit) != 0;
  const bool wakes_readers = (failed || (ready & diary::fd_readable_bit) != 0) && !e->readers.empty();
  const bool wakes_writers = (failed || (ready & diary::fd_writable_bit) != 0) && !e->writers.empty();
  // What nobody takes now is remembered until the next wait in that direction, because the kernel says it once.
  std::uint32_t kept = ready;
  if (wakes_readers) kept &= ~static_cast<std::uint32_t>(diary::fd_readable_bit);
  if (wakes_writers) kept &= ~static_cast<std::uint32_t>(diary::fd_writable_bit);
  const bool news = (e->edges | kept) != e->edges;
  e->edges |= kept;
  if (wakes_readers) wake_all(e->readers, fd, ready);
  if (wakes_writers) wake_all(e->writers, fd, ready);
  if (news && !wakes_readers && !wakes_writers) pen_.fd_ready(fd, ready);
}

void fd_waits::wake_all(detail::wait_list& list, int fd, std::uint32_t ready) noexcept {
  while (detail::waiter* w = list.pop_front()) {
    coroutine& c = *w->coroutine;
    --waiting_;
    make_ready(c);
    pen_.fd_woke(c, fd, ready);
  }
}

void fd_waits::take_closed() {
  inbox_.take_closed_fds(closed_);
  for (const closed_fd& told : closed_) wake_waiters_of_closed(told.fd, &told);
}

void fd_waits::wake_waiters_of_closed(int fd, const closed_fd* told) noexcept {
  entry* const e = table_.find(fd);
  if (e == nullptr) return;
  for (detail::wait_list* list : {&e->readers, &e->writers}) {
    while (detail::waiter* w = list->pop_front()) {
      coroutine& c = *w->coroutine;
      --waiting_;
      make_ready(c);
      if (told == nullptr) {
        pen_.interrupted(c, wake_cause::closed);
      } else {
        pen_.closed_remotely(c, told->closer);
      }
    }
  }
  if (told == nullptr) {
    table_.forget(fd);
  } else {
    table_.drop(fd);
  }
}

void fd_waits::hold(int fd, std::uint32_t generation, std::uint32_t ready) noexcept {
  entry* const e = table_.find(fd);
  if (e == nullptr || e->generation != generation) return;
  // What nobody waits for and is known already is no news then, as in dispatch(): it has no step of its own.
  if (e->readers.empty() && e->writers.empty()) ready &= ~e->edges;
  e->held |= ready;
}

void fd_waits::report_held() noexcept {
  for (int fd = 0; fd < table_.end(); ++fd) {
    entry* const e = table_.find(fd);
    if (e == nullptr) continue;
    // Whoever waits because the script said so has not tried: what was reported before may still be so.
    if (e->watched && !(e->readers.empty() && e->writers.empty())) ask_again(fd, *e);
    if (e->held != 0) dispatch(fd, e->generation, std::exchange(e->held, 0));
  }
}

}  // namespace weft::core
