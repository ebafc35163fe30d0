#include "attach/control_server.hpp"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <exception>
#include <new>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>

#include "attach/control_door.hpp"
#include "core/fork.hpp"
#include "core/outside.hpp"
#include "record/attached_recording.hpp"
#include "trace/words/say.hpp"
#include "weft/trace.hpp"

namespace weft::attach {

using diary::control_command;
using diary::control_reply;
using diary::control_request;
using diary::control_status;

namespace {
// Leaked: schedulers and the server's thread may outlive static objects.
std::atomic<control_server*> the_server{nullptr};

bool make_pipe(std::array<int, 2>& ends) noexcept {
#if defined(__linux__) || defined(__FreeBSD__)
  return pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) == 0;
#else
  if (pipe(ends.data()) != 0) return false;
  for (const int end : ends) {
    fcntl(end, F_SETFD, FD_CLOEXEC);
    fcntl(end, F_SETFL, O_NONBLOCK);
  }
  return true;
#endif
}
}  // namespace

control_server& control_server::of_process() {
  control_server* s = the_server.load(std::memory_order_acquire);
  if (s == nullptr) [[unlikely]] {
    auto* mine = new control_server;
    if (the_server.compare_exchange_strong(s, mine, std::memory_order_acq_rel)) return *mine;
    delete mine;
  }
  return *s;
}

// Registers the handlers for the end of the process and for forks. Registered after those of the recording, so exit
// closes the door before it ends the recording.
void control_server::prepare_process_once() {
  static const int once = [] {
    std::atexit([] { of_process().close_door(); });
    core::tell_in_child(abandon_in_child);
    return 0;
  }();
  static_cast<void>(once);
}

void control_server::abandon_in_child() noexcept {
  // Another thread of the parent may have held the parent's lock, so the child reads only the fd numbers.
  control_server* parents = the_server.exchange(nullptr);
  if (parents == nullptr) return;
  static std::atomic<const control_server*> left_behind;
  left_behind.store(parents);  // never destroyed; the pointer keeps leak checkers quiet
  parents->door_.close();
  for (core::own_descriptor& end : parents->wake_pipe_) end.close();
  for (client& c : parents->clients_) c.fd.close();
}

int control_server::open() {
  const std::lock_guard guard(lock_);
  if (!tried_) {
    tried_ = true;
    prepare_process_once();
    door_.set(open_door(path_));
  }
  return door();
}

// Call with the lock. Gives up a door that the program has closed: its fd number may now be a listener of the program.
int control_server::door() noexcept {
  const int fd = door_.ours();
  if (fd < 0 && door_.is_set()) {
    door_.close();
    unlink(path_.c_str());
    diary::say("the program has closed the socket that viewers come to: nobody can attach any more");
  }
  return fd;
}

void control_server::close_door() noexcept {
  const std::lock_guard guard(lock_);
  if (!door_.is_set()) return;
  // The fd stays open: schedulers may still poll it.
  unlink(path_.c_str());
}

bool control_server::let_in_all() noexcept {
  const std::lock_guard guard(lock_);
  for (;;) {
    const int from = door();
    if (from < 0) return true;
    const int fd = let_in(from);
    if (fd < 0) break;
    if (!take(fd)) ::close(fd);
  }
  return errno == EAGAIN || errno == EWOULDBLOCK;
}

bool control_server::take(int fd) noexcept {
  const auto place = std::find_if(clients_.begin(), clients_.end(), [](const client& c) { return !c.fd.is_set(); });
  if (place == clients_.end()) return false;
  place->fd.set(fd);
  if (serving_) {
    wake();
    return true;
  }
  serving_ = start_thread();
  if (!serving_) place->fd.forget();
  return serving_;
}

// Call with the lock. Replaces the pipe if the program has closed one of its ends.
bool control_server::have_wake_pipe() noexcept {
  if (wake_pipe_[0].ours() >= 0 && wake_pipe_[1].ours() >= 0) return true;
  std::array<int, 2> ends;
  if (!make_pipe(ends)) return false;
  wake_pipe_[0].set(ends[0]);
  wake_pipe_[1].set(ends[1]);
  return true;
}

// The thread blocks all signals, which are the program's, except SIGBUS: a trace file can be cut while the thread
// copies it.
bool control_server::start_thread() noexcept {
  if (!have_wake_pipe()) return false;
  sigset_t all, before;
  sigfillset(&all);
  sigdelset(&all, SIGBUS);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  bool started = true;
  try {
    std::thread([this] {
      const core::own_thread_mark mine;
#if defined(__linux__)
      pthread_setname_np(pthread_self(), "weft-control");
#endif
      serve();
    }).detach();
  } catch (const std::exception&) {
    started = false;
  }
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return started;
}

void control_server::wake() noexcept {
  const char byte = 0;
  const int end = wake_pipe_[1].ours();
  while (end >= 0 && write(end, &byte, 1) < 0 && errno == EINTR) {
  }
}

