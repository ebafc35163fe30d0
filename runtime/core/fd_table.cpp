#include "core/fd_table.hpp"

#include <cerrno>
#include <string>
#include <system_error>

#include "core/poller.hpp"

namespace weft::core {

namespace {

[[noreturn]] void refuse(int error, int fd) {
  throw std::system_error(error, std::generic_category(), "wait for fd " + std::to_string(fd));
}

}  // namespace

fd_table::~fd_table() {
  for (entry* e : entries_) delete e;
}

fd_table::entry& fd_table::at(int fd) {
  const auto index = static_cast<std::size_t>(fd);
  if (index >= entries_.size()) entries_.resize(index + 1 + index / 2, nullptr);
  if (entries_[index] == nullptr) entries_[index] = new entry;
  return *entries_[index];
}

fd_table::entry* fd_table::find(int fd) noexcept {
  const auto index = static_cast<std::size_t>(fd);
  return fd >= 0 && index < entries_.size() ? entries_[index] : nullptr;
}

fd_table::entry& fd_table::watch(int fd, bool level) {
  if (fd < 0) refuse(EBADF, fd);
  const entry* const known = find(fd);
  int error = 0;
  if (known == nullptr || !known->watched) error = poller_.watch(fd, known != nullptr ? known->generation : 0);
  if (known == nullptr && error != 0 && error != EPERM) refuse(error, fd);  // makes no room for a number of nobody's
  entry& e = at(fd);
  if (e.watched && level) {
    e.edges = e.held = 0;
    error = poller_.rearm(fd, e.generation);
    // Closed and opened again behind our back: the kernel knows nothing of the new one.
    if (error == ENOENT) error = poller_.watch(fd, ++e.generation);
  }
  if (error == EPERM) {
    e.always_ready = true;
    e.watched = false;
    return e;
  }
  if (error != 0) {
    e.watched = false;
    refuse(error, fd);
  }
  e.watched = true;
  e.always_ready = false;
  return e;
}

void fd_table::rearm(int fd, const entry& e) noexcept { static_cast<void>(poller_.rearm(fd, e.generation)); }

void fd_table::forget(int fd) noexcept {
  const entry* e = find(fd);
  if (e != nullptr && e->watched) poller_.forget(fd);
  drop(fd);
}

void fd_table::drop(int fd) noexcept {
  entry* e = find(fd);
  if (e == nullptr) return;
  e->watched = false;
  e->edges = e->held = 0;
  ++e->generation;
}

}  // namespace weft::core
