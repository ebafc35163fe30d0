#include "net/signal_dispatch.hpp"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <future>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "core/fork.hpp"
#include "core/outside.hpp"
#include "net/signal_state.hpp"

namespace weft::detail {

namespace {

// The handler's end of the pipe: the only data that a handler uses.
std::atomic<int> write_end{-1};
static_assert(std::atomic<int>::is_always_lock_free);

extern "C" void weft_signal_handler(int signal) {
  const int saved = errno;
  const auto byte = static_cast<unsigned char>(signal);
  // The write fails if the pipe is full of some thousands of unread signals.
  [[maybe_unused]] const auto written = ::write(write_end.load(std::memory_order_relaxed), &byte, 1);
  errno = saved;
}

[[noreturn]] void refuse(int error, const std::string& what) {
  throw std::system_error(error, std::generic_category(), what);
}

struct installed {
  unsigned sets = 0;
  struct sigaction before = {};
};

struct dispatcher {
  std::mutex lock;
  std::vector<signal_state*> sets;
  std::array<installed, NSIG> handlers;
  int read_end = -1;
  bool runs = false;
  core::own_thread_mark* mark = nullptr;  // of the thread, which never ends; forgotten by the core in a forked child
};

dispatcher& the_dispatcher() {
  // Leaked: the thread may use it while static objects are destroyed.
  static dispatcher* const one = new dispatcher;
  return *one;
}

void read_signals(int fd) {
  for (;;) {
    std::array<unsigned char, 64> bytes;
    const ssize_t count = ::read(fd, bytes.data(), bytes.size());
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return;
    dispatcher& d = the_dispatcher();
    const std::lock_guard guard(d.lock);
    for (ssize_t i = 0; i < count; ++i) {
      const int signal = bytes[static_cast<std::size_t>(i)];
      for (signal_state* s : d.sets) {
        if (s->has(signal)) s->receive(signal);
      }
    }
  }
}

// A forked child has no such thread, and does not need the signals that the parent waits for.
void after_fork_in_child() {
  dispatcher& d = the_dispatcher();
  for (int n = 1; n < NSIG; ++n) {
    installed& i = d.handlers[static_cast<std::size_t>(n)];
    if (i.sets > 0) ::sigaction(n, &i.before, nullptr);
    i.sets = 0;
  }
  d.sets.clear();
  if (d.runs) {
    ::close(d.read_end);
    ::close(write_end.exchange(-1));
    d.runs = false;
  }
  d.lock.unlock();
}

// Call with the lock.
void start_thread(dispatcher& d) {
  if (d.runs) return;
  int ends[2];
  if (::pipe(ends) != 0) refuse(errno, "pipe");
  for (const int fd : ends) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  ::fcntl(ends[1], F_SETFL, O_NONBLOCK);
  // Register the core's fork handlers first: its locks are then locked after ours before a fork, in the order of a
  // wake.
  core::look_after_forks();
  static const bool watches_forks = [] {
    return ::pthread_atfork([] { the_dispatcher().lock.lock(); }, [] { the_dispatcher().lock.unlock(); },
                            after_fork_in_child) == 0;
  }();
  static_cast<void>(watches_forks);

  // This thread runs no signal handlers.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  try {
    // The thread owns the promise, so the promise outlives set_value().
    std::promise<void> promise;
    const std::future<void> started = promise.get_future();
    std::thread([&d, promise = std::move(promise), fd = ends[0]]() mutable {
      d.mark = new core::own_thread_mark;
      promise.set_value();
      read_signals(fd);
    }).detach();
    started.wait();
  } catch (...) {
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    ::close(ends[0]);
    ::close(ends[1]);
    throw;
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  d.read_end = ends[0];
  write_end.store(ends[1], std::memory_order_relaxed);
  d.runs = true;
}

// Call with the lock.
void release_handler(dispatcher& d, int signal) noexcept {
  installed& i = d.handlers[static_cast<std::size_t>(signal)];
  if (--i.sets == 0) ::sigaction(signal, &i.before, nullptr);
}

}  // namespace

void register_signals(signal_state& s) {
  dispatcher& d = the_dispatcher();
  const std::lock_guard guard(d.lock);
  start_thread(d);
  d.sets.reserve(d.sets.size() + 1);
  std::size_t done = 0;
  for (const int signal : s.signals()) {
    int error = signal > 0 && signal < NSIG ? 0 : EINVAL;
    if (error == 0) {
      installed& i = d.handlers[static_cast<std::size_t>(signal)];
      struct sigaction ours = {};
      ours.sa_handler = &weft_signal_handler;
      ours.sa_flags = SA_RESTART | SA_ONSTACK;
      sigfillset(&ours.sa_mask);
      if (i.sets == 0 && ::sigaction(signal, &ours, &i.before) != 0) {
        error = errno;
      } else {
        ++i.sets;
        ++done;
      }
    }
    if (error != 0) {
      for (std::size_t n = 0; n < done; ++n) release_handler(d, s.signals()[n]);
      refuse(error, "wait for signal " + std::to_string(signal));
    }
  }
  d.sets.push_back(&s);
}

void unregister_signals(signal_state& s) noexcept {
  dispatcher& d = the_dispatcher();
  const std::lock_guard guard(d.lock);
  const auto found = std::find(d.sets.begin(), d.sets.end(), &s);
  if (found == d.sets.end()) return;  // in a forked child
  d.sets.erase(found);
  for (const int signal : s.signals()) release_handler(d, signal);
}

}  // namespace weft::detail