// The thread accepts clients too: no scheduler does while the program is paused.
void control_server::serve() noexcept {
  constexpr std::size_t others = 2;  // the wake pipe and the door
  bool door_is_stuck = false;
  for (;;) {
    std::array<pollfd, most_clients + others> waited{};
    // If the program has closed fds of weft, the wake pipe ends the poll: no process has its other end open then.
    bool can_be_woken = true;
    {
      const std::lock_guard guard(lock_);
      can_be_woken = have_wake_pipe();
    }
    // Drop each client whose connection the program has closed. Without a wake pipe drop all clients: the thread could
    // not be told of new ones.
    for (client& c : clients_) {
      if (c.fd.is_lost() || (c.fd.is_set() && !can_be_woken)) drop(c);
    }
    {
      const std::lock_guard guard(lock_);
      waited[0] = {wake_pipe_[0].ours(), POLLIN, 0};
      waited[1] = {door_is_stuck ? -1 : door(), POLLIN, 0};
      bool somebody = false;
      for (std::size_t i = 0; i < most_clients; ++i) {
        waited[i + others] = {clients_[i].fd.ours(), POLLIN, 0};
        somebody |= clients_[i].fd.is_set();
      }
      if (!somebody) {
        serving_ = false;
        return;
      }
    }
    const int ready = poll(waited.data(), waited.size(), door_is_stuck ? 100 : -1);
    door_is_stuck = false;
    if (ready < 0) continue;
    if (waited[0].revents != 0) {
      std::array<char, 16> bytes;
      for (int end; (end = wake_pipe_[0].ours()) >= 0 && read(end, bytes.data(), bytes.size()) > 0;) {
      }
    }
    if (waited[1].revents != 0) door_is_stuck = !let_in_all();
    for (std::size_t i = 0; i < most_clients; ++i) {
      if (waited[i + others].fd >= 0 && waited[i + others].revents != 0) read_from(clients_[i]);
    }
  }
}

void control_server::read_from(client& c) noexcept {
  const int fd = c.fd.ours();
  if (fd < 0) return drop(c);
  const ssize_t count = recv(fd, c.message.data() + c.received, c.message.size() - c.received, 0);
  if (count < 0 && (errno == EINTR || errno == EAGAIN || errno == EWOULDBLOCK)) return;
  if (count <= 0) return drop(c);
  c.received += static_cast<std::size_t>(count);
  if (c.received < c.message.size()) return;
  c.received = 0;

  control_reply out;
  try {
    control_request r;
    if (const char* wrong = diary::parse_request(c.message, r)) {
      out.status = control_status::bad_message;
      out.text = wrong;
    } else {
      out = answer(c, r);
    }
    out.pid = static_cast<std::uint32_t>(getpid());
    // A client that does not read its replies is dropped: the server does not wait for it.
    const diary::control_bytes bytes = diary::to_bytes(out);
    if (!send_whole(c.fd.ours(), bytes.data(), bytes.size()) || out.status == control_status::bad_message) drop(c);
  } catch (const std::exception&) {
    drop(c);  // no memory for a reply
  }
}

control_reply control_server::answer(client& c, const control_request& r) {
  control_reply out;
  try {
    switch (r.command) {
      case control_command::status:
        break;
      case control_command::start:
        start(c, r);
        break;
      case control_command::stop:
        stop(out);
        break;
      case control_command::snapshot:
        if (!r.text.starts_with('/')) throw std::runtime_error("the path of a snapshot must be absolute");
        trace::snapshot(r.text);
        break;
      case control_command::mark:
        if (!hold_.mark(r.text)) throw std::runtime_error("no scheduler runs");
        break;
      case control_command::pause:
        c.holds = true;
        hold_.pause();
        break;
      case control_command::step:
        c.holds = true;
        hold_.step();
        break;
      case control_command::step_to:
        c.holds = true;
        hold_.step_to(r.number);
        break;
      case control_command::resume:
        hold_.resume();
        break;
      default:
        out.status = control_status::unknown;
    }
  } catch (const std::exception& e) {
    out.status = control_status::refused;
    out.text = e.what();
  }
  out.sequence = r.sequence;
  hold_.describe(out);
  const record::recording_now now = record::what_is_recorded();
  if (now.on) out.flags |= diary::control_flag_recording;
  if (now.attached) out.flags |= diary::control_flag_attached;
  if (out.status == control_status::done) out.text = now.path;
  return out;
}

void control_server::start(client& c, const control_request& r) {
  trace::options wanted;
  wanted.path = r.text;
  wanted.ring_bytes = r.number;
  wanted.order_only = (r.flags & diary::control_flag_order_only) != 0;
  record::start_attached(wanted);
  c.records = true;
  hold_.tell_standing();
}

void control_server::stop(control_reply& out) {
  if (!record::what_is_recorded().attached) {
    out.status = control_status::refused;
    out.text = "nothing is recorded that was started from outside";
    return;
  }
  for (client& other : clients_) other.records = false;
  record::stop_attached();
  hold_.tell_standing();
}

// Resumes the program and ends its recording, unless another connected client has asked for the pause or the recording.
void control_server::drop(client& c) noexcept {
  const bool held = std::exchange(c.holds, false), recorded = std::exchange(c.records, false);
  c.received = 0;
  {
    const std::lock_guard guard(lock_);
    c.fd.close();
  }
  const auto nobody = [this](bool client::*what) {
    return std::none_of(clients_.begin(), clients_.end(), [what](const client& other) { return other.*what; });
  };
  try {
    if (held && nobody(&client::holds)) hold_.resume();
    if (recorded && nobody(&client::records)) {
      record::stop_attached();
      hold_.tell_standing();
    }
  } catch (const std::exception&) {
    // Without memory the schedulers are not told; each finds out by itself.
  }
}

}  // namespace weft::attach
