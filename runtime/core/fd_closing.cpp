#include "core/fd_closing.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <mutex>
#include <system_error>

#include "core/inbox.hpp"
#include "core/observer.hpp"
#include "core/own_descriptor.hpp"
#include "core/scheduler.hpp"

namespace weft::core {

namespace {

struct thread_waits {
  std::mutex lock;
  thread_fd_wait* first = nullptr;
};

thread_waits& all_waits() {
  static thread_waits* const waits = new thread_waits;  // leaked: threads may outlive static objects
  return *waits;
}

// A pipe for each plain thread that ever waits for an fd; pipes and not eventfds, because every system has them.
struct alarm_pipe {
  std::array<own_descriptor, 2> ends;

  // Makes another one if the program has closed this one, as a daemon closes all fds.
  void open() {
    if (ends[0].ours() >= 0 && ends[1].ours() >= 0) return;
    std::array<int, 2> fds{-1, -1};
    if (::pipe(fds.data()) != 0) throw std::system_error(errno, std::generic_category(), "pipe");
    for (std::size_t i = 0; i < fds.size(); ++i) {
      ::fcntl(fds[i], F_SETFD, FD_CLOEXEC);
      ::fcntl(fds[i], F_SETFL, O_NONBLOCK);
      ends[i].set(fds[i]);
    }
  }
};

thread_local alarm_pipe alarm_of_thread;

// The parent's would ring in the child, too.
void forget_alarm_in_child() noexcept {
  for (own_descriptor& end : alarm_of_thread.ends) end.close();
}

}  // namespace

void hold_waits_of_threads() noexcept { all_waits().lock.lock(); }
void let_go_waits_of_threads() noexcept { all_waits().lock.unlock(); }
void abandon_waits_of_threads() noexcept {
  all_waits().first = nullptr;
  forget_alarm_in_child();
  all_waits().lock.unlock();
}

thread_fd_wait::thread_fd_wait(int fd) : fd_(fd) {
  alarm_of_thread.open();
  alarm_ = &alarm_of_thread.ends[0];
  ring_ = &alarm_of_thread.ends[1];
  thread_waits& all = all_waits();
  const std::lock_guard guard(all.lock);
  next_ = all.first;
  if (next_ != nullptr) next_->previous_ = this;
  all.first = this;
}

thread_fd_wait::~thread_fd_wait() {
  {
    thread_waits& all = all_waits();
    const std::lock_guard guard(all.lock);
    (previous_ != nullptr ? previous_->next_ : all.first) = next_;
    if (next_ != nullptr) next_->previous_ = previous_;
  }
  // The alarm is the thread's, not the wait's: it must be silent for the next one.
  std::array<char, 16> drained;
  while (closed_ && ::read(alarm_->ours(), drained.data(), drained.size()) > 0) {
  }
}

bool thread_fd_wait::closed() const noexcept {
  const std::lock_guard guard(all_waits().lock);
  return closed_;
}

void tell_others_of_closing(int fd, scheduler* own) noexcept {
  closed_fd told{fd, {}};
  if (own != nullptr) told.closer = own->diary().last_event();
  inbox::post_to_others(own != nullptr ? &own->messages() : nullptr, told);

  thread_waits& all = all_waits();
  const std::lock_guard guard(all.lock);
  for (thread_fd_wait* w = all.first; w != nullptr; w = w->next_) {
    if (w->fd_ != fd || w->closed_) continue;
    w->closed_ = true;
    const char ring = 1;
    while (::write(w->ring_->ours(), &ring, 1) < 0 && errno == EINTR) {
    }
  }
}

}  // namespace weft::core
