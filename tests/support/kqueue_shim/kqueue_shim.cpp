// kqueue() and kevent() over epoll, for tests. A queue is an epoll instance (so close() works on it) that contains two
// more, one for each direction: epoll allows an fd only once, kqueue has a filter for each direction.
//
// As in a kernel: EV_CLEAR is an edge, a second add reports the level again, closing an fd removes its filters, the
// write filter of a pipe without readers fails with EPIPE. Not supported: EV_ONESHOT, EV_DISPATCH, EV_RECEIPT, other
// filters; data is 0.
#include <fcntl.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/event.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace {

constexpr unsigned user_mark = 0;
constexpr unsigned read_mark = 1;
constexpr unsigned write_mark = 2;

struct queue_state {
  int readers = -1;
  int writers = -1;
  int user = -1;  // an eventfd; -1 until EVFILT_USER is added
  void* user_udata = nullptr;
  std::map<std::pair<int, short>, std::pair<void*, bool>> filters;  // udata, EV_CLEAR
  ~queue_state() {
    ::close(readers);
    ::close(writers);
    if (user >= 0) ::close(user);
  }
};

std::mutex lock;
// A queue's entry outlives its close() until the number is reused: the shim does not notice the close.
std::map<int, std::unique_ptr<queue_state>> queues;

int fail(int error) {
  errno = error;
  return -1;
}

void add_level(int epoll, int fd, unsigned mark) {
  ::epoll_event event{};
  event.events = EPOLLIN;
  event.data.u32 = mark;
  if (::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0) std::abort();
}

bool is_pipe_without_readers(int fd) {
  ::pollfd asked{fd, POLLOUT, 0};
  const int mode = ::fcntl(fd, F_GETFL) & O_ACCMODE;
  return mode == O_WRONLY && ::poll(&asked, 1, 0) == 1 && (asked.revents & POLLERR) != 0;
}

int change_user(int queue, queue_state& state, const struct kevent& change) {
  if (change.flags & EV_ADD) {
    state.user_udata = change.udata;
    if (state.user < 0) {
      state.user = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
      add_level(queue, state.user, user_mark);
    }
  }
  if (state.user < 0) return ENOENT;
  if (change.fflags & NOTE_TRIGGER) {
    const std::uint64_t one = 1;
    if (::write(state.user, &one, sizeof one) < 0) return errno;
  }
  return 0;
}

int change_filter(queue_state& state, const struct kevent& change) {
  const int fd = static_cast<int>(change.ident);
  const bool reading = change.filter == EVFILT_READ;
  const int epoll = reading ? state.readers : state.writers;
  ::epoll_event event{};
  event.data.fd = fd;
  if (change.flags & EV_DELETE) {
    state.filters.erase({fd, change.filter});
    return ::epoll_ctl(epoll, EPOLL_CTL_DEL, fd, &event) == 0 ? 0 : errno;
  }
  if (::fcntl(fd, F_GETFD) < 0) return EBADF;
  const int mode = ::fcntl(fd, F_GETFL) & O_ACCMODE;
  if ((reading && mode == O_WRONLY) || (!reading && mode == O_RDONLY)) return EINVAL;
  if (!reading && is_pipe_without_readers(fd)) return EPIPE;
  event.events = reading ? EPOLLIN | EPOLLRDHUP : EPOLLOUT;
  if (change.flags & EV_CLEAR) event.events |= EPOLLET;
  if (::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event) != 0 &&
      (errno != EEXIST || ::epoll_ctl(epoll, EPOLL_CTL_MOD, fd, &event) != 0)) {
    return errno == EPERM ? EINVAL : errno;
  }
  state.filters[{fd, change.filter}] = {change.udata, (change.flags & EV_CLEAR) != 0};
  return 0;
}

int apply(int queue, queue_state& state, const struct kevent& change) {
  switch (change.filter) {
    case EVFILT_USER:
      return change_user(queue, state, change);
    case EVFILT_READ:
    case EVFILT_WRITE:
      return change_filter(state, change);
    default:
      return EINVAL;
  }
}

int take_user(queue_state& state, struct kevent& out) {
  std::uint64_t count = 0;
  if (::read(state.user, &count, sizeof count) < 0) return 0;
  out = {0, EVFILT_USER, EV_CLEAR, NOTE_TRIGGER, 0, state.user_udata};
  return 1;
}

int take_filters(queue_state& state, bool reading, struct kevent* out, int room) {
  std::array<::epoll_event, 64> found;
  const short filter = reading ? EVFILT_READ : EVFILT_WRITE;
  const int wanted = room < static_cast<int>(found.size()) ? room : static_cast<int>(found.size());
  const int count = ::epoll_wait(reading ? state.readers : state.writers, found.data(), wanted, 0);
  int filled = 0;
  for (int i = 0; i < count; ++i) {
    const auto& event = found[static_cast<std::size_t>(i)];
    const int fd = event.data.fd;
    const std::uint32_t ended = reading ? EPOLLRDHUP | EPOLLHUP : EPOLLHUP | EPOLLERR;
    unsigned flags = state.filters[{fd, filter}].second ? EV_CLEAR : 0;
    if (event.events & ended) flags |= EV_EOF;
    const unsigned error = (event.events & EPOLLERR) ? ECONNRESET : 0;
    out[filled++] = {static_cast<std::uintptr_t>(fd),  filter, static_cast<unsigned short>(flags), error, 0,
                     state.filters[{fd, filter}].first};
  }
  return filled;
}

}  // namespace

int kqueue() {
  const int outer = ::epoll_create1(0);
  if (outer < 0) return -1;
  auto state = std::make_unique<queue_state>();
  state->readers = ::epoll_create1(EPOLL_CLOEXEC);
  state->writers = ::epoll_create1(EPOLL_CLOEXEC);
  if (state->readers < 0 || state->writers < 0) {
    ::close(outer);
    return fail(EMFILE);
  }
  add_level(outer, state->readers, read_mark);
  add_level(outer, state->writers, write_mark);
  const std::lock_guard guard(lock);
  queues[outer] = std::move(state);
  return outer;
}

int kevent(int queue, const struct kevent* changes, int change_count, struct kevent* events, int event_count,
           const struct timespec* timeout) {
  queue_state* state = nullptr;
  {
    const std::lock_guard guard(lock);
    const auto found = queues.find(queue);
    if (found == queues.end()) return fail(EBADF);
    state = found->second.get();
    for (int i = 0; i < change_count; ++i) {
      if (const int error = apply(queue, *state, changes[i]); error != 0) return fail(error);
    }
  }
  if (event_count == 0) return 0;

  std::array<::epoll_event, 3> sources;
  const int count = ::epoll_pwait2(queue, sources.data(), static_cast<int>(sources.size()), timeout, nullptr);
  if (count < 0) return -1;
  const std::lock_guard guard(lock);
  int filled = 0;
  for (int i = 0; i < count && filled < event_count; ++i) {
    const unsigned mark = sources[static_cast<std::size_t>(i)].data.u32;
    filled += mark == user_mark ? take_user(*state, events[filled])
                                : take_filters(*state, mark == read_mark, events + filled, event_count - filled);
  }
  return filled;
}
