// Which file descriptors are watched, the lines of those who wait for each, and which edges came while nobody waited.
#pragma once

#include <cstdint>
#include <vector>

#include "trace/words/states.hpp"
#include "weft/detail/core/fd_wait.hpp"
#include "weft/detail/core/suspension.hpp"

namespace weft::core {

class poller;
struct io_event;

class fd_table {
 public:
  struct entry {
    detail::wait_list readers;
    detail::wait_list writers;
    std::uint32_t generation = 0;  // grows when the fd is closed: events of its predecessor are dropped
    std::uint32_t edges = 0;       // readiness reported while nobody waited, as bits
    std::uint32_t held = 0;        // with a script: readiness reported before its time
    bool watched = false;
    // What was reported of this direction, an error or hang-up included.
    void forget_edges(detail::direction d) noexcept {
      const auto bit = d == detail::direction::readable ? diary::fd_readable_bit : diary::fd_writable_bit;
      edges &= ~static_cast<std::uint32_t>(bit | diary::fd_error_bit);
    }
    bool always_ready = false;  // the kernel does not watch it (a regular file)
  };

  explicit fd_table(poller& p) : poller_(p) {}
  ~fd_table();
  fd_table(const fd_table&) = delete;
  fd_table& operator=(const fd_table&) = delete;

  // Makes sure that the kernel tells us about fd. `level`: it shall tell again what is ready now. Throws
  // std::system_error.
  entry& watch(int fd, bool level);
  // The entry of an fd that was watched; null if it never was.
  entry* find(int fd) noexcept;
  // No fd from here on has an entry.
  int end() const noexcept { return static_cast<int>(entries_.size()); }
  // The kernel shall tell again what is ready now. The fd is watched.
  void rearm(int fd, const entry& e) noexcept;
  // Stops watching fd. Its waiters must have been taken out.
  void forget(int fd) noexcept;
  // The same where another thread closes it, or has: the kernel forgets it by itself, and the number may be somebody
  // else's by now.
  void drop(int fd) noexcept;

 private:
  entry& at(int fd);

  poller& poller_;
  std::vector<entry*> entries_;  // by fd; stable addresses, because waiters know their list
};

}  // namespace weft::core
