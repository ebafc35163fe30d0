#include "weft/unix_socket.hpp"

#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include "net/fd_flags.hpp"
#include "net/socket.hpp"
#include "trace/words/schema.hpp"
#include "weft/this_coroutine.hpp"

namespace weft {
namespace {

bool is_abstract(std::string_view path) { return path.starts_with('\0'); }

// The path as messages and the diary show it: '@' replaces the NUL at the start of an abstract name.
std::string shown(std::string_view path) {
  std::string text(path);
  if (is_abstract(path)) text[0] = '@';
  return text;
}

struct unix_address {
  ::sockaddr_un storage{};
  ::socklen_t size = 0;
  const ::sockaddr* get() const { return reinterpret_cast<const ::sockaddr*>(&storage); }
};

unix_address address_of(std::string_view path, const char* call) {
  unix_address address;
  // Linux would choose a name of its own, that nobody knows.
  if (path.empty()) net::fail(call, "", ENOENT);
  // A path ends with a NUL, an abstract name by its length.
  const std::size_t room = sizeof address.storage.sun_path - (is_abstract(path) ? 0 : 1);
  if (path.size() > room) net::fail(call, shown(path), ENAMETOOLONG);
  address.storage.sun_family = AF_UNIX;
  std::memcpy(address.storage.sun_path, path.data(), path.size());
  address.size =
      static_cast<::socklen_t>(offsetof(::sockaddr_un, sun_path) + path.size() + (is_abstract(path) ? 0 : 1));
  return address;
}

}  // namespace

unix_stream::unix_stream(int fd) : stream(fd, "unix socket", kind::socket, net::adopt_fd(fd)) {
  detail::record_socket(diary::event_type::socket_connected, fd, name());
}

unix_stream unix_stream::connect(std::string_view path) {
  const unix_address address = address_of(path, "connect");
  std::string name = shown(path);
  net::owned_fd fd(net::open_socket(AF_UNIX, SOCK_STREAM));
  if (fd.get() < 0) net::fail("socket", name);
  for (;;) {
    const int error =
        net::connect_socket(fd.get(), address.get(), address.size, name, detail::deadline(detail::forever));
    if (error == 0) break;
    if (error != EAGAIN) net::fail("connect", name, error);
    // The listener's queue is full, and no fd reports when it has room again.
    sleep_for(std::chrono::milliseconds(1));
  }
  detail::record_socket(diary::event_type::socket_connected, fd.get(), name);
  return unix_stream(fd.take(), std::move(name));
}

std::pair<unix_stream, unix_stream> unix_stream::pair() {
  std::array<int, 2> both{};
  if (net::open_socket_pair(both) != 0) net::fail("socketpair", "AF_UNIX");
  for (const int fd : both) detail::record_socket(diary::event_type::socket_connected, fd, "unix pair");
  return {unix_stream(both[0], "unix pair"), unix_stream(both[1], "unix pair")};
}

void unix_stream::shutdown(int how) {
  if (::shutdown(native_handle(), how) != 0) fail("shutdown", errno);
}

unix_listener& unix_listener::operator=(unix_listener&& other) noexcept {
  if (this == &other) return *this;
  close();
  io_handle::operator=(std::move(other));
  made_ = std::exchange(other.made_, {});
  return *this;
}

namespace {

// `there`: the file at the path. Only ECONNREFUSED shows that no process accepts there.
bool is_stale(const unix_address& address, const std::string& path, struct ::stat& there) {
  if (::lstat(path.c_str(), &there) != 0 || !S_ISSOCK(there.st_mode)) return false;
  const net::owned_fd probe(net::open_socket(AF_UNIX, SOCK_STREAM));
  return probe.get() >= 0 && ::connect(probe.get(), address.get(), address.size) != 0 && errno == ECONNREFUSED;
}

}  // namespace

unix_listener unix_listener::bind(std::string_view path, const unix_listen_options& options) {
  const unix_address address = address_of(path, "bind");
  const std::string name = shown(path);
  const std::string file(path);
  net::owned_fd fd(net::open_socket(AF_UNIX, SOCK_STREAM));
  if (fd.get() < 0) net::fail("socket", name);
  int error = ::bind(fd.get(), address.get(), address.size) == 0 ? 0 : errno;
  struct ::stat stale {};
  if (error == EADDRINUSE && !is_abstract(path) && is_stale(address, file, stale)) {
    if (!options.replace_stale)
      net::fail("bind",
                name + " (a socket that nobody listens at: unix_listen_options{.replace_stale = true} removes it)",
                error);
    // Another server may have bound the path meanwhile: remove the file only if it is the one that was probed.
    struct ::stat now {};
    const bool same = ::lstat(file.c_str(), &now) == 0 && now.st_dev == stale.st_dev && now.st_ino == stale.st_ino;
    if (same && ::unlink(file.c_str()) != 0 && errno != ENOENT) net::fail("remove", name);
    error = ::bind(fd.get(), address.get(), address.size) == 0 ? 0 : errno;
  }
  if (error != 0) net::fail("bind", name, error);
  unix_listener listener(fd.take(), file);
  if (!is_abstract(path)) {
    struct ::stat made {};
    std::error_code unknown;
    const std::filesystem::path whole = std::filesystem::absolute(file, unknown);
    // If either is unknown, leave the path behind rather than remove another server's file.
    if (!unknown && ::lstat(file.c_str(), &made) == 0)
      listener.made_ = {whole.string(), static_cast<std::uint64_t>(made.st_dev), made.st_ino, ::getpid()};
  }
  if (::listen(listener.native_handle(), options.backlog) != 0) net::fail("listen", name);
  detail::record_socket(diary::event_type::socket_listening, listener.native_handle(), name);
  return listener;
}

void unix_listener::remove_path() const noexcept {
  if (made_.absolute_path.empty() || made_.process != ::getpid()) return;
  struct ::stat there {};
  if (::lstat(made_.absolute_path.c_str(), &there) != 0) return;
  if (static_cast<std::uint64_t>(there.st_dev) != made_.device || there.st_ino != made_.inode) return;
  (void)::unlink(made_.absolute_path.c_str());
}

void unix_listener::close() noexcept {
  if (!is_open()) return;
  remove_path();
  io_handle::close();
}

std::optional<unix_stream> unix_listener::accept_ns(detail::time_limit limit) {
  const detail::deadline end(limit);
  detail::io_operation op(*this, "accept");
  for (bool first = true;; first = false) {
    const int fd = detail::try_input(first, native_handle(),
                                     [&] { return net::accept_socket(native_handle(), nullptr, nullptr); });
    if (fd >= 0) {
      net::owned_fd connection(fd);
      std::string name = shown(path());
      detail::record_socket(diary::event_type::socket_accepted, fd, name);
      return unix_stream(connection.take(), std::move(name));
    }
    if (net::is_lost_connection(errno)) continue;
    if (errno != EAGAIN && errno != EWOULDBLOCK) fail("accept", errno);
    if (!wait_ready(op, detail::direction::readable, end)) return std::nullopt;
  }
}

}  // namespace weft
