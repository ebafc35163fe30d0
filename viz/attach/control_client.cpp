#include "attach/control_client.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <utility>

namespace weft::viz {

namespace {

using clock = std::chrono::steady_clock;

bool is_this_user(int fd) {
#if defined(SO_PEERCRED)
  ucred peer{};
  socklen_t size = sizeof peer;
  return ::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == ::geteuid();
#else
  uid_t user = 0;
  gid_t group = 0;
  return ::getpeereid(fd, &user, &group) == 0 && user == ::geteuid();
#endif
}

constexpr const char* has_gone = "it has ended, or takes no more requests";

}  // namespace

std::string runtime_folder() {
  const auto absolute = [](const char* variable) {
    const char* const value = std::getenv(variable);
    return std::string(value && *value == '/' ? value : "");
  };
  if (const std::string base = absolute("XDG_RUNTIME_DIR"); !base.empty()) return base + "/weft";
  const std::string temporary = absolute("TMPDIR");
  return (temporary.empty() ? "/tmp" : temporary) + "/weft-" + std::to_string(::geteuid());
}

std::string control_path(const std::string& folder, pid_t pid) {
  return folder + "/" + std::to_string(pid) + ".control";
}

control_client::control_client(const std::string& socket_path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_path.size() >= sizeof address.sun_path) throw control_error("the path of its control socket is too long");
  std::memcpy(address.sun_path, socket_path.c_str(), socket_path.size() + 1);
  fd_ = ::socket(AF_UNIX, SOCK_STREAM, 0);
  if (fd_ < 0) throw control_error(std::string("no socket to be had: ") + std::strerror(errno));
  ::fcntl(fd_, F_SETFD, FD_CLOEXEC);
  ::fcntl(fd_, F_SETFL, O_NONBLOCK);  // before connect: a full queue is then an error instead of a wait
#if defined(SO_NOSIGPIPE)
  const int on = 1;
  ::setsockopt(fd_, SOL_SOCKET, SO_NOSIGPIPE, &on, sizeof on);
#endif
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 || !is_this_user(fd_)) {
    const int error = errno;
    ::close(fd_);
    throw control_error(error == EAGAIN ? "too many wait to be let in"
                                        : std::string("nobody listens at ") + socket_path);
  }
}

control_client::control_client(control_client&& other) noexcept
    : fd_(std::exchange(other.fd_, -1)), sent_(other.sent_), received_(other.received_), message_(other.message_) {}

control_client::~control_client() {
  if (fd_ >= 0) ::close(fd_);
}

std::uint64_t control_client::send(diary::control_request r) {
  r.sequence = ++sent_;
  const diary::control_bytes bytes = diary::to_bytes(r);
#if defined(MSG_NOSIGNAL)
  constexpr int flags = MSG_NOSIGNAL;
#else
  constexpr int flags = 0;
#endif
  for (std::size_t at = 0; at < bytes.size();) {
    const ssize_t count = ::send(fd_, bytes.data() + at, bytes.size() - at, flags);
    if (count >= 0) {
      at += static_cast<std::size_t>(count);
      continue;
    }
    if (errno == EINTR) continue;
    // The program does not read: a hundred requests are pending.
    if (errno == EAGAIN || errno == EWOULDBLOCK) throw control_error("it does not take its requests");
    throw control_error(has_gone);
  }
  return sent_;
}

std::optional<diary::control_reply> control_client::receive(milliseconds patience) {
  const clock::time_point end = clock::now() + patience;
  for (;;) {
    const ssize_t count = ::recv(fd_, message_.data() + received_, message_.size() - received_, 0);
    if (count == 0) throw control_error(has_gone);
    if (count > 0) {
      received_ += static_cast<std::size_t>(count);
      if (received_ < message_.size()) continue;
      received_ = 0;
      diary::control_reply r;
      if (const char* wrong = diary::parse_reply(message_, r)) {
        throw control_error(std::string("its answer is not understood: ") + wrong);
      }
      return r;
    }
    if (errno != EINTR && errno != EAGAIN && errno != EWOULDBLOCK) throw control_error(has_gone);
    const auto left = std::chrono::duration_cast<milliseconds>(end - clock::now());
    if (left.count() <= 0) return std::nullopt;
    pollfd waited{fd_, POLLIN, 0};
    ::poll(&waited, 1, static_cast<int>(left.count()));
  }
}

diary::control_reply control_client::ask(diary::control_request r, milliseconds patience) {
  const std::uint64_t number = send(std::move(r));
  const clock::time_point end = clock::now() + patience;
  for (;;) {
    const auto left = std::chrono::duration_cast<milliseconds>(end - clock::now());
    const std::optional<diary::control_reply> reply = receive(std::max(left, milliseconds(0)));
    if (!reply) throw control_error("it does not answer: a coroutine of it may hold its thread, or it is stopped");
    if (reply->status == diary::control_status::bad_message)
      throw control_error("it does not understand: " + reply->text);
    if (reply->sequence != number) continue;
    if (reply->status == diary::control_status::unknown) throw control_error("it does not know this command");
    if (reply->status == diary::control_status::refused) throw control_error(reply->text);
    return *reply;
  }
}

bool control_client::wait_until_it_stands(milliseconds patience, diary::control_reply& last) {
  const clock::time_point end = clock::now() + patience;
  for (;;) {
    last = ask({});
    if (last.stands()) return true;
    if (clock::now() >= end) return false;
    std::this_thread::sleep_for(milliseconds(2));
  }
}

}  // namespace weft::viz
