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
#include <memory>
#include <mutex>
#include <string>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

#include "core/fork.hpp"
#include "core/outside.hpp"
#include "core/own_descriptor.hpp"
#include "net/signal_state.hpp"
#include "trace/words/say.hpp"

namespace weft::detail {

namespace {

// From the handlers to the thread. If the program closes its fds, as a daemon does, the next wait makes another one.
struct signal_pipe {
  core::own_descriptor read_end, write_end;
  bool is_ours() const noexcept { return read_end.ours() >= 0 && write_end.ours() >= 0; }
};

// The only data that a handler uses; null: there is no thread.
std::atomic<signal_pipe*> pipe_of_handlers{nullptr};
static_assert(std::atomic<signal_pipe*>::is_always_lock_free);

extern "C" void weft_signal_handler(int signal) {
  const int saved = errno;
  const auto byte = static_cast<unsigned char>(signal);
  // The write fails if the pipe is full of some thousands of unread signals.
  if (const signal_pipe* const p = pipe_of_handlers.load(std::memory_order_acquire)) {
    [[maybe_unused]] const auto written = ::write(p->write_end.ours(), &byte, 1);
  }
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
  signal_pipe* pipe = nullptr;                      // null: no thread reads
  std::vector<std::unique_ptr<signal_pipe>> pipes;  // all there ever were: a handler may be using one
};

dispatcher& the_dispatcher() {
  // Leaked: the thread may use it while static objects are destroyed.
  static dispatcher* const one = new dispatcher;
  return *one;
}

// Until the program closes the pipe, which ends the data.
void read_signals(const signal_pipe& pipe) {
  for (;;) {
    std::array<unsigned char, 64> bytes;
    const ssize_t count = ::read(pipe.read_end.ours(), bytes.data(), bytes.size());
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
  if (signal_pipe* const parents = std::exchange(d.pipe, nullptr)) {
    pipe_of_handlers.store(nullptr, std::memory_order_relaxed);
    parents->read_end.close();
    parents->write_end.close();
  }
  d.lock.unlock();
}

// Call with the lock. Does nothing if the thread runs and the program has left its pipe alone.
void start_thread(dispatcher& d) {
  if (d.pipe != nullptr) {
    if (d.pipe->is_ours()) return;
    diary::say("the program has closed the pipe of its signals: signals until now may be lost");
    pipe_of_handlers.store(nullptr, std::memory_order_relaxed);
    d.pipe->write_end.close();  // ends the old thread
    d.pipe = nullptr;
  }
  int ends[2];
  if (::pipe(ends) != 0) refuse(errno, "pipe");
  for (const int fd : ends) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  ::fcntl(ends[1], F_SETFL, O_NONBLOCK);
  signal_pipe* const pipe = d.pipes.emplace_back(std::make_unique<signal_pipe>()).get();
  pipe->read_end.set(ends[0]);
  pipe->write_end.set(ends[1]);
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
    std::thread([promise = std::move(promise), pipe]() mutable {
      const core::own_thread_mark mark;
      promise.set_value();
      read_signals(*pipe);
      pipe->read_end.close();
    }).detach();
    started.wait();
  } catch (...) {
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
    d.pipes.pop_back();  // closes it
    throw;
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  d.pipe = pipe;
  pipe_of_handlers.store(pipe, std::memory_order_release);
}

// Call with the lock.
void release_handler(dispatcher& d, int signal) noexcept {
  installed& i = d.handlers[static_cast<std::size_t>(signal)];
  if (--i.sets == 0) ::sigaction(signal, &i.before, nullptr);
}

}  // namespace

void look_after_signals() {
  dispatcher& d = the_dispatcher();
  const std::lock_guard guard(d.lock);
  if (!d.sets.empty()) start_thread(d);  // in a forked child the parent's sets are none
}

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
